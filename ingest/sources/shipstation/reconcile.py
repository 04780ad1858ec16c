"""Comparing ShipStation with the warehouse, row by row and field by field.

A span of dates is read again and each row compared with what is stored. Found are rows that are missing here,
rows that ShipStation no longer lists, and rows that differ, with the fields that do. Repairing loads what is
missing or different, and asks for each order that is no longer listed by its id. What changed in ShipStation after
the last cycle began to read is no difference: the next cycle brings it.
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
from ingest.client.unreadable_rows import Poison
from ingest.errors import ApiUnreachable, NotFound, UnexpectedAnswer, UnreadableAnswer
from ingest.pipeline import Warehouse, create_pipeline, held_open, load
from ingest.sources.shipstation.load_cycle import Progress
from ingest.sources.shipstation.load_exceptions import mismatch_key, poison_payload, to_load
from ingest.sources.shipstation.load_exceptions import to_table as findings_table
from ingest.sources.shipstation.order_states import MISSING, OrderState, state_after
from ingest.sources.shipstation.order_states import to_table as states_table
from ingest.sources.shipstation.payload_comparison import (
    Comparison,
    Difference,
    differing_fields,
    finding_of,
    number_of,
    units,
)
from ingest.sources.shipstation.records import (
    FULFILLMENTS,
    ORDERS,
    SHIPMENTS,
    RecordKind,
    changed_records,
    newest_of_each,
    to_table,
)
from ingest.sources.shipstation.shipstation_source import (
    FULFILLMENTS_BY_CREATE_DATE,
    ORDERS_BY_MODIFY_DATE,
    SHIPMENTS_BY_CREATE_DATE,
    merge_hints,
)
from ingest.sources.shipstation.stored_rows import Store
from ingest.sources.shipstation.watermarks import FUTURE_TOLERANCE

log = logging.getLogger(__name__)

_LISTS: tuple[tuple[RecordKind, ListQuery, str], ...] = (
    (ORDERS, ORDERS_BY_MODIFY_DATE, "modify_date"),
    (SHIPMENTS, SHIPMENTS_BY_CREATE_DATE, "create_date"),
    (FULFILLMENTS, FULFILLMENTS_BY_CREATE_DATE, "create_date"),
)
_DATES_OF_CHANGE = ("modifyDate", "createDate", "voidDate")
_BATCH_ROWS = 4000
# When so many orders in a row cannot be had by their ids, it is ShipStation that is down.
_ALL_DOWN_AFTER = 5


@dataclass(frozen=True)
class _Job:
    client: Client
    store: Store
    since: datetime
    until: datetime
    repair: bool
    progress: Progress
    found: Comparison
    unreadable: list[Poison]
    states: dict[int, OrderState]
    synced_at: datetime | None

    def is_gone(self, order_id: int) -> bool:
        """Whether ShipStation did not know an order when it was asked for last."""
        return order_id in self.states and self.states[order_id].state == MISSING

    def has_changed_since(self, payload: Payload) -> bool:
        """Whether a row changed after the last cycle began to read, by its dates that are not nonsense."""
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
    """Compare a span and, when asked, put right what is ours to put right.

    Args:
        account: Where to read.
        warehouse: What to compare with.
        since: First instant (UTC): orders by modification, shipments and fulfillments by creation.
        until: Last instant (UTC).
        repair: Whether to load what is missing or different.
        synced_at: From this instant (UTC) on changes may not be here yet, as no cycle has read them; with None
            all rows are judged.
        progress: Called with (list name, rows so far, rows expected).

    Returns:
        The comparison, and the client for its counts of requests.

    Raises:
        IngestError: With nothing repaired by half.
    """
    pipeline = create_pipeline(warehouse, "shipstation")
    with Client(account) as client, held_open(pipeline) as database:
        # The job has just synced with this login.
        client.is_authenticated = True
        store = Store(database)
        job = _Job(
            client, store, since, until, repair, progress, Comparison(), [], store.order_states(), synced_at
        )
        load(pipeline, _reconciled(job))
        return job.found, client


@dlt.source(name="reconciled", max_table_nesting=0)
def _reconciled(job: _Job) -> Any:
    for kind, query, date_column in _LISTS:
        yield dlt.resource(_compare(job, kind, query, date_column), **merge_hints(kind))
    yield dlt.resource(_states(job), name="order_states", primary_key="order_id", write_disposition="merge")
    yield dlt.resource(_findings(job), name="findings", primary_key="finding_key", write_disposition="merge")


def _compare(job: _Job, kind: RecordKind, query: ListQuery, date_column: str) -> Iterator[pa.Table]:
    """Walk the span; yield what is to be repaired."""
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
        # A second early, whether the bound is inclusive or not: what we hold in the span must be listed.
        start=filter_start(job.since) - timedelta(seconds=1),
        end=filter_end(job.until),
        on_page=lambda done, total: job.progress(kind.table, done, total),
        on_poison=job.unreadable.append,
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
    """An order that ShipStation did not know counts as cancelled here, also when it is just as it was."""
    for key, payload in newest.items():
        if job.is_gone(key) and key not in differing:
            number = number_of(payload)
            job.found.note(Difference("orders", key, "different", ("orderStatus",), number, repaired=job.repair))


def _note_states(job: _Job, newest: dict[int, Payload], differing: set[int], now: datetime) -> None:
    """What is loaded without lines has to be fetched again, as after a cycle; what is known again is not gone."""
    for key, payload in newest.items() if job.repair else ():
        if key in differing or job.is_gone(key):
            before = job.states.get(key)
            state = state_after(key, payload, before, now)
            if state is not None and (before is None or state.state != before.state):
                job.found.states.append(state)


def _compare_unlisted(job: _Job, kind: RecordKind, keys: list[int]) -> Iterator[pa.Table]:
    """Rows that we hold in the span and ShipStation did not list: an order is asked for by its id."""
    unanswered = 0
    unreadable = {row.row_id for row in job.unreadable if row.path == f"/{kind.table}"}
    held = job.store.effective_payloads(kind, keys)
    for key in keys:
        if kind is ORDERS and job.is_gone(key):
            # Settled already, as an exception of its own.
            job.found.compared.add(mismatch_key(kind.table, key))
            continue
        if key in unreadable or (None in unreadable and kind is not ORDERS):
            # It may be the row that could not be read.
            continue
        try:
            current = _ask_for(job, key) if kind is ORDERS else None
        except (ApiUnreachable, UnexpectedAnswer) as problem:
            unanswered += not isinstance(problem, UnreadableAnswer)
            if unanswered >= _ALL_DOWN_AFTER:
                raise
            # A row that ShipStation cannot deliver says nothing about either side.
            log.warning("An order that is no longer listed cannot be compared: %s", problem)
            continue
        unanswered = 0
        if current is not None:
            # It was modified while the list was walked, and left the span.
            yield from _compare_batch(job, kind, {key: current})
        else:
            _note_missing_there(job, kind, key, held[key])


def _ask_for(job: _Job, order_id: int) -> Payload | None:
    """The order as it is now, None when ShipStation does not know it."""
    try:
        return fetch_order(job.client, order_id)
    except NotFound:
        return None


def _note_missing_there(job: _Job, kind: RecordKind, key: int, payload: Fields) -> None:
    """An order is noted as missing, which the models treat as cancelled; a label or fulfillment only listed."""
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
    """Ids that we hold with a date inside the span, by its text; the span's edges are left to their neighbours."""
    begin = filter_text(filter_start(job.since)).replace(" ", "T")
    finish = filter_text(filter_end(job.until)).replace(" ", "T")
    return job.store.keys_between(kind, date_column, begin, finish)


def _states(job: _Job) -> Iterator[pa.Table]:
    if job.found.states:
        yield states_table(job.found.states)


def _findings(job: _Job) -> Iterator[pa.Table]:
    """What was not put right stays until a comparison or load finds it right, what is unreadable until a sync."""
    now = datetime.now(UTC)
    still_open = job.store.open_findings()
    found = [finding_of(difference, now) for difference in job.found.differences if not difference.repaired]
    found += [poison_payload(row, still_open, now) for row in job.unreadable]
    right = {key for key in still_open if key in job.found.compared and key not in job.found.wrong}
    rows = to_load(found, still_open, [], now, right)
    if rows:
        yield findings_table(rows)
