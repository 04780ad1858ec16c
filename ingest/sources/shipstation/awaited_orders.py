"""Orders known only from their labels or fulfillments: the list by modification date lacks them.

An order without a modification date is not in that list, and one that became visible late may have been missed.
Each is fetched by its id once a label or a fulfillment names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.sources.shipstation.order_states import AWAITED, OPEN_STATES, OrderState


@dataclass(frozen=True)
class NamedOrder:
    """An order named by labels or fulfillments that is not stored, or has no modification date.

    Attributes:
        order_id: ShipStation's id.
        is_here: Whether it is stored; then it has no modification date.
        first_named_at: When (UTC) the first row that names it was loaded.
        last_named_at: When (UTC) such a row was last loaded.
    """

    order_id: int
    is_here: bool
    first_named_at: datetime
    last_named_at: datetime


def awaited_orders(
    named: Iterable[NamedOrder], states: Mapping[int, OrderState], last_fetched: Mapping[int, datetime]
) -> list[OrderState]:
    """Return the orders to fetch by their ids.

    One that was fetched and is settled (it is stored, or ShipStation does not know it) is fetched again only after
    another row has named it.

    Args:
        named: The orders that labels and fulfillments name.
        states: Orders whose state matters, by id.
        last_fetched: When (UTC) each order was last fetched by its id.
    """
    waiting = []
    for order in named:
        state = states.get(order.order_id)
        if state is not None and state.state in OPEN_STATES:
            continue
        asked_at = last_fetched.get(order.order_id)
        is_settled = order.is_here or state is not None
        if is_settled and asked_at is not None and asked_at >= order.last_named_at:
            continue
        since = order.last_named_at if is_settled else order.first_named_at
        waiting.append(OrderState(order.order_id, state.state if state else AWAITED, since, since))
    return waiting
