"""Fetching orders by their ids, one request for each, so that one that fails does not affect the others.

They are empty orders (without lines), orders that may be gone, and orders known only from their labels.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import dlt
import pyarrow as pa

from ingest.client.http import Client
from ingest.client.payload import Payload
from ingest.client.single_orders import fetch_order
from ingest.errors import ApiUnreachable, NotFound, RateLimited, UnexpectedAnswer, UnreadableAnswer
from ingest.exceptions import changed_exceptions, exceptions_resource
from ingest.exceptions import to_table as exceptions_table
from ingest.sources.shipstation.load_exceptions import resolved_mismatches, unreadable_order
from ingest.sources.shipstation.order_states import (
    FETCHES_SCHEMA,
    MISSING,
    REPAIRED,
    OrderState,
    state_after,
    to_table,
)
from ingest.sources.shipstation.records import ORDERS, Record, changed_records, merged_on_key, newest_of_each
from ingest.sources.shipstation.records import to_table as orders_table
from ingest.sources.shipstation.stored_rows import StoredRows

log = logging.getLogger(__name__)

# Requests of a cycle for orders by their ids, beside its four for the lists.
MOST_REQUESTS = 10
# Of these, how many are reserved for the others when many orders are missing from the list at once.
_FOR_THE_OTHERS = 2
# A young one is fetched in each cycle, because most get their lines within minutes; an older one less often:
# hourly after a day, daily after 24 days.
YOUNG = timedelta(hours=24)
_SELDOM = 24


@dataclass
class FetchReport:
    """The results of fetching orders by their ids: counts, and the ids of the fetched and the unreadable ones."""

    repaired: int = 0
    still_empty: int = 0
    missing: int = 0
    failed: int = 0
    fetched: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    states: list[OrderState] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """Return the counts for the run's record."""
        return {
            "ghosts_checked": len(self.fetched),
            "ghosts_repaired": self.repaired,
            "ghosts_still_empty": self.still_empty,
            "ghosts_missing": self.missing,
            "ghosts_failed": self.failed,
        }


def due_orders(
    waiting: list[OrderState],
    last_fetched: dict[int, datetime],
    now: datetime,
    unlisted: Set[int] = frozenset(),
) -> list[OrderState]:
    """Return the orders to fetch in this cycle, at most `MOST_REQUESTS`.

    Those that are missing from the list come first, whatever their age; then those that were fetched longest ago.

    Args:
        waiting: Orders that wait for their lines, or may be gone.
        last_fetched: When (UTC) each was last fetched by its id.
        now: The instant (UTC).
        unlisted: Orders that the list lacks, though they are stored with a date inside the span that was read.
    """

    def is_due(order: OrderState) -> bool:
        last = last_fetched.get(order.order_id)
        age = now - order.since_at
        return last is None or age < YOUNG or now - last >= age / _SELDOM

    def turn(order: OrderState) -> tuple[datetime, int]:
        return last_fetched.get(order.order_id, order.since_at), order.order_id

    gone = sorted((order for order in waiting if order.order_id in unlisted), key=turn)
    others = sorted((order for order in waiting if order.order_id not in unlisted and is_due(order)), key=turn)
    first = gone[: MOST_REQUESTS - min(len(others), _FOR_THE_OTHERS)]
    return first + others[: MOST_REQUESTS - len(first)]


def fetch_due_orders(client: Client, due: list[OrderState], now: datetime) -> FetchReport:
    """Fetch each of these orders by its id.

    A 404 means that ShipStation does not know it; a 429 ends the fetching, not the cycle; after any other failure
    the next cycle fetches that order again. An unreadable answer also becomes an exception.
    """
    report = FetchReport()
    for state in due:
        try:
            payload = fetch_order(client, state.order_id, attempts=1)
        except NotFound:
            report.missing += 1
            report.states.append(OrderState(state.order_id, MISSING, state.since_at, now))
        except RateLimited:
            log.warning("ShipStation's rate limit is reached; the other orders wait for the next cycle")
            break
        except UnreadableAnswer:
            report.failed += 1
            report.unreadable.append(state.order_id)
        except (ApiUnreachable, UnexpectedAnswer):
            report.failed += 1
        else:
            _note(report, state, payload, now)
        report.fetched.append(state.order_id)
    return report


def _note(report: FetchReport, state: OrderState, payload: Payload, now: datetime) -> None:
    after = state_after(state.order_id, payload, state, now, alone=True)
    if after is not None:
        if after.state != state.state:
            report.states.append(after)
        report.repaired += after.state == REPAIRED
        report.still_empty += after.state not in (REPAIRED, MISSING)
    report.payloads.append(payload)


@dlt.source(name="ghosts", max_table_nesting=0)
def fetched_orders(report: FetchReport, store: StoredRows, now: datetime) -> Any:
    """Return the source of what was fetched by id; `ghost_looks` has when each order was fetched.

    It resolves a comparison's exception about an order that was fetched or is gone.
    """

    def orders() -> Iterator[pa.Table]:
        records = _records(report, store, now)
        if records:
            yield orders_table(ORDERS, records, now)

    def order_states() -> Iterator[pa.Table]:
        if report.states:
            yield to_table(report.states)

    def fetches() -> Iterator[pa.Table]:
        columns = {"order_id": report.fetched, "looked_at": [now] * len(report.fetched)}
        yield pa.table(columns, schema=FETCHES_SCHEMA)

    def exceptions() -> Iterator[pa.Table]:
        still_open = store.open_exceptions()
        answered = {payload.get("orderId") for payload in report.payloads}
        answered |= {state.order_id for state in report.states if state.state == MISSING}
        resolved = resolved_mismatches(still_open, {ORDERS.table: answered})
        unreadable = [unreadable_order(order_id, now) for order_id in report.unreadable]
        rows = changed_exceptions(unreadable, still_open, lambda row: row.finding_key in resolved, now)
        if rows:
            yield exceptions_table(rows)

    yield dlt.resource(orders, name=ORDERS.table, **merged_on_key(ORDERS))
    yield dlt.resource(order_states, name="order_states", primary_key="order_id", write_disposition="merge")
    yield exceptions_resource(exceptions)
    yield dlt.resource(fetches, name="ghost_looks", primary_key="order_id", write_disposition="merge")


def _records(report: FetchReport, store: StoredRows, now: datetime) -> list[Record]:
    newest = newest_of_each(ORDERS, report.payloads)
    known = store.known(ORDERS, newest)
    records = changed_records(ORDERS, newest, known, arrived_by="sync", now=now)
    return store.keep_absent_fields(ORDERS, records, known)
