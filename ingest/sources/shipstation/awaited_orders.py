"""Orders known from their labels only: no list of changes has them, so they are fetched by their ids.

An order without a modification date is in no such list, and one that came late may have been missed by it. Either
is known as soon as a label or a fulfillment names it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from ingest.sources.shipstation.order_states import AWAITED, OPEN_STATES, OrderState


@dataclass(frozen=True)
class NamedOrder:
    """An order that labels or fulfillments name, and that is not here, or came without a modification date.

    Attributes:
        order_id: ShipStation's id.
        is_here: Whether it is here; then it has no modification date.
        first_named_at: When (UTC) the first row that names it came.
        last_named_at: When (UTC) such a row came or changed last.
    """

    order_id: int
    is_here: bool
    first_named_at: datetime
    last_named_at: datetime


def awaited_orders(
    named: Iterable[NamedOrder], states: Mapping[int, OrderState], looks: Mapping[int, datetime]
) -> list[OrderState]:
    """Of these orders, those to fetch by their ids.

    One that was asked for and is settled, because it came or ShipStation does not know it, is asked for again only
    after another row has named it.

    Args:
        named: What labels and fulfillments name.
        states: Orders whose state matters, by id.
        looks: When (UTC) each was last asked for.
    """
    waiting = []
    for order in named:
        state = states.get(order.order_id)
        if state is not None and state.state in OPEN_STATES:
            continue
        asked_at = looks.get(order.order_id)
        is_settled = order.is_here or state is not None
        if is_settled and asked_at is not None and asked_at >= order.last_named_at:
            continue
        since = order.last_named_at if is_settled else order.first_named_at
        waiting.append(OrderState(order.order_id, state.state if state else AWAITED, since, since))
    return waiting
