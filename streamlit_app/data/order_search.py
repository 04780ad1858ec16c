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
_RAW = "shipstation_sku_raw"
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
    """The fields of a search. The text is in lower case; an empty text and no date match everything.

    Attributes:
        text: Part of an order number, a tracking number (also of a voided label), a SKU as printed or as parsed,
            or a lot number, with or without its product's SKU.
        state: A key of `STATES`, or empty.
        by_shipping: Whether the days are ship dates, else order dates.
        since: First day.
        until: Last day.
    """

    text: str = ""
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
        if self.text:
            yield _anywhere(self.text)
        if self.state:
            yield "list_contains(?, orders.order_status)", [list(STATES[self.state])]
        if self.since or self.until:
            days = [self.since or date.min, self.until or date.max]
            if self.by_shipping:
                yield _SHIPPED_BETWEEN, days * 2
            else:
                yield "orders.order_date between ? and ?", days


def read_words(typed: str) -> str:
    """Return what was typed without invisible characters and surplus spaces, in lower case."""
    return " ".join(printed(typed).split()).lower()


def read_lot_number(typed: str) -> tuple[str, str]:
    """Return the SKU, empty if there is none, and the lot of `260616`, `17612-260616` or `17612 - 260616`."""
    text = spelled(typed).lower()
    found = _SKU_AND_LOT.fullmatch(text)
    return (found[1], found[2]) if found else ("", text)


def _anywhere(text: str) -> tuple[str, list[Any]]:
    """Return the condition that a text is part of what an order is found by, and its parameters."""
    # Labels have tracking numbers without the spaces they are printed with.
    tracking = text.replace(" ", "")
    # A SKU is printed with spaces around its hyphen, or without: both are the same.
    is_spaced = "-" in spelled(text) or " " in text
    raw, sku = ("replace(shipstation_sku_raw, ' ', '')", spelled(text).lower()) if is_spaced else (_RAW, text)
    lot_sku, lot = read_lot_number(text)
    line = f"{_contains(raw, sku)} or {_contains('sku_code', text)} or {_contains('lot_number', lot)}"
    values = [sku, text, lot]
    if lot_sku:
        line = f"{_contains(raw, sku)} or sku_code = ? and {_contains('lot_number', lot)}"
        values = [sku, lot_sku, lot]
    conditions = (
        _contains("orders.order_number", text),
        _TRACKED.format(condition=_contains("tracking_number", tracking)),
        _LINES_WITH.format(condition=line),
    )
    return f"({' or '.join(conditions)})", [text, tracking, *values, *values]


def _contains(column: str, text: str) -> str:
    """Return SQL that searches a column. `lower` is slow on a million values, so it is left out for digits."""
    folded = f"lower({column})" if any(sign.isalpha() for sign in text) else column
    return f"contains({folded}, ?)"
