"""One cycle of loading: what it shares between its resources, and what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

import pyarrow as pa

from ingest.client import Client
from ingest.errors import ServerKeepsFailing
from ingest.findings import POISON, Finding, poison_payload, unidentified_payload
from ingest.ghosts import MOST_REQUESTS
from ingest.order_states import GHOST, OrderState, merged_ids, state_after
from ingest.pacific import earliest_instant, filter_end, filter_start, filter_text, newest_wall, parse_wall
from ingest.payload import Payload
from ingest.records import ORDERS, Record, RecordKind, changed_records, newest_of_each, read_key, to_table
from ingest.spans import ReadSpan
from ingest.store import Store
from ingest.walk import ListQuery, fetch_page, walk
from ingest.watermarks import FUTURE_TOLERANCE

Progress = Callable[[str, int, int], None]
# Rows gathered before they are compared and written: a look-up in the warehouse costs about 30 ms.
_BATCH_ROWS = 4000
# What a cycle spends on places where a row could not be read before: so many requests of so many rows.
_MOST_RETRIED = 5
_RETRIED_ROWS = 25
_END_OF_TIME = "9999"
# A window of a backfill ends only where the next one, which re-reads an overlap, is sure to get further.
_LEAST_ADVANCE = timedelta(hours=2)


@dataclass(frozen=True)
class Span:
    """The part of a list to read: from an instant (UTC) to another, or to whatever is newest."""

    start: datetime
    end: datetime | None = None


@dataclass
class Tally:
    """What one list gave; what changed before `read_at` (UTC, by ShipStation's clock) is among it."""

    read_at: datetime
    pages: int = 0
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
        read_spans: From the cycle at its end, the stretches that are read whole with this load.
        looks_before: Whether these begin where nothing was read before.
        most_rows: Stop after about this many rows, at a place from which the walk can go on (voids have none),
            and leave the lists after it alone; None for never.
        page_size: Rows asked for at once.
        states: Orders whose state matters, as the warehouse has them.
        open_findings: Unresolved findings of the warehouse by key.
        new_states: States that changed, filled while reading.
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
    read_spans: Callable[[Cycle], list[ReadSpan]] = lambda _: []
    looks_before: bool = False
    most_rows: int | None = None
    page_size: int = 500
    states: dict[int, OrderState] = field(default_factory=dict)
    open_findings: dict[str, Finding] = field(default_factory=dict)
    new_states: dict[int, OrderState] = field(default_factory=dict)
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
        tally = self.tallies.setdefault(name, Tally(read_at=self.client.server_now()))
        for payloads in chain(self._once_poisoned(query), self._batches(name, query, span, tally, seen_field)):
            records = self._sift(kind, payloads, tally)
            if records:
                tally.changed |= {record.key for record in records}
                yield to_table(kind, records, datetime.now(UTC))
        if kind is ORDERS and self.arrived_by == "sync" and tally.finished:
            self._note_unlisted(span, tally)

    def _note_unlisted(self, span: Span, tally: Tally) -> None:
        """Orders that we hold in the span and ShipStation no longer lists were deleted; looking at each tells."""
        if any(finding.finding_key.startswith(POISON) for finding in self.findings):
            return
        begin = filter_text(filter_start(span.start) + timedelta(seconds=1)).replace(" ", "T")
        held = self.store.keys_between(ORDERS, "modify_date", begin, _END_OF_TIME)
        unlisted = [key for key in held if key not in tally.fetched and key not in self.states]
        for order_id in unlisted[:MOST_REQUESTS]:
            self.states[order_id] = self.new_states[order_id] = OrderState(order_id, GHOST, self.now, self.now)

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
            on_page=lambda done, total: self._note_page(name, tally, done, total),
            on_poison=lambda row: self.findings.append(poison_payload(row.path, row.after, row.offset, self.now)),
        )
        for page in pages:
            batch += page
            self.rows_read += len(page)
            self._note_last_seen(tally, page, seen_field)
            if len(batch) >= _BATCH_ROWS:
                yield batch
                batch = []
            is_full = self.most_rows is not None and self.rows_read >= self.most_rows
            if is_full and query.by_key and _has_advanced(tally, span):
                yield batch
                return
        tally.finished = True
        yield batch

    def _note_page(self, name: str, tally: Tally, done: int, total: int) -> None:
        """Only an answer tells ShipStation's clock: the list is known up to when its first page came."""
        if tally.pages == 0:
            tally.read_at = self.client.server_now()
        tally.pages += 1
        self.progress(name, done, total)

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
        records = self.store.keep_absent_fields(kind, records, known)
        if kind is ORDERS:
            self._note_states(records)
        return records

    def _once_poisoned(self, query: ListQuery) -> Iterator[list[Payload]]:
        """Try the places again where a row could not be read; what still fails is noticed again."""
        prefix = f"{POISON}{query.path}:"
        known = [finding for key, finding in self.open_findings.items() if key.startswith(prefix)]
        for number, finding in enumerate(known if self.arrived_by == "sync" else []):
            after = parse_wall(finding.finding_key.removeprefix(prefix))
            try:
                if after is None or number >= _MOST_RETRIED:
                    raise ServerKeepsFailing("not tried in this cycle")
                start = after.replace(microsecond=0) - timedelta(seconds=1)
                yield fetch_page(self.client, query, start, None, 1, _RETRIED_ROWS, attempts=1)[0]
            except ServerKeepsFailing:
                self.findings.append(finding)

    def _note_states(self, records: list[Record]) -> None:
        merged = {order_id for record in records for order_id in merged_ids(record.payload)}
        # What was merged away before we ever saw it concerns nobody.
        for order_id in self.store.known(ORDERS, merged) if merged else ():
            if order_id not in self.states:
                self.states[order_id] = self.new_states[order_id] = OrderState(order_id, GHOST, self.now, self.now)
        for record in records:
            before = self.states.get(record.key)
            fields = record.kept_fields | record.payload.fields if record.kept_fields else record.payload
            state = state_after(record.key, fields, before, self.now)
            if state is not None:
                self.states[record.key] = self.new_states[record.key] = state

    def _note_last_seen(self, tally: Tally, page: list[Payload], seen_field: str) -> None:
        """Move the list's newest date. A date beyond ShipStation's own clock is nonsense and moves nothing."""
        latest = self.client.server_now() + FUTURE_TOLERANCE
        newest = newest_wall((payload.get(seen_field) for payload in page), latest)
        instant = earliest_instant(newest) if newest else None
        if instant and (tally.last_seen is None or instant > tally.last_seen):
            tally.last_seen = instant


def _has_advanced(tally: Tally, span: Span) -> bool:
    return tally.last_seen is not None and tally.last_seen > span.start + _LEAST_ADVANCE
