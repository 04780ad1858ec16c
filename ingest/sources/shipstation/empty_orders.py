"""Fetching orders by their ids, each alone, so that one that fails spoils no other.

They are those without lines (ghosts), those that may be gone, and those that are known by their labels only.
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
from ingest.sources.shipstation.load_exceptions import mismatches_settled, poison_order, to_load
from ingest.sources.shipstation.load_exceptions import to_table as findings_table
from ingest.sources.shipstation.order_states import (
    LOOKS_SCHEMA,
    MISSING,
    REPAIRED,
    OrderState,
    state_after,
    to_table,
)
from ingest.sources.shipstation.records import ORDERS, Record, changed_records, newest_of_each
from ingest.sources.shipstation.records import to_table as orders_table
from ingest.sources.shipstation.stored_rows import Store

log = logging.getLogger(__name__)

# What a cycle may spend on ghosts beside its four requests.
MOST_REQUESTS = 10
# Of these, what is kept for the others when many ghosts are missing from the list at once.
_FOR_THE_OTHERS = 2
# A young one is fetched in each cycle, because most get their lines within minutes; an older one ever more seldom:
# hourly after a day, daily after 24 days.
YOUNG = timedelta(hours=24)
_SELDOM = 24


@dataclass
class GhostReport:
    """What fetching orders by their ids gave: counts of orders, ids of the fetched and of those not readable."""

    repaired: int = 0
    still_empty: int = 0
    missing: int = 0
    failed: int = 0
    looked: list[int] = field(default_factory=list)
    unreadable: list[int] = field(default_factory=list)
    states: list[OrderState] = field(default_factory=list)
    payloads: list[Payload] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """The counts for the run's record."""
        return {
            "ghosts_checked": len(self.looked),
            "ghosts_repaired": self.repaired,
            "ghosts_still_empty": self.still_empty,
            "ghosts_missing": self.missing,
            "ghosts_failed": self.failed,
        }


def due_ghosts(
    ghosts: list[OrderState], looks: dict[int, datetime], now: datetime, unlisted: Set[int] = frozenset()
) -> list[OrderState]:
    """The ghosts to fetch in this cycle, no more than a cycle may spend.

    Those that are missing from the list come first, whatever their age; then those that were not fetched for the
    longest time.

    Args:
        ghosts: Orders that wait for their lines.
        looks: When each was last fetched by itself.
        now: The instant (UTC).
        unlisted: Orders that the list lacks, though it was read where they should be.
    """

    def is_due(ghost: OrderState) -> bool:
        last = looks.get(ghost.order_id)
        age = now - ghost.since_at
        return last is None or age < YOUNG or now - last >= age / _SELDOM

    def turn(ghost: OrderState) -> tuple[datetime, int]:
        return looks.get(ghost.order_id, ghost.since_at), ghost.order_id

    gone = sorted((ghost for ghost in ghosts if ghost.order_id in unlisted), key=turn)
    others = sorted((ghost for ghost in ghosts if ghost.order_id not in unlisted and is_due(ghost)), key=turn)
    first = gone[: MOST_REQUESTS - min(len(others), _FOR_THE_OTHERS)]
    return first + others[: MOST_REQUESTS - len(first)]


def look_at_ghosts(client: Client, due: list[OrderState], now: datetime) -> GhostReport:
    """Fetch each of these orders by its id.

    A 404 means that ShipStation does not know it; a 429 ends the fetching, not the cycle; any other failure leaves
    that one to the next cycle. One whose answer cannot be read is noted as such, too.
    """
    report = GhostReport()
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
        report.looked.append(state.order_id)
    return report


def _note(report: GhostReport, state: OrderState, payload: Payload, now: datetime) -> None:
    after = state_after(state.order_id, payload, state, now, alone=True)
    if after is not None:
        if after.state != state.state:
            report.states.append(after)
        report.repaired += after.state == REPAIRED
        report.still_empty += after.state not in (REPAIRED, MISSING)
    report.payloads.append(payload)


@dlt.source(name="ghosts", max_table_nesting=0)
def ghosts(report: GhostReport, store: Store, now: datetime) -> Any:
    """What fetching orders by their ids gave, as rows; `ghost_looks` has when each was fetched.

    A comparison's finding about an order that came, or is gone for good, is settled by it.
    """

    def orders() -> Iterator[pa.Table]:
        records = _records(report, store, now)
        if records:
            yield orders_table(ORDERS, records, now)

    def order_states() -> Iterator[pa.Table]:
        if report.states:
            yield to_table(report.states)

    def looks() -> Iterator[pa.Table]:
        yield pa.table({"order_id": report.looked, "looked_at": [now] * len(report.looked)}, schema=LOOKS_SCHEMA)

    def findings() -> Iterator[pa.Table]:
        still_open = store.open_findings()
        answered = {payload.get("orderId") for payload in report.payloads}
        answered |= {state.order_id for state in report.states if state.state == MISSING}
        settled = mismatches_settled(still_open, {ORDERS.table: answered})
        unreadable = [poison_order(order_id, now) for order_id in report.unreadable]
        rows = to_load(unreadable, still_open, [], now, settled)
        if rows:
            yield findings_table(rows)

    yield dlt.resource(orders, name="orders", primary_key="order_id", write_disposition="merge")
    yield dlt.resource(order_states, name="order_states", primary_key="order_id", write_disposition="merge")
    yield dlt.resource(findings, name="findings", primary_key="finding_key", write_disposition="merge")
    yield dlt.resource(looks, name="ghost_looks", primary_key="order_id", write_disposition="merge")


def _records(report: GhostReport, store: Store, now: datetime) -> list[Record]:
    newest = newest_of_each(ORDERS, report.payloads)
    known = store.known(ORDERS, newest)
    records = changed_records(ORDERS, newest, known, arrived_by="sync", now=now)
    return store.keep_absent_fields(ORDERS, records, known)
