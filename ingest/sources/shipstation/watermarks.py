"""How far each list was read: kept as instants, in the same load as the rows they speak of.

A watermark is the newest date seen in a list. It counts only once its load is complete (see
`Store.read_watermarks`), so it moves with the data or not at all. A backfill notes its own progress under a
name of its own, which is how a stopped one goes on.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from ingest.sources.shipstation.load_cycle import Cycle

FALLBACK_DAYS = 30
LISTS = ("orders", "shipments", "voids", "fulfillments")
# Older than any account: what was read from here on was read from the list's beginning.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
REFERENCE_LISTS = "reference_lists"
_REFERENCE_LISTS_EVERY = timedelta(days=1)
# How far ahead of ShipStation's clock a date may be before it is taken for nonsense.
FUTURE_TOLERANCE = timedelta(minutes=5)
# So far after a filter's bound a row is surely listed, whether the bound is inclusive or not.
_SURELY_LISTED = timedelta(seconds=2)

SCHEMA = pa.schema(
    [
        pa.field("resource", pa.string(), nullable=False),
        pa.field("watermark_at", pa.timestamp("us", tz="UTC")),
        pa.field("noted_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass(frozen=True)
class Mark:
    """One list's watermark; `at` None ends it."""

    resource: str
    at: datetime | None
    noted_at: datetime


@dataclass(frozen=True)
class Start:
    """Where a list is read from, and why not from its watermark (`fallback`), if so."""

    at: datetime
    fallback: str | None = None


def start_of(watermark: datetime | None, *, now: datetime, overlap: timedelta) -> Start:
    """Where a cycle starts to read a list.

    Args:
        watermark: The stored one, None when there is none or it is unreadable.
        now: The current instant by ShipStation's clock.
        overlap: How far before the watermark to start, for rows that became visible late.
    """
    if watermark is None:
        return Start(now - timedelta(days=FALLBACK_DAYS), "missing")
    if watermark > now + FUTURE_TOLERANCE:
        return Start(now - timedelta(days=FALLBACK_DAYS), "in the future")
    return Start(watermark - overlap)


def with_recent_rows(start: Start, recent: datetime | None) -> Start:
    """The same, begun early enough to list the newest rows that we hold once more; a fallback stays as it is.

    Args:
        start: Where the list is read from otherwise.
        recent: The date (UTC) of the first of these rows, or None.
    """
    return start if start.fallback or recent is None else Start(min(start.at, recent - _SURELY_LISTED))


def reference_lists_due(marks: dict[str, datetime], now: datetime) -> bool:
    """Whether carriers, services and stores were last read more than a day ago, or after now."""
    last = marks.get(REFERENCE_LISTS)
    return last is None or not now - _REFERENCE_LISTS_EVERY < last <= now


def to_note(cycle: Cycle, *, with_reference_lists: bool) -> list[Mark]:
    """The marks that this cycle moves; that of the reference lists only when all of them were read."""
    noted = datetime.now(UTC)
    marks = [Mark(name, at, noted) for name, at in cycle.moved_marks().items()]
    if with_reference_lists and not cycle.reference_problems:
        marks.append(Mark(REFERENCE_LISTS, cycle.now, noted))
    return marks


def to_table(marks: list[Mark]) -> pa.Table:
    """Marks as an Arrow table in the raw table's schema."""
    return pa.table(
        {
            "resource": [mark.resource for mark in marks],
            "watermark_at": [mark.at for mark in marks],
            "noted_at": [mark.noted_at for mark in marks],
        },
        schema=SCHEMA,
    )
