"""One cycle of loading: what it shares between its resources, and what it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain

import pyarrow as pa

from ingest.client.http import Client
from ingest.client.list_walk import ListQuery, walk
from ingest.client.pacific_time import earliest_instant, filter_end, filter_start, filter_text, newest_wall
from ingest.client.payload import Fields, Payload
from ingest.client.unreadable_rows import Poison, poisons
from ingest.sources.shipstation import retries
from ingest.sources.shipstation.empty_orders import MOST_REQUESTS
from ingest.sources.shipstation.load_exceptions import (
    POISON,
    Finding,
    poison_payload,
    poisoned_id,
    unidentified_payload,
)
from ingest.sources.shipstation.loaded_spans import ReadSpan
from ingest.sources.shipstation.order_states import (
    CANCELLED,
    GHOST,
    MISSING,
    OrderState,
    has_lines,
    merged_ids,
    state_after,
)
from ingest.sources.shipstation.records import (
    ORDERS,
    Record,
    RecordKind,
    changed_records,
    is_manual,
    newest_of_each,
    read_key,
    to_table,
)
from ingest.sources.shipstation.stored_rows import Store
from ingest.sources.shipstation.watermarks import FUTURE_TOLERANCE

Progress = Callable[[str, int, int], None]
# Rows gathered before they are compared and written: a look-up in the warehouse costs about 30 ms.
_BATCH_ROWS = 4000
_END_OF_TIME = "9999"
_TABLES = {"orders": "orders", "shipments": "shipments", "voids": "shipments", "fulfillments": "fulfillments"}
# A window of a backfill ends only where the next one, which re-reads an overlap, is sure to get further.
_LEAST_ADVANCE = timedelta(hours=2)


@dataclass(frozen=True)
class Span:
    """The part of a list to read: from an instant (UTC) to another, or to whatever is newest."""

    start: datetime
    end: datetime | None = None


@dataclass
class Tally:
    """What one list gave, as ids; what changed before `read_at` (UTC, by ShipStation's clock) is among it.

    Attributes:
        changed: What is new or different from what was here.
        new: What was not here before.
        manual: Of the new orders, those that were typed into ShipStation.
    """

    read_at: datetime
    pages: int = 0
    fetched: set[int] = field(default_factory=set)
    changed: set[int] = field(default_factory=set)
    new: set[int] = field(default_factory=set)
    manual: set[int] = field(default_factory=set)
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
        unlisted: Orders that the list lacks, though it was read where they should be; filled while reading.
        tallies: Counts by list name, filled while reading.
        findings: Things a person should know, filled while reading.
        reference_problems: Why lists of names could not be read, filled while reading.
        progress: Called with (list name, rows so far, rows expected).
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
    unlisted: set[int] = field(default_factory=set)
    tallies: dict[str, Tally] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    reference_problems: list[str] = field(default_factory=list)
    progress: Progress = lambda *_: None
    rows_read: int = 0

    def moved_marks(self) -> dict[str, datetime | None]:
        """The watermarks that differ from those found, to be noted with this load."""
        return {
            name: at for name, at in self.next_marks(self.tallies).items() if at != self.marks_before.get(name)
        }

    def brought(self) -> dict[str, set[int]]:
        """Ids of all rows that came, by table: they are here now as ShipStation has them."""
        came: dict[str, set[int]] = {}
        for name, tally in self.tallies.items():
            came.setdefault(_TABLES[name], set()).update(tally.fetched)
        return came

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
        """Fetch by id the orders of the span that we hold and ShipStation no longer lists: they may be gone."""
        poisoned = {
            poisoned_id(finding.finding_key) for finding in self.findings if finding.finding_key.startswith(POISON)
        }
        if None in poisoned:
            return
        begin = filter_text(filter_start(span.start) + timedelta(seconds=1)).replace(" ", "T")
        held = self.store.keys_between(ORDERS, "modify_date", begin, _END_OF_TIME)
        unlisted = [key for key in held if key not in tally.fetched | poisoned]
        self.unlisted.update(unlisted)
        unknown = [key for key in unlisted if key not in self.states]
        if len(unknown) > MOST_REQUESTS:
            looks = self.store.ghost_looks()
            unknown.sort(key=lambda key: (key in looks, looks.get(key, self.now), key))
        for order_id in unknown[:MOST_REQUESTS]:
            self._note_state(OrderState(order_id, GHOST, self.now, self.now))

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
            on_poison=self._note_poison,
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
        """Count a page. A list is read up to when its first page came: that answer has ShipStation's clock."""
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
        new = [record for record in records if record.key not in known]
        tally.new |= {record.key for record in new}
        if kind is ORDERS:
            tally.manual |= {record.key for record in new if is_manual(record.payload)}
            self._note_states(records, newest)
        return records

    def _once_poisoned(self, query: ListQuery) -> Iterator[list[Payload]]:
        """Try the places again where a row could not be read; what still cannot be read is noticed again."""
        known = retries.places(query.path, self.open_findings) if self.arrived_by == "sync" else {}
        due = retries.due(known, self.now)
        for place, found in known.items():
            page = retries.read_again(self.client, query, place, self.page_size) if place in due else None
            if page is None:
                self.findings += found
                continue
            for row in poisons(query.path, query.id_field, query.sorted_by, place[1:], page.unreadable):
                self._note_poison(row)
            yield page.rows

    def _note_poison(self, row: Poison) -> None:
        noticed = {finding.finding_key: finding for finding in self.findings}
        self.findings.append(poison_payload(row, self.open_findings | noticed, self.now))

    def _note_states(self, records: list[Record], newest: dict[int, Payload]) -> None:
        merged = {order_id for record in records for order_id in merged_ids(record.payload)}
        # What was merged away before we ever saw it concerns nobody.
        for order_id in self.store.known(ORDERS, merged) if merged else ():
            if order_id not in self.states:
                self._note_state(OrderState(order_id, GHOST, self.now, self.now))
        fields: dict[int, Fields] = {
            record.key: record.kept_fields | record.payload.fields if record.kept_fields else record.payload
            for record in records
        }
        unchanged = [key for key in newest if key not in fields and self._says_news(key, newest[key])]
        fields |= self.store.effective_payloads(ORDERS, unchanged) if unchanged else {}
        for key, came in fields.items():
            before = self.states.get(key)
            state = state_after(key, came, before, self.now)
            if state is not None and (before is None or state.state != before.state):
                self._note_state(state)

    def _says_news(self, order_id: int, payload: Payload) -> bool:
        """Whether an order that came unchanged may get a state: it is empty, or was gone and is listed again."""
        before = self.states.get(order_id)
        if before is not None:
            return before.state == MISSING
        return not has_lines(payload) and payload.get("orderStatus") != CANCELLED

    def _note_state(self, state: OrderState) -> None:
        self.states[state.order_id] = self.new_states[state.order_id] = state

    def _note_last_seen(self, tally: Tally, page: list[Payload], seen_field: str) -> None:
        """Move the list's newest date. A date beyond ShipStation's own clock is nonsense and moves nothing."""
        latest = self.client.server_now() + FUTURE_TOLERANCE
        newest = newest_wall((payload.get(seen_field) for payload in page), latest)
        instant = earliest_instant(newest) if newest else None
        if instant and (tally.last_seen is None or instant > tally.last_seen):
            tally.last_seen = instant


def _has_advanced(tally: Tally, span: Span) -> bool:
    return tally.last_seen is not None and tally.last_seen > span.start + _LEAST_ADVANCE
