"""The texts of a close: its summary, its mail, and what has changed since. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.closes.close_plan import Part
from workflows.config.dates import Dates
from workflows.config.formatting import counted, money
from workflows.config.periods import Period

MAIL_OFF = "off, no mail server is configured"
_MAIL_STATES = {
    "sent": "sent to",
    "waiting": "waiting for",
    "given up": "given up for",
    "uncertain": "uncertain for",
}
_NAMES = {"eod": "Day's summary", "eow": "Weekly inventory report", "eom": "Invoice"}


def summary_of(figures: Mapping[str, Any]) -> str:
    """Return one line on a close, such as `23 orders shipped, 44 units; 17612 ×41, 17904 ×3; 1 SKU critical`.

    Only a day's names the SKUs that moved; one that an earlier release closed does not.
    """
    shipped = figures["shipped"]
    # Of a month its bill, which stays as it was frozen.
    totals = figures.get("bill", shipped)
    parts = [
        *_warnings(figures),
        f"{counted(totals['orders'], 'order')} shipped, {counted(totals['units'], 'unit')}",
    ]
    if shipped.get("skus"):
        parts.append(", ".join(f"{sku} ×{units:,}" for sku, units in shipped["skus"]))
    if shipped.get("unknown_units"):
        parts.append(f"{counted(shipped['unknown_units'], 'unit')} of unknown SKUs not included")
    if shipped["unassigned_units"]:
        parts.append(f"{counted(shipped['unassigned_units'], 'unassigned unit')}")
    if "bill" in figures:
        parts.append(f"{money(figures['bill']['total_cents'])} charged")
    if "stock" in figures:
        parts += _stock(figures["stock"])
    return "; ".join(parts)


def mail_of(part: Part, snapshot: str, figures: Mapping[str, Any], dates: Dates) -> tuple[str, str]:
    """Return subject and body of the mail with a close's report."""
    period = part.period
    # The mail's own style is for days as numbers; names are of the locale's language.
    names = {"eod": dates.long_day, "eom": dates.month}
    words = names[period.kind](period.first) if period.kind in names else period.title
    again = f", version {part.version}" if part.version > 1 else ""
    incomplete = ", incomplete" if missing_days(figures) else ""
    subject = f"{_NAMES[period.kind]}: {words}{again}{incomplete}"
    body = (
        f"{words} is closed{again}.\n\n{summary_of(figures)}.\n\n"
        f"The report is attached. It was made from the snapshot {snapshot}.\n"
    )
    return subject, body


def missing_days(figures: Mapping[str, Any]) -> str | None:
    """Return the days that were not loaded when a period was closed; None when it is complete."""
    lack: str | None = figures.get("bill", figures["shipped"]).get("not_loaded")
    return lack


def _warnings(figures: Mapping[str, Any]) -> list[str]:
    lack, of_stock = missing_days(figures), figures.get("stock", {}).get("not_loaded")
    if lack:
        return [f"INCOMPLETE, {lack} is not loaded"]
    return [f"stock is incomplete, {of_stock} is not loaded"] if of_stock else []


def mail_key(kind: str, period: str, version: int) -> str:
    """Return the outbox's key of the mail with a close's report, such as `eow:2026-11-16:v1`."""
    return f"{kind}:{period}:v{version}"


def format_mail_states(states: Sequence[str]) -> str:
    """Return the state of a mail, from its state for each recipient, such as `sent to 2 recipients`."""
    counts = {state: states.count(state) for state in _MAIL_STATES if state in states}
    parts = [f"{_MAIL_STATES[state]} {counted(counts[state], 'recipient')}" for state in list(counts)[:1]]
    parts += [f"{_MAIL_STATES[state]} {counts[state]}" for state in list(counts)[1:]]
    return ", ".join(parts)


def changed_since(closed: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Return what has changed since a day or week was closed: `24 orders and 57 units more since the close`.

    Args:
        closed: `orders` and `units` of the close.
        now: The same by the current snapshot.

    Returns:
        An empty text when the figures are the same.
    """
    changes = {noun: now[f"{noun}s"] - closed[f"{noun}s"] for noun in ("order", "unit")}
    parts = []
    for word, sign in (("more", 1), ("fewer", -1)):
        counts = [counted(abs(change), noun) for noun, change in changes.items() if change * sign > 0]
        parts += [f"{' and '.join(counts)} {word}"] if counts else []
    return f"{', '.join(parts)} since the close" if parts else ""


def restated_since(restated: Mapping[str, int]) -> str:
    """Return what has changed since a month was closed, as restated: `2 restatements since the close, -$5.25`.

    Args:
        restated: `restatements` and `cents` by the current snapshot.

    Returns:
        An empty text when nothing was restated.
    """
    if not restated["restatements"]:
        return ""
    return f"{counted(restated['restatements'], 'restatement')} since the close, {money(restated['cents'])}"


def next_step(period: Period) -> str:
    """Return what can be done about a period that is closed."""
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
            ("overdrawn", "lot", "with a negative balance"),
        )
        if stock[name]
    ]
