"""Orders that are fetched again by their id: empty ones (without lines), and those that may be gone.

`raw_shipstation.order_states` has one row for each order that has ever been one of them:

| state                  | meaning                                                                    |
|------------------------|----------------------------------------------------------------------------|
| ghost                  | was listed without lines, or may be gone: its list lacks it, or another    |
|                        | order's `mergedIds` names it; not yet fetched by its id                    |
| work_in_progress       | fetched by its id: still without lines, whether it has shipped or not      |
| missing_in_shipstation | fetched by its id: ShipStation does not know it                            |
| repaired               | has lines now                                                              |
| closed                 | was cancelled without lines                                                |
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from ingest.client.pacific_time import earliest_instant, parse_wall
from ingest.client.payload import Fields

EMPTY = "ghost"
WORK_IN_PROGRESS = "work_in_progress"
MISSING = "missing_in_shipstation"
REPAIRED = "repaired"
CLOSED = "closed"
# Named by a label or fulfillment, and not stored; never written.
AWAITED = "awaited"
OPEN_STATES = (EMPTY, WORK_IN_PROGRESS)
CANCELLED = "cancelled"

FETCHES_SCHEMA = pa.schema(
    [
        pa.field("order_id", pa.int64(), nullable=False),
        pa.field("looked_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)
SCHEMA = pa.schema(
    [
        pa.field("order_id", pa.int64(), nullable=False),
        pa.field("state", pa.string(), nullable=False),
        pa.field("since_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("checked_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@dataclass(frozen=True)
class OrderState:
    """The state of one order. Instants are UTC.

    Attributes:
        order_id: ShipStation's id.
        state: See the module's table.
        since_at: Since when it has to be fetched again: its modification date when it was first empty.
        checked_at: When it entered this state.
    """

    order_id: int
    state: str
    since_at: datetime
    checked_at: datetime


def state_after(
    order_id: int, payload: Fields, before: OrderState | None, now: datetime, *, alone: bool = False
) -> OrderState | None:
    """Return the state of an order after a payload of it was fetched, None when it has none and had none.

    Args:
        order_id: ShipStation's id.
        payload: The payload.
        before: Its state until now, if it still matters.
        now: The instant (UTC).
        alone: Whether the payload was fetched by the order's id.
    """
    is_filled = has_lines(payload)
    if is_filled or payload.get("orderStatus") == CANCELLED:
        if before is None or before.state == AWAITED:
            return None
        return OrderState(order_id, REPAIRED if is_filled else CLOSED, before.since_at, now)
    since = before.since_at if before else _modified_at(payload, now)
    if alone or (before and before.state == WORK_IN_PROGRESS):
        return OrderState(order_id, WORK_IN_PROGRESS, since, now)
    return OrderState(order_id, EMPTY, since, now)


def has_lines(payload: Fields) -> bool:
    """Return whether an order has lines; `items` that is no list counts as none."""
    items = payload.get("items")
    return isinstance(items, list) and bool(items)


def _modified_at(payload: Fields, now: datetime) -> datetime:
    """Return an order's modification date (UTC); `now` where that is missing, invalid or in the future."""
    wall = parse_wall(payload.get("modifyDate"))
    return min(earliest_instant(wall), now) if wall else now


def merged_ids(payload: Fields) -> list[int]:
    """Return the orders that were merged into this one; ShipStation may not know them any more."""
    options = payload.get("advancedOptions")
    listed = options.get("mergedIds") if isinstance(options, dict) else None
    ids = listed if isinstance(listed, list) else []
    return [one for one in ids if isinstance(one, int) and one != payload.get("orderId")]


def to_table(states: list[OrderState]) -> pa.Table:
    """Return states as an Arrow table in the raw table's schema."""
    return pa.table({name: [getattr(state, name) for state in states] for name in SCHEMA.names}, schema=SCHEMA)
