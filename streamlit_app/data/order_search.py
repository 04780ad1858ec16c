"""The search for orders, as an SQL condition.

A table is in the condition only if it is searched: with 1,000,000 orders each further table is expensive.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from workflows.page_api import printed, spelled

# The states of the search, with ShipStation's.
STATES: dict[str, tuple[str, ...]] = {
    "open": ("awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment"),
    "shipped": ("shipped",),
    "cancelled": ("cancelled",),
}

# A lot as it is printed on the goods, with its product's SKU.
_SKU_AND_LOT = re.compile("([0-9]{5})-([0-9]*)")
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
# The second package of an order may ship on a later day than the first.
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
    """The fields of a search. Texts are parts in lower case; empty texts and no date match everything.

    Attributes:
        number: Order number.
        tracking: Tracking number, also of a voided label.
        sku: SKU, as printed or as parsed.
        lot: Lot number.
        lot_sku: The product of the lot; empty for any.
        state: A key of `STATES`, or empty.
        by_shipping: Whether the days are ship dates, else order dates.
        since: First day.
        until: Last day.
    """

    number: str = ""
    tracking: str = ""
    sku: str = ""
    lot: str = ""
    lot_sku: str = ""
    state: str = ""
    by_shipping: bool = False
    since: date | None = None
    until: date | None = None

    def condition(self) -> tuple[str, list[Any]]:
        """Return the condition as SQL on `marts.orders_inbox as orders`, and its parameters."""
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
            # Printed with spaces around its hyphen, or without: both are the same.
            raw, text = "shipstation_sku_raw", self.sku
            if "-" in text or " " in text:
                raw, text = "replace(shipstation_sku_raw, ' ', '')", text.replace(" ", "")
            has_sku = f"{_contains('sku_code', self.sku)} or {_contains(raw, text)}"
            yield _LINES_WITH.format(condition=has_sku), [self.sku, text] * 2
        if self.lot_sku:
            of_product = f"sku_code = ? and {_contains('lot_number', self.lot)}"
            yield _LINES_WITH.format(condition=of_product), [self.lot_sku, self.lot] * 2
        elif self.lot:
            yield _LINES_WITH.format(condition=_contains("lot_number", self.lot)), [self.lot] * 2
        if self.since or self.until:
            days = [self.since or date.min, self.until or date.max]
            if self.by_shipping:
                yield _SHIPPED_BETWEEN, days * 2
            else:
                yield "orders.order_date between ? and ?", days


def read_words(typed: str) -> str:
    """Return what was typed without invisible characters and surplus spaces, in lower case."""
    return " ".join(printed(typed).split()).lower()


def read_tracking_number(typed: str) -> str:
    """Return a tracking number as labels have it in the data: without the spaces it is printed with."""
    return read_words(typed).replace(" ", "")


def read_lot_number(typed: str) -> tuple[str, str]:
    """Return the SKU, empty if there is none, and the lot of `260616`, `17612-260616` or `17612 - 260616`."""
    text = spelled(typed).lower()
    found = _SKU_AND_LOT.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _contains(column: str, text: str) -> str:
    """Return SQL that searches a column. `lower` is slow on a million values, so it is left out for digits."""
    folded = f"lower({column})" if any(sign.isalpha() for sign in text) else column
    return f"contains({folded}, ?)"
