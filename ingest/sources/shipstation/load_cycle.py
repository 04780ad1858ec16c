"""One cycle of loading: its input, what its resources share, and its counts."""

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
from ingest.client.unreadable_rows import UnreadablePlace, unreadable_places
from ingest.exceptions import ExceptionRow
from ingest.pipeline import Progress
from ingest.sources.shipstation import retries
from ingest.sources.shipstation.api_lists import API_LISTS
from ingest.sources.shipstation.empty_orders import MOST_REQUESTS
from ingest.sources.shipstation.load_exceptions import UNREADABLE, row_without_id, unreadable_id, unreadable_row
from ingest.sources.shipstation.loaded_spans import ReadSpan
from ingest.sources.shipstation.order_states import (
    CANCELLED,
    EMPTY,
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
from ingest.sources.shipstation.stored_rows import StoredRows
from ingest.sources.shipstation.watermarks import FUTURE_TOLERANCE

# Rows gathered before they are compared and written: a look-up in the warehouse costs about 30 ms.
_BATCH_ROWS = 4000
_END_OF_TIME = "9999"
# A window of a backfill ends only where the next one, which re-reads an overlap, is sure to get further.
_LEAST_ADVANCE = timedelta(hours=2)


@dataclass(frozen=True)
class Span:
    """The part of a list to read: from an instant (UTC) to another, or to the list's end."""

    start: datetime
    end: datetime | None = None


@dataclass
class Tally:
    """The rows of one list, as ids.

    Attributes:
        read_at: When reading began (UTC, by ShipStation's clock): rows that changed before are among the fetched.
        fetched: All rows.
        changed: Rows that are new or differ from the stored ones.
        new: Rows that were not stored.
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
        client: The API client.
        store: The stored rows.
        arrived_by: `sync` or `backfill`.
        spans: What to read, by list name: orders, shipments, voids, fulfillments. Other lists are not read.
        marks_before: The stored watermarks, by name.
        next_marks: Returns the watermarks to store with this load, from the tallies; None ends one.
        read_spans: Returns the spans that are complete with this load, from the cycle at its end.
        is_new_span: Whether these begin where nothing was read before.
        most_rows: Stop after about this many rows, at a place from which the walk can go on (voids have none),
            and do not read the lists after it; None for no limit.
        reads_reference_lists: Whether carriers, services and stores are due.
        now: The instant (UTC) the cycle began.
        states: The stored states of orders that still matter.
        open_exceptions: Unresolved exceptions of the warehouse by key.
        new_states: States that changed, filled while reading.
        unlisted: Orders that the list lacks, though their stored date is in the span; filled while reading.
        tallies: Counts by list name, filled while reading.
        exceptions: The exceptions raised, filled while reading.
        reference_problems: Why reference lists could not be read, filled while reading.
        progress: Called with (list name, rows so far, rows expected).
    """

    client: Client
    store: StoredRows
    arrived_by: str
    spans: dict[str, Span]
    marks_before: dict[str, datetime]
    next_marks: Callable[[dict[str, Tally]], dict[str, datetime | None]]
    read_spans: Callable[[Cycle], list[ReadSpan]] = lambda _: []
    is_new_span: bool = False
    most_rows: int | None = None
    reads_reference_lists: bool = False
    now: datetime = field(default_factory=lambda: datetime.now(UTC))
    states: dict[int, OrderState] = field(init=False)
    open_exceptions: dict[str, ExceptionRow] = field(init=False)
    new_states: dict[int, OrderState] = field(default_factory=dict)
    unlisted: set[int] = field(default_factory=set)
    tallies: dict[str, Tally] = field(default_factory=dict)
    exceptions: list[ExceptionRow] = field(default_factory=list)
    reference_problems: list[str] = field(default_factory=list)
    progress: Progress = lambda *_: None
    rows_read: int = 0

    def __post_init__(self) -> None:
        self.states = self.store.order_states()
        self.open_exceptions = self.store.open_exceptions()

    def moved_marks(self) -> dict[str, datetime | None]:
        """Return the watermarks to store with this load: those that differ from the stored ones."""
        return {
            name: at for name, at in self.next_marks(self.tallies).items() if at != self.marks_before.get(name)
        }

    def loaded_ids(self) -> dict[str, set[int]]:
        """Return the ids of all fetched rows by table; their stored state is ShipStation's now."""
        ids: dict[str, set[int]] = {}
        for name, tally in self.tallies.items():
            ids.setdefault(API_LISTS[name][0].table, set()).update(tally.fetched)
        return ids

    def changed_rows(self, name: str) -> Iterator[pa.Table]:
        """Walk a list and yield its new and changed rows, as Arrow tables in the raw table's schema.

        Where the raw table is missing, an empty table comes first, so that the load creates it.

        Args:
            name: The list's name in `API_LISTS`.
        """
        kind, query = API_LISTS[name]
        if kind.table not in self.store.tables:
            yield to_table(kind, [], self.now)
        span = self.spans.get(name)
        if span is None or not all(tally.finished for tally in self.tallies.values()):
            return
        tally = self.tallies.setdefault(name, Tally(read_at=self.client.server_now()))
        for payloads in chain(self._retried_rows(query), self._batches(name, query, span, tally)):
            records = self._changed_records(kind, payloads, tally)
            if records:
                tally.changed |= {record.key for record in records}
                yield to_table(kind, records, datetime.now(UTC))
        if kind is ORDERS and self.arrived_by == "sync" and tally.finished:
            self._note_unlisted(span, tally)

    def _note_unlisted(self, span: Span, tally: Tally) -> None:
        """Mark the stored orders of the span that the list lacks: they may be gone, so they are fetched by id."""
        unreadable = {
            unreadable_id(row.finding_key) for row in self.exceptions if row.finding_key.startswith(UNREADABLE)
        }
        if None in unreadable:
            return
        begin = filter_text(filter_start(span.start) + timedelta(seconds=1)).replace(" ", "T")
        stored = self.store.keys_between(ORDERS, "modify_date", begin, _END_OF_TIME)
        unlisted = [key for key in stored if key not in tally.fetched | unreadable]
        self.unlisted.update(unlisted)
        unknown = [key for key in unlisted if key not in self.states]
        if len(unknown) > MOST_REQUESTS:
            fetched = self.store.last_fetched()
            unknown.sort(key=lambda key: (key in fetched, fetched.get(key, self.now), key))
        for order_id in unknown[:MOST_REQUESTS]:
            self._note_state(OrderState(order_id, EMPTY, self.now, self.now))

    def _batches(self, name: str, query: ListQuery, span: Span, tally: Tally) -> Iterator[list[Payload]]:
        batch: list[Payload] = []
        pages = walk(
            self.client,
            query,
            start=filter_start(span.start),
            end=filter_end(span.end) if span.end else None,
            page_size=self.client.page_size,
            on_page=lambda done, total: self._note_page(name, tally, done, total),
            on_unreadable=self._note_unreadable,
        )
        for page in pages:
            batch += page
            self.rows_read += len(page)
            self._note_last_seen(tally, page, query.date_field)
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
        """Count a page. Reading began when the first page came: its answer has ShipStation's clock."""
        if tally.pages == 0:
            tally.read_at = self.client.server_now()
        tally.pages += 1
        self.progress(name, done, total)

    def _changed_records(self, kind: RecordKind, payloads: list[Payload], tally: Tally) -> list[Record]:
        self.exceptions += [
            row_without_id(kind.table, payload, self.now)
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

    def _retried_rows(self, query: ListQuery) -> Iterator[list[Payload]]:
        """Read some of the places again where a row was unreadable; the exceptions of the others stay open."""
        known = retries.places(query.path, self.open_exceptions) if self.arrived_by == "sync" else {}
        due = retries.due(known, self.now)
        for place, open_there in known.items():
            page = retries.read_again(self.client, query, place, self.client.page_size) if place in due else None
            if page is None:
                self.exceptions += open_there
                continue
            for row in unreadable_places(query.path, query.id_field, query.sorted_by, place[1:], page.unreadable):
                self._note_unreadable(row)
            yield page.rows

    def _note_unreadable(self, row: UnreadablePlace) -> None:
        raised = {exception.finding_key: exception for exception in self.exceptions}
        self.exceptions.append(unreadable_row(row, self.open_exceptions | raised, self.now))

    def _note_states(self, records: list[Record], newest: dict[int, Payload]) -> None:
        merged = {order_id for record in records for order_id in merged_ids(record.payload)}
        # An order that was merged away before it was ever loaded has no state.
        for order_id in self.store.known(ORDERS, merged) if merged else ():
            if order_id not in self.states:
                self._note_state(OrderState(order_id, EMPTY, self.now, self.now))
        fields: dict[int, Fields] = {
            record.key: record.kept_fields | record.payload.fields if record.kept_fields else record.payload
            for record in records
        }
        unchanged = [key for key in newest if key not in fields and self._may_change_state(key, newest[key])]
        fields |= self.store.effective_payloads(ORDERS, unchanged) if unchanged else {}
        for key, payload in fields.items():
            before = self.states.get(key)
            state = state_after(key, payload, before, self.now)
            if state is not None and (before is None or state.state != before.state):
                self._note_state(state)

    def _may_change_state(self, order_id: int, payload: Payload) -> bool:
        """Return whether an unchanged order may get a state: it is empty, or was gone and is listed again."""
        before = self.states.get(order_id)
        if before is not None:
            return before.state == MISSING
        return not has_lines(payload) and payload.get("orderStatus") != CANCELLED

    def _note_state(self, state: OrderState) -> None:
        self.states[state.order_id] = self.new_states[state.order_id] = state

    def _note_last_seen(self, tally: Tally, page: list[Payload], date_field: str) -> None:
        """Move the list's newest date. A date after ShipStation's own clock is invalid and moves nothing."""
        latest = self.client.server_now() + FUTURE_TOLERANCE
        newest = newest_wall((payload.get(date_field) for payload in page), latest)
        instant = earliest_instant(newest) if newest else None
        if instant and (tally.last_seen is None or instant > tally.last_seen):
            tally.last_seen = instant


def _has_advanced(tally: Tally, span: Span) -> bool:
    return tally.last_seen is not None and tally.last_seen > span.start + _LEAST_ADVANCE
