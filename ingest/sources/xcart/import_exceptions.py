"""What an import notices: orders and files of the shop that could not be taken, and that are right again."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingest.sources.shipstation.load_exceptions import Finding
from ingest.sources.xcart.order_element import ShopOrder

# No order has such a number.
_FILE = "#file"


def about_order(path: Path, order: ShopOrder, reason: str, now: datetime) -> Finding:
    """An order that was not taken.

    Args:
        path: The file it is in.
        order: What could be read of it.
        reason: Why, as the second half of a sentence.
        now: The instant (UTC) of the import.
    """
    number = order.fields.get("orderid", "")[:50] or None
    named = f"number {number}" if number else "without a number that can be read"
    detail = (
        f"Order {order.position} of {path.name}, line {order.line} ({named}) {reason}; it was not loaded. "
        "Correct it in the shop."
    )
    return _finding(path, number or f"#{order.position}", reason, detail, now, number)


def about_repeated(path: Path, number: str, now: datetime) -> Finding:
    """An order that is in a file more than once, and not with the same content each time."""
    detail = (
        f"Order {number} is in {path.name} twice with different content; the one that comes last was taken. "
        "Correct it in the shop."
    )
    return replace(_finding(path, number, "repeated", detail, now, number), exception_type="xcart_repeated")


def about_file(path: Path, reason: str, now: datetime) -> Finding:
    """A file that was not taken, with the reason as a sentence."""
    return _finding(path, _FILE, reason, reason, now)


def is_about(path: Path, finding: Finding) -> bool:
    """Whether a finding is about a file or an order in it."""
    return finding.finding_key.startswith(f"xcart:{path.name}:")


def is_about_file(path: Path, finding: Finding) -> bool:
    """Whether a finding is about a file as a whole."""
    return finding.finding_key.startswith(f"xcart:{path.name}:{_FILE}:")


def changes(
    noticed: Iterable[Finding], before: Mapping[str, Finding], concerns: Callable[[Finding], bool], now: datetime
) -> list[Finding]:
    """The findings to write: new ones, those whose place has moved, and those that are over.

    Args:
        noticed: What is wrong now.
        before: The open findings by key.
        concerns: Of these, which ones are over when they are not noticed again.
        now: The instant (UTC) of the import.
    """
    current = {finding.finding_key: finding for finding in noticed}
    new = [finding for key, finding in current.items() if key not in before]
    moved = [
        replace(finding, first_seen_at=before[key].first_seen_at)
        for key, finding in current.items()
        if key in before and before[key].detail != finding.detail
    ]
    over = [
        replace(finding, resolved_at=now)
        for key, finding in before.items()
        if key not in current and concerns(finding)
    ]
    return new + moved + over


def _finding(
    path: Path, subject: str, reason: str, detail: str, now: datetime, number: str | None = None
) -> Finding:
    """A finding whose key names its cause: the same reason stays the same finding, wherever the order moves."""
    digest = hashlib.blake2b(reason.encode(), digest_size=4).hexdigest()
    key = f"xcart:{path.name}:{subject}:{digest}"
    return Finding(key, "xcart_invalid", "error", detail, now, order_number=number)
