"""How far each list was read: instants, stored in the same load as the list's rows.

A watermark is the newest date seen in a list. It is used only once its load is complete (see
`StoredRows.read_watermarks`), so it moves with the data or not at all. A backfill stores its progress under a name
of its own, from which a stopped one continues.
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
# Older than any account: what was read from here was read from the list's beginning.
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
REFERENCE_LISTS = "reference_lists"
_REFERENCE_LISTS_EVERY = timedelta(days=1)
# A date this far ahead of ShipStation's clock is invalid.
FUTURE_TOLERANCE = timedelta(minutes=5)
# A row this long after a filter's bound is listed, whether the bound is inclusive or not.
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
    """One list's watermark; None as `at` ends it."""

    resource: str
    at: datetime | None
    noted_at: datetime


@dataclass(frozen=True)
class Start:
    """Where a list is read from; `fallback` is the reason why its watermark could not be used."""

    at: datetime
    fallback: str | None = None


def start_of(watermark: datetime | None, *, now: datetime, overlap: timedelta) -> Start:
    """Return where a cycle starts to read a list.

    Args:
        watermark: The stored one, None when there is none.
        now: The current instant by ShipStation's clock.
        overlap: How far before the watermark to start, for rows that became visible late.
    """
    if watermark is None:
        return Start(now - timedelta(days=FALLBACK_DAYS), "missing")
    if watermark > now + FUTURE_TOLERANCE:
        return Start(now - timedelta(days=FALLBACK_DAYS), "in the future")
    return Start(watermark - overlap)


def with_recent_rows(start: Start, recent: datetime | None) -> Start:
    """Return an earlier start, from which the newest stored rows are listed again; a fallback stays as it is.

    Args:
        start: Where the list would be read from.
        recent: The date (UTC) of the first of these rows, or None.
    """
    return start if start.fallback or recent is None else Start(min(start.at, recent - _SURELY_LISTED))


def reference_lists_due(marks: dict[str, datetime], now: datetime) -> bool:
    """Return whether carriers, services and stores were last read more than a day ago, or after `now`."""
    last = marks.get(REFERENCE_LISTS)
    return last is None or not now - _REFERENCE_LISTS_EVERY < last <= now


def moved_marks(cycle: Cycle) -> list[Mark]:
    """Return the watermarks that a cycle moves; that of the reference lists only when all of them were read."""
    noted = datetime.now(UTC)
    marks = [Mark(name, at, noted) for name, at in cycle.moved_marks().items()]
    if cycle.reads_reference_lists and not cycle.reference_problems:
        marks.append(Mark(REFERENCE_LISTS, cycle.now, noted))
    return marks


def to_table(marks: list[Mark]) -> pa.Table:
    """Return watermarks as an Arrow table in the raw table's schema."""
    return pa.table(
        {
            "resource": [mark.resource for mark in marks],
            "watermark_at": [mark.at for mark in marks],
            "noted_at": [mark.noted_at for mark in marks],
        },
        schema=SCHEMA,
    )
