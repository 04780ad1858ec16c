"""What a close says in words: its summary, its mail, and what has happened since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.closes.close_plan import Part
from workflows.config.formatting import counted, money
from workflows.config.periods import Period

MAIL_OFF = "off, no mail server is configured"
_MAIL_WORDS = {
    "sent": "sent to",
    "waiting": "waiting for",
    "given up": "given up for",
    "uncertain": "uncertain for",
}
_NAMES = {"eod": "Day's summary", "eow": "Weekly inventory report", "eom": "Invoice"}


def summary_of(figures: Mapping[str, Any]) -> str:
    """One line on a close, such as `23 orders shipped, 44 units; 17612 ×41, 17904 ×3; 1 SKU critical`.

    Only a day's names the SKUs that moved; one that an earlier release closed does not.
    """
    shipped = figures["shipped"]
    # Of a month its bill, which stays as it was frozen.
    totals = figures.get("bill", shipped)
    parts = [*_lacks(figures), f"{counted(totals['orders'], 'order')} shipped, {counted(totals['units'], 'unit')}"]
    if shipped.get("skus"):
        parts.append(", ".join(f"{sku} ×{units:,}" for sku, units in shipped["skus"]))
    if shipped.get("unknown_units"):
        parts.append(f"{counted(shipped['unknown_units'], 'unit')} of unknown SKUs not among them")
    if shipped["unassigned_units"]:
        parts.append(f"{counted(shipped['unassigned_units'], 'unit')} of no known lot")
    if "bill" in figures:
        parts.append(f"{money(figures['bill']['total_cents'])} charged")
    if "stock" in figures:
        parts += _stock(figures["stock"])
    return "; ".join(parts)


def mail_of(part: Part, snapshot: str, figures: Mapping[str, Any]) -> tuple[str, str]:
    """Subject and body of the mail that brings a close's report."""
    again = f", version {part.version}" if part.version > 1 else ""
    incomplete = ", incomplete" if lack_of(figures) else ""
    subject = f"{_NAMES[part.period.kind]}: {part.period.title}{again}{incomplete}"
    body = (
        f"{part.period.title} is closed{again}.\n\n{summary_of(figures)}.\n\n"
        f"The report is attached. It was made from the snapshot {snapshot} and can be made again from it.\n"
    )
    return subject, body


def lack_of(figures: Mapping[str, Any]) -> str | None:
    """The days that a period was closed without, because they were not loaded; None when it is whole."""
    lack: str | None = figures.get("bill", figures["shipped"]).get("not_loaded")
    return lack


def _lacks(figures: Mapping[str, Any]) -> list[str]:
    lack, of_stock = lack_of(figures), figures.get("stock", {}).get("not_loaded")
    if lack:
        return [f"INCOMPLETE, {lack} is not loaded"]
    return [f"stock is not whole, {of_stock} is not loaded"] if of_stock else []


def mail_key(kind: str, period: str, version: int) -> str:
    """What the outbox calls the mail with a close's report, such as `eow:2026-11-16:v1`."""
    return f"{kind}:{period}:v{version}"


def mail_words(states: Sequence[str]) -> str:
    """What became of a mail, from where it stands for each of its readers."""
    counts = {state: states.count(state) for state in _MAIL_WORDS if state in states}
    parts = [f"{_MAIL_WORDS[state]} {counted(counts[state], 'reader')}" for state in list(counts)[:1]]
    parts += [f"{_MAIL_WORDS[state]} {counts[state]}" for state in list(counts)[1:]]
    return ", ".join(parts)


def changed_since(closed: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """What a day or week has more or fewer than when it was closed: `24 orders and 57 units more since the close`.

    Args:
        closed: `orders` and `units` of the close.
        now: The same by the current snapshot.

    Returns:
        Nothing when the figures are the same.
    """
    changes = {noun: now[f"{noun}s"] - closed[f"{noun}s"] for noun in ("order", "unit")}
    parts = []
    for word, sign in (("more", 1), ("fewer", -1)):
        counts = [counted(abs(change), noun) for noun, change in changes.items() if change * sign > 0]
        parts += [f"{' and '.join(counts)} {word}"] if counts else []
    return f"{', '.join(parts)} since the close" if parts else ""


def restated_since(restated: Mapping[str, int]) -> str:
    """What of a closed month has changed since, as later months bill it: `2 restatements since the close, -$5.25`.

    Args:
        restated: `restatements` and `cents` by the current snapshot.

    Returns:
        Nothing when the month stands as it was billed.
    """
    if not restated["restatements"]:
        return ""
    return f"{counted(restated['restatements'], 'restatement')} since the close, {money(restated['cents'])}"


def way_on(period: Period) -> str:
    """What can be done about a period that is closed."""
    again = f"`{period.command} --force` makes a new version"
    return (
        f"{again}; what has changed is a restatement in the next month." if period.kind == "eom" else f"{again}."
    )


def _stock(stock: Mapping[str, Any]) -> list[str]:
    return [
        f"{counted(len(stock[name]), noun)} {word}"
        for name, noun, word in (
            ("critical", "SKU", "critical"),
            ("low", "SKU", "low"),
            ("overdrawn", "lot", "overdrawn"),
        )
        if stock[name]
    ]
