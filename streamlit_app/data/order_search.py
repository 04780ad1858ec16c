"""What an order can be found by, and the question it makes. Pure.

Only what is asked for is in the question: at 1,000,000 orders each further table costs more than all the rest.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

# States as people ask for them, with ShipStation's.
STATES: dict[str, tuple[str, ...]] = {
    "open": ("awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment"),
    "shipped": ("shipped",),
    "cancelled": ("cancelled",),
}

_LINES_WITH = """
    orders.shipstation_order_id in (
        select shipstation_order_id from marts.shipped_items where {condition}
        union all
        select shipstation_order_id from marts.order_items_inbox where {condition}
    )
"""
_TRACKED = """
    orders.shipstation_order_id in (
        select shipstation_order_id from marts.packages where {condition}
    )
"""
# A second package leaves on another day than the order's first.
_SHIPPED_BETWEEN = """
    (
        orders.ship_date between ? and ?
        or orders.shipstation_order_id in (
            select shipstation_order_id from marts.shipped_items where ship_date between ? and ?
        )
    )
"""


@dataclass(frozen=True)
class Search:
    """What is looked for. Empty texts and no date match everything.

    Attributes:
        number: A part of the order number, lower case.
        tracking: A part of a tracking number, a voided label's too, lower case.
        sku: A part of a SKU, as printed or as understood, lower case.
        lot: A part of a lot number, lower case.
        state: A key of `STATES`, or empty.
        by_shipping: Whether the days are those of shipping, else of ordering.
        since: First day.
        until: Last day.
    """

    number: str = ""
    tracking: str = ""
    sku: str = ""
    lot: str = ""
    state: str = ""
    by_shipping: bool = False
    since: date | None = None
    until: date | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """What orders must fulfil, as SQL on `marts.orders_inbox as orders`, and its parameters."""
        found = list(self._conditions())
        text = " and ".join(condition for condition, _ in found) or "true"
        return text, [value for _, values in found for value in values]

    def _conditions(self) -> Iterator[tuple[str, list[Any]]]:
        if self.number:
            yield _contains("orders.order_number", self.number), [self.number]
        if self.state:
            yield "list_contains(?, orders.order_status)", [list(STATES[self.state])]
        if self.tracking:
            tracked = _contains("tracking_number", self.tracking)
            yield _TRACKED.format(condition=tracked), [self.tracking]
        if self.sku:
            has_sku = f"{_contains('sku_code', self.sku)} or {_contains('shipstation_sku_raw', self.sku)}"
            yield _LINES_WITH.format(condition=has_sku), [self.sku] * 4
        if self.lot:
            yield _LINES_WITH.format(condition=_contains("lot_number", self.lot)), [self.lot] * 2
        if self.since or self.until:
            days = [self.since or date.min, self.until or date.max]
            if self.by_shipping:
                yield _SHIPPED_BETWEEN, days * 2
            else:
                yield "orders.order_date between ? and ?", days


def _contains(column: str, text: str) -> str:
    """Whether a column holds a lower-case text; to fold a million values costs more than to look through them."""
    folded = f"lower({column})" if any(sign.isalpha() for sign in text) else column
    return f"contains({folded}, ?)"
