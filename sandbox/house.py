"""The fulfillment house: it takes orders, buys labels and records fulfillments in a book.

Used by the generated history and by trading; instants are milliseconds since 1970 (UTC).
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass

from sandbox.lines import Lines
from sandbox.names import Customer, invent_customers
from sandbox.oddities import vary_order, vary_shipment
from sandbox.pacific import wall_text
from sandbox.reference import MANUAL_STORE, MARKET_STORE, SHOP_STORE
from sandbox.resources import Row
from sandbox.rows import fulfillment_row, order_row, shipment_row, shipped_item
from sandbox.stock import Stock

Store = Callable[[str, Row], None]

_SERVICES = (
    *((("stamps_com", "usps_ground_advantage"),) * 5),
    ("stamps_com", "usps_priority_mail"),
    *((("ups", "ups_ground"),) * 3),
    ("ups_walleted", "ups_ground"),
    ("fedex", "fedex_home_delivery"),
)
_MANUAL_NUMBERS = 9_000
_ODD_ORDERS, _ODD_LABELS, _SHARED_NUMBER = 1 / 12, 1 / 50, 0.001


@dataclass
class Counters:
    """The last id or number of each kind that was used."""

    order: int = 610_000_000
    item: int = 1_199_000_000_000
    shipment: int = 310_000_000
    fulfillment: int = 92_000_000
    manual: int = 100_481
    shop: int = 671_815


class House:
    """One business with its customers, stock and numbers; the same seed gives the same business."""

    def __init__(
        self, seed: int, orders_per_day: float, expected_orders: int = 0, counters: Counters | None = None
    ) -> None:
        """Create a house for about `expected_orders` orders, so that numbers stay in their range."""
        self.rng = random.Random(seed)
        self.orders_per_day = orders_per_day
        self.stock = Stock(random.Random(seed + 1), orders_per_day)
        self.counters = counters or Counters()
        self.lines = Lines(self.rng, self.stock, self.counters.item)
        self.customers = invent_customers(random.Random(seed + 2), 500)
        self.store: Store = _nowhere
        # The shop's numbers grow by ten an order; a large business would run out of six digits.
        self._step = 10 if expected_orders < 30_000 else 1
        self._manual_share = min(0.05, _MANUAL_NUMBERS / max(expected_orders, 1))
        self._last: tuple[str, Customer] | None = None

    def new_order(self, ms: int, leaves: bool = True, has_lines: bool = True) -> tuple[Row, Customer]:
        """Return an order received at `ms`; `leaves` says whether its units will be taken from the stock."""
        rng = self.rng
        counters = self.counters
        counters.order += 1
        chance = rng.random()
        customer = self.customers[int(rng.random() * len(self.customers))]
        store_id = SHOP_STORE
        if self._last is not None and chance > 1 - _SHARED_NUMBER and customer is not self._last[1]:
            number = self._last[0]
        elif chance < self._manual_share:
            counters.manual = 100_000 + (counters.manual - 100_000 + 1) % 10_000
            number, store_id = str(counters.manual), MANUAL_STORE
        else:
            counters.shop += self._step
            if counters.shop > 999_999 and counters.shop < 2_000_000:
                counters.shop = 2_000_000  # Seven digits that do not begin with 10, as manual ones do.
            number = str(counters.shop)
        self._last = (number, customer)
        items = self.lines.draw(ms, leaves) if has_lines else []
        row = order_row(counters.order, number, f"{counters.order:08x}-{number}", store_id, customer, items, ms)
        if rng.random() < _ODD_ORDERS:
            vary_order(rng, row)
        return row, customer

    def to_market(self, row: Row) -> None:
        """Turn an order into one that the marketplace fulfils: shipped without a label or fulfillment."""
        row["orderNumber"] = f"702-{row['orderId'] % 10_000_000:07d}-{row['orderId'] * 7 % 10_000_000:07d}"
        row["advancedOptions"]["storeId"] = MARKET_STORE
        row["externallyFulfilled"] = True
        row["externallyFulfilledBy"] = row["externallyFulfilledByName"] = "Amazon"
        row["externallyFulfilledById"] = 2

    def service(self) -> tuple[str, str]:
        """Return a carrier and a service."""
        return _SERVICES[int(self.rng.random() * len(_SERVICES))]

    def label(
        self,
        order: Row,
        ship_to: Row,
        ms: int,
        ship_date: str,
        items: list[Row] | None,
        voided_ms: int | None = None,
        is_return: bool = False,
    ) -> Row:
        """Buy a label at `ms`, store it, and set the order's carrier and service."""
        rng = self.rng
        self.counters.shipment += 1
        service = self.service()
        cents = 480 + int(rng.random() * 1900)
        insurance = 99 + int(rng.random() * 4) * 67 if rng.random() < 0.06 else 0
        row = shipment_row(
            self.counters.shipment,
            order,
            ship_to,
            service,
            items,
            ms,
            ship_date,
            cents,
            insurance,
            is_return,
        )
        if voided_ms is not None:
            row["voided"] = True
            row["voidDate"] = wall_text(voided_ms)
        if rng.random() < _ODD_LABELS:
            vary_shipment(rng, row)
        self.store("shipments", row)
        if not is_return:
            order["carrierCode"], order["serviceCode"] = service
            order["packageCode"] = "package"
        return row

    def fulfill(self, order: Row, ship_to: Row, ms: int, ship_date: str) -> Row:
        """Store a fulfillment at `ms`: the order was shipped elsewhere."""
        self.counters.fulfillment += 1
        row = fulfillment_row(self.counters.fulfillment, order, ship_to, ms, ship_date)
        self.store("fulfillments", row)
        return row


def goods(order: Row) -> list[Row]:
    """Return the lines of an order that are goods, not adjustments."""
    return [line for line in order["items"] if not line["adjustment"]]


def packed(lines: list[Row]) -> list[Row]:
    """Return all units of these lines as a label lists them."""
    return [shipped_item(line, line["quantity"]) for line in lines]


def divide(lines: list[Row]) -> tuple[list[Row], list[Row]]:
    """Split the units of these lines into two packages; the second is empty for a single unit."""
    first: list[Row] = []
    second: list[Row] = []
    if len(lines) > 1:
        return packed(lines[:1]), packed(lines[1:])
    for line in lines:
        half = (line["quantity"] + 1) // 2
        first.append(shipped_item(line, half))
        if line["quantity"] > half:
            second.append(shipped_item(line, line["quantity"] - half))
    return first, second


def _nowhere(name: str, _row: Row) -> None:
    raise RuntimeError(f"A row of {name} was made before the house had a book to write into.")
