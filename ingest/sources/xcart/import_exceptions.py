"""The exceptions that an import raises: orders and files of the shop that could not be loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from ingest.exceptions import ExceptionRow, changed_exceptions
from ingest.sources.xcart.order_element import ShopOrder

# In place of an order number; no order has such a number.
_FILE = "#file"


def about_order(path: Path, order: ShopOrder, reason: str, now: datetime) -> ExceptionRow:
    """Return the exception of an order that was not loaded.

    Args:
        path: The file it is in.
        order: The parts of it that could be read.
        reason: Why, as the second half of a sentence.
        now: The instant (UTC) of the import.
    """
    number = order.fields.get("orderid", "")[:50] or None
    named = f"number {number}" if number else "without a number that can be read"
    detail = (
        f"Order {order.position} of {path.name}, line {order.line} ({named}) {reason}; it was not loaded. "
        "Correct it in the shop."
    )
    return _exception(path, number or f"#{order.position}", reason, detail, now, number)


def about_repeated(path: Path, number: str, now: datetime) -> ExceptionRow:
    """Return the exception of an order that is in a file more than once, with different content."""
    detail = (
        f"Order {number} is in {path.name} twice with different content; the one that comes last was taken. "
        "Correct it in the shop."
    )
    return replace(_exception(path, number, "repeated", detail, now, number), exception_type="xcart_repeated")


def about_file(path: Path, reason: str, now: datetime) -> ExceptionRow:
    """Return the exception of a file that was not loaded; the reason is a sentence."""
    return _exception(path, _FILE, reason, reason, now)


def is_about(path: Path, exception: ExceptionRow) -> bool:
    """Return whether an exception is about a file or an order in it."""
    return exception.finding_key.startswith(f"xcart:{path.name}:")


def is_about_file(path: Path, exception: ExceptionRow) -> bool:
    """Return whether an exception is about a file as a whole."""
    return exception.finding_key.startswith(f"xcart:{path.name}:{_FILE}:")


def changes(
    raised: Iterable[ExceptionRow],
    before: Mapping[str, ExceptionRow],
    is_checked: Callable[[ExceptionRow], bool],
    now: datetime,
) -> list[ExceptionRow]:
    """Return the exceptions to load: new and resolved ones, and those whose place in the file has changed.

    Args:
        raised: The exceptions that this import raises.
        before: The open exceptions by key.
        is_checked: Whether the import checked an open exception again.
        now: The instant (UTC) of the import.
    """
    current = {exception.finding_key: exception for exception in raised}
    moved = [
        replace(exception, first_seen_at=before[key].first_seen_at)
        for key, exception in current.items()
        if key in before and before[key].detail != exception.detail
    ]
    return changed_exceptions(current.values(), before, is_checked, now) + moved


def _exception(
    path: Path, subject: str, reason: str, detail: str, now: datetime, number: str | None = None
) -> ExceptionRow:
    """Return an exception whose key names its cause: an order may move in its file and keeps its exception."""
    digest = hashlib.blake2b(reason.encode(), digest_size=4).hexdigest()
    key = f"xcart:{path.name}:{subject}:{digest}"
    return ExceptionRow(key, "xcart_invalid", "error", detail, now, order_number=number)
