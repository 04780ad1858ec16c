"""Comparing ShipStation with the warehouse, row by row and field by field.

A span of dates is read again and each row compared with the stored one. A difference is a row that is missing
here, one that ShipStation no longer lists, or one whose fields differ. A repair loads missing and different rows,
and fetches each order that is no longer listed by its id. Changes in ShipStation since the last cycle began to
read are no differences: the next cycle loads them.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dlt
import pyarrow as pa

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.client.list_walk import ListQuery, walk
from ingest.client.pacific_time import filter_end, filter_start, filter_text, latest_instant, newest_wall
from ingest.client.payload import Fields, Payload
from ingest.client.single_orders import fetch_order
from ingest.client.unreadable_rows import UnreadablePlace
from ingest.errors import ApiUnreachable, NotFound, UnexpectedAnswer, UnreadableAnswer
from ingest.exceptions import changed_exceptions, exceptions_resource
from ingest.exceptions import to_table as exceptions_table
from ingest.pipeline import Progress, Warehouse, create_pipeline, held_open, load
from ingest.sources.shipstation.api_lists import API_LISTS
from ingest.sources.shipstation.load_exceptions import mismatch_key, unreadable_row
from ingest.sources.shipstation.order_states import MISSING, OrderState, state_after
from ingest.sources.shipstation.order_states import to_table as states_table
from ingest.sources.shipstation.payload_comparison import (
    Comparison,
    Difference,
    differing_fields,
    exception_of,
    number_of,
    units,
)
from ingest.sources.shipstation.records import (
    ORDERS,
    RecordKind,
    changed_records,
    merged_on_key,
    newest_of_each,
    to_table,
)
from ingest.sources.shipstation.stored_rows import StoredRows
from ingest.sources.shipstation.watermarks import FUTURE_TOLERANCE

log = logging.getLogger(__name__)

# The lists compared, and the columns of their dates.
_DATE_COLUMNS = {"orders": "modify_date", "shipments": "create_date", "fulfillments": "create_date"}
_DATES_OF_CHANGE = ("modifyDate", "createDate", "voidDate")
_BATCH_ROWS = 4000
# When this many orders in a row cannot be fetched by their ids, ShipStation is down.
_ALL_DOWN_AFTER = 5


@dataclass(frozen=True)
class _Job:
    client: Client
    store: StoredRows
    since: datetime
    until: datetime
    repair: bool
    progress: Progress
    found: Comparison
    unreadable: list[UnreadablePlace]
    states: dict[int, OrderState]
    synced_at: datetime | None

    def is_gone(self, order_id: int) -> bool:
        """Return whether ShipStation did not know an order when it was last fetched."""
        return order_id in self.states and self.states[order_id].state == MISSING

    def has_changed_since(self, payload: Payload) -> bool:
        """Return whether a row changed after the last cycle began to read, by its valid dates."""
        if self.synced_at is None:
            return False
        latest = self.client.server_now() + FUTURE_TOLERANCE
        changed = newest_wall((payload.get(name) for name in _DATES_OF_CHANGE), latest)
        return changed is not None and latest_instant(changed) >= self.synced_at


def reconcile(
    account: Account,
    warehouse: Warehouse,
    since: datetime,
    until: datetime,
    *,
    repair: bool,
    synced_at: datetime | None = None,
    progress: Progress = lambda *_: None,
) -> tuple[Comparison, Client]:
    """Compare a span, and repair the warehouse when asked to.

    Args:
        account: The account to read from.
        warehouse: The warehouse to compare with.
        since: First instant (UTC): orders by modification, shipments and fulfillments by creation.
        until: Last instant (UTC).
        repair: Whether to load what is missing or different.
        synced_at: Rows that changed at or after this instant (UTC) are not compared, because no cycle has read
            them yet; None compares all rows.
        progress: Called with (list name, rows so far, rows expected).

    Returns:
        The comparison, and the client for its counts of requests.

    Raises:
        IngestError: Nothing was repaired.
    """
    pipeline = create_pipeline(warehouse, "shipstation")
    with Client(account) as client, held_open(pipeline) as database:
        # The job has just synced with this login.
        client.is_authenticated = True
        store = StoredRows(database)
        job = _Job(
            client, store, since, until, repair, progress, Comparison(), [], store.order_states(), synced_at
        )
        load(pipeline, _reconciled(job))
        return job.found, client


@dlt.source(name="reconciled", max_table_nesting=0)
def _reconciled(job: _Job) -> Any:
    for name, date_column in _DATE_COLUMNS.items():
        kind, query = API_LISTS[name]
        compared = _compare(job, kind, query, date_column)
        yield dlt.resource(compared, name=kind.table, **merged_on_key(kind))
    yield dlt.resource(_states(job), name="order_states", primary_key="order_id", write_disposition="merge")
    yield exceptions_resource(lambda: _exceptions(job))


def _compare(job: _Job, kind: RecordKind, query: ListQuery, date_column: str) -> Iterator[pa.Table]:
    """Compare the rows of a list in the span; yield the rows to repair."""
    listed: set[int] = set()
    job.found.rows_there[kind.table] = job.found.rows_here[kind.table] = 0
    for payloads in _batches(job, kind, query):
        newest = newest_of_each(kind, payloads)
        listed |= newest.keys()
        yield from _compare_batch(job, kind, newest)
    unlisted = [key for key in _stored_in_span(job, kind, date_column) if key not in listed]
    for start in range(0, len(unlisted), _BATCH_ROWS):
        yield from _compare_unlisted(job, kind, unlisted[start : start + _BATCH_ROWS])


def _batches(job: _Job, kind: RecordKind, query: ListQuery) -> Iterator[list[Payload]]:
    batch: list[Payload] = []
    pages = walk(
        job.client,
        query,
        # A second early, whether the bound is inclusive or not: the stored rows of the span must be listed.
        start=filter_start(job.since) - timedelta(seconds=1),
        end=filter_end(job.until),
        on_page=lambda done, total: job.progress(kind.table, done, total),
        on_unreadable=job.unreadable.append,
    )
    for page in pages:
        batch += page
        if len(batch) >= _BATCH_ROWS:
            yield batch
            batch = []
    yield batch


def _compare_batch(job: _Job, kind: RecordKind, came: dict[int, Payload]) -> Iterator[pa.Table]:
    now = datetime.now(UTC)
    known = job.store.known(kind, came)
    records = changed_records(kind, came, known, arrived_by="sync", now=now)
    unjudged = {record.key for record in records if job.has_changed_since(record.payload)}
    newest = {key: payload for key, payload in came.items() if key not in unjudged}
    records = [record for record in records if record.key not in unjudged]
    stored = job.store.effective_payloads(kind, newest)
    found = job.found
    found.rows_there[kind.table] += len(newest)
    found.rows_here[kind.table] += len(stored)
    found.compared |= {mismatch_key(kind.table, key) for key in newest}
    if kind is ORDERS:
        found.units_there += sum(map(units, newest.values()))
        found.units_here += sum(map(units, stored.values()))
    differing = []
    for record in records:
        here = stored.get(record.key)
        fields = differing_fields(record.payload, here) if here else ()
        if here and not fields:
            continue
        differing.append(record)
        what = "different" if here else "missing_here"
        found.note(
            Difference(kind.table, record.key, what, fields, number_of(record.payload), repaired=job.repair)
        )
    if kind is ORDERS:
        differing_keys = {record.key for record in differing}
        _note_known_again(job, newest, differing_keys)
        _note_states(job, newest, differing_keys, now)
    if job.repair and differing:
        yield to_table(kind, job.store.keep_absent_fields(kind, differing, known), now)


def _note_known_again(job: _Job, newest: dict[int, Payload], differing: set[int]) -> None:
    """Note orders that are known again: while ShipStation did not know them they counted as cancelled here."""
    for key, payload in newest.items():
        if job.is_gone(key) and key not in differing:
            number = number_of(payload)
            job.found.note(Difference("orders", key, "different", ("orderStatus",), number, repaired=job.repair))


def _note_states(job: _Job, newest: dict[int, Payload], differing: set[int], now: datetime) -> None:
    """Set the states of repaired orders: empty ones are fetched again, and those known again are not gone."""
    for key, payload in newest.items() if job.repair else ():
        if key in differing or job.is_gone(key):
            before = job.states.get(key)
            state = state_after(key, payload, before, now)
            if state is not None and (before is None or state.state != before.state):
                job.found.states.append(state)


def _compare_unlisted(job: _Job, kind: RecordKind, keys: list[int]) -> Iterator[pa.Table]:
    """Compare stored rows of the span that ShipStation did not list; orders are fetched by their ids."""
    unanswered = 0
    unreadable = {row.row_id for row in job.unreadable if row.path == f"/{kind.table}"}
    stored = job.store.effective_payloads(kind, keys)
    for key in keys:
        if kind is ORDERS and job.is_gone(key):
            # It has an exception of its own already.
            job.found.compared.add(mismatch_key(kind.table, key))
            continue
        if key in unreadable or (None in unreadable and kind is not ORDERS):
            # It may be the row that could not be read.
            continue
        try:
            current = _fetch(job, key) if kind is ORDERS else None
        except (ApiUnreachable, UnexpectedAnswer) as problem:
            unanswered += not isinstance(problem, UnreadableAnswer)
            if unanswered >= _ALL_DOWN_AFTER:
                raise
            # An order that ShipStation cannot deliver is not compared.
            log.warning("An order that is no longer listed cannot be compared: %s", problem)
            continue
        unanswered = 0
        if current is not None:
            # It was modified while the list was walked, and left the span.
            yield from _compare_batch(job, kind, {key: current})
        else:
            _note_missing_there(job, kind, key, stored[key])


def _fetch(job: _Job, order_id: int) -> Payload | None:
    """Return the order as it is now, None when ShipStation does not know it."""
    try:
        return fetch_order(job.client, order_id)
    except NotFound:
        return None


def _note_missing_there(job: _Job, kind: RecordKind, key: int, payload: Fields) -> None:
    """Note a row that is missing in ShipStation; only an order is repaired: the models treat it as cancelled."""
    found, now = job.found, datetime.now(UTC)
    repairs = job.repair and kind is ORDERS
    found.rows_here[kind.table] += 1
    found.compared.add(mismatch_key(kind.table, key))
    if kind is ORDERS:
        found.units_here += units(payload)
    found.note(Difference(kind.table, key, "missing_there", (), number_of(payload), repaired=repairs))
    if repairs:
        found.states.append(OrderState(key, MISSING, now, now))


def _stored_in_span(job: _Job, kind: RecordKind, date_column: str) -> list[int]:
    """Return the stored ids with a date inside the span, without its edges; dates are compared as text."""
    begin = filter_text(filter_start(job.since)).replace(" ", "T")
    finish = filter_text(filter_end(job.until)).replace(" ", "T")
    return job.store.keys_between(kind, date_column, begin, finish)


def _states(job: _Job) -> Iterator[pa.Table]:
    if job.found.states:
        yield states_table(job.found.states)


def _exceptions(job: _Job) -> Iterator[pa.Table]:
    """Yield exceptions of differences that were not repaired and of unreadable rows, and resolved ones."""
    now = datetime.now(UTC)
    still_open = job.store.open_exceptions()
    raised = [exception_of(difference, now) for difference in job.found.differences if not difference.repaired]
    raised += [unreadable_row(row, still_open, now) for row in job.unreadable]
    equal = job.found.compared - job.found.wrong
    rows = changed_exceptions(raised, still_open, lambda row: row.finding_key in equal, now)
    if rows:
        yield exceptions_table(rows)
