"""One cycle of loading: what it shares between its resources, and what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pyarrow as pa

from ingest.client import Client
from ingest.findings import Finding, unidentified_payload
from ingest.pacific import earliest_instant, filter_end, filter_start, parse_wall
from ingest.records import Payload, Record, RecordKind, changed_records, newest_of_each, read_key, to_table
from ingest.store import Store
from ingest.walk import ListQuery, walk
from ingest.watermarks import FUTURE_TOLERANCE

Progress = Callable[[str, int, int], None]
# Rows gathered before they are compared and written: a look-up in the warehouse costs about 30 ms.
_BATCH_ROWS = 4000
# A window of a backfill ends only where the next one, which re-reads an overlap, is sure to get further.
_LEAST_ADVANCE = timedelta(hours=2)


@dataclass(frozen=True)
class Span:
    """The part of a list to read: from an instant (UTC) to another, or to whatever is newest."""

    start: datetime
    end: datetime | None = None


@dataclass
class Tally:
    """What one list gave."""

    fetched: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    last_seen: datetime | None = None
    finished: bool = False


@dataclass
class Cycle:
    """State of one run of the source; used once.

    Attributes:
        client: Where to read.
        store: What is known already.
        arrived_by: `sync` or `backfill`.
        spans: What to read, by list name: orders, shipments, voids, fulfillments. A list without a span rests.
        now: The instant (UTC) the cycle began.
        marks_before: The watermarks found, by name.
        next_marks: From the tallies, the watermarks to note with this load; None ends one.
        most_rows: Stop after about this many rows, at a place from which the walk can go on, and leave the
            lists after it alone; None for never.
        tallies: Counts by list name, filled while reading.
        findings: Things a person should know, filled while reading.
        progress: Told (list name, rows so far, rows expected).
    """

    client: Client
    store: Store
    arrived_by: str
    spans: dict[str, Span]
    now: datetime
    marks_before: dict[str, datetime]
    next_marks: Callable[[dict[str, Tally]], dict[str, datetime | None]]
    most_rows: int | None = None
    page_size: int = 500
    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    progress: Progress = lambda *_: None
    rows_read: int = 0

    def moved_marks(self) -> dict[str, datetime | None]:
        """The watermarks that differ from those found, to be noted with this load."""
        return {
            name: at for name, at in self.next_marks(self.tallies).items() if at != self.marks_before.get(name)
        }

    def changed(self, name: str, kind: RecordKind, query: ListQuery, seen_field: str) -> Iterator[pa.Table]:
        """Walk a list and yield what is new or changed in it, as Arrow tables in the raw table's schema.

        An empty table comes first where the raw table is missing, so that it is there afterwards.

        Args:
            name: The list's name in `spans` and `tallies`.
            kind: How its rows are kept.
            query: How it is read.
            seen_field: The payload's date that moves the watermark.
        """
        if kind.table not in self.store.tables:
            yield to_table(kind, [], self.now)
        span = self.spans.get(name)
        if span is None or not all(tally.finished for tally in self.tallies.values()):
            return
        tally = self.tallies.setdefault(name, Tally())
        for payloads in self._batches(name, query, span, tally, seen_field):
            records = self._sift(kind, payloads, tally)
            if records:
                tally.changed |= {record.key for record in records}
                yield to_table(kind, records, datetime.now(UTC))

    def _batches(
        self, name: str, query: ListQuery, span: Span, tally: Tally, seen_field: str
    ) -> Iterator[list[Payload]]:
        batch: list[Payload] = []
        pages = walk(
            self.client,
            query,
            start=filter_start(span.start),
            end=filter_end(span.end) if span.end else None,
            page_size=self.page_size,
            on_page=lambda done, total: self.progress(name, done, total),
        )
        for page in pages:
            batch += page
            self.rows_read += len(page)
            self._note_last_seen(tally, page, seen_field)
            if len(batch) >= _BATCH_ROWS:
                yield batch
                batch = []
            if self.most_rows and self.rows_read >= self.most_rows and _has_advanced(tally, span):
                yield batch
                return
        tally.finished = True
        yield batch

    def _sift(self, kind: RecordKind, payloads: list[Payload], tally: Tally) -> list[Record]:
        self.findings += [
            unidentified_payload(kind.table, payload, self.now)
            for payload in payloads
            if read_key(kind, payload) is None
        ]
        newest = newest_of_each(kind, payloads)
        tally.fetched |= newest.keys()
        known = self.store.known(kind, newest)
        records = changed_records(kind, newest, known, arrived_by=self.arrived_by, now=self.now)
        return self.store.keep_absent_fields(kind, records, known)

    def _note_last_seen(self, tally: Tally, page: list[Payload], seen_field: str) -> None:
        """Move the list's newest date. A date beyond ShipStation's own clock is nonsense and moves nothing."""
        latest = self.client.server_now() + FUTURE_TOLERANCE
        for payload in page:
            wall = parse_wall(payload.get(seen_field))
            instant = _instant(wall) if wall else None
            if instant and instant <= latest and (tally.last_seen is None or instant > tally.last_seen):
                tally.last_seen = instant


def _instant(wall: datetime) -> datetime | None:
    try:
        return earliest_instant(wall)
    except OverflowError:
        return None


def _has_advanced(tally: Tally, span: Span) -> bool:
    return tally.last_seen is not None and tally.last_seen > span.start + _LEAST_ADVANCE
