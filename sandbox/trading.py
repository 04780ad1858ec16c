"""Trading: simulated new orders, labels, cancellations, edits and voids."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sandbox.book import Book
from sandbox.house import House, divide, goods, packed
from sandbox.pacific import CHICAGO, business_date, from_ms, is_second_pass, to_ms, wall_text
from sandbox.resources import Row

_STEP_MS = 137
# The share of each event, in percent.
_SHARES = {
    "new": 44,
    "label": 36,
    "mark": 4,
    "cancel": 3,
    "hold": 2,
    "release": 2,
    "pay": 2,
    "void": 3,
    "edit": 4,
}
_RECENT_LABELS = 400
_WORKING = range(5)


class Trader:
    """Simulates one event per step; the same seed, history and calls give the same events.

    It ships at any time of the day, so that a demo in the evening sees shipments.
    """

    def __init__(self, house: House) -> None:
        """Create a trader for a house."""
        self._house = house
        self._events: dict[str, Callable[[Book, int], bool]] = {
            "new": self._new,
            "label": self._label,
            "mark": self._mark,
            "cancel": lambda book, ms: self._turn(book, ms, "awaiting_shipment", "cancelled"),
            "hold": lambda book, ms: self._turn(book, ms, "awaiting_shipment", "on_hold"),
            "release": lambda book, ms: self._turn(book, ms, "on_hold", "awaiting_shipment"),
            "pay": lambda book, ms: self._turn(book, ms, "awaiting_payment", "awaiting_shipment"),
            "void": self._void,
            "edit": self._edit,
        }

    def __call__(self, book: Book, steps: int, now: datetime) -> None:
        """Simulate `steps` events, a fraction of a second apart, the last one at `now`."""
        house = self._house
        end = to_ms(now)

        def store(name: str, row: Row) -> None:
            fields = book.table(name).resource.date_fields
            passes = [field for field in fields if row.get(field) == wall_text(ms)]
            book.put(name, row, passes if is_second_pass(ms) else ())

        house.store = store
        for step in range(steps):
            ms = end - (steps - 1 - step) * _STEP_MS
            self._begin_day(book, ms)
            names = list(_SHARES)
            event = house.rng.choices(names, weights=list(_SHARES.values()))[0]
            if not self._events[event](book, ms):
                self._new(book, ms)

    def _begin_day(self, book: Book, ms: int) -> None:
        self._house.stock.begin_day(business_date(ms), from_ms(ms).astimezone(CHICAGO).weekday() in _WORKING)
        book.receipts = self._house.stock.receipts

    def _new(self, book: Book, ms: int) -> bool:
        # Orders may also have come in through createorders.
        counters = self._house.counters
        counters.order = max(counters.order, book.highest_id("orders"))
        row, _ = self._house.new_order(ms)
        self._house.store("orders", row)
        return True

    def _label(self, book: Book, ms: int) -> bool:
        order = self._pick(book, "awaiting_shipment")
        if order is None:
            return False
        ship_to = order["shipTo"] | {"residential": None, "addressVerified": None}
        lines = goods(order)
        first, second = divide(lines)
        if second and self._house.rng.random() < 0.08:
            self._house.label(order, ship_to, ms, business_date(ms), first)
            self._house.label(order, ship_to, ms, business_date(ms), second)
        else:
            self._house.label(order, ship_to, ms, business_date(ms), packed(lines))
        return self._ship(order, ms)

    def _mark(self, book: Book, ms: int) -> bool:
        order = self._pick(book, "awaiting_shipment")
        if order is None:
            return False
        self._house.fulfill(order, order["shipTo"], ms, business_date(ms))
        return self._ship(order, ms)

    def _ship(self, order: Row, ms: int) -> bool:
        order.update(orderStatus="shipped", shipDate=business_date(ms), modifyDate=wall_text(ms))
        self._house.store("orders", order)
        return True

    def _turn(self, book: Book, ms: int, old: str, new: str) -> bool:
        order = self._pick(book, old)
        if order is None:
            return False
        order.update(orderStatus=new, modifyDate=wall_text(ms))
        if old == "awaiting_payment":
            order["paymentDate"] = wall_text(ms)
        self._house.store("orders", order)
        return True

    def _void(self, book: Book, ms: int) -> bool:
        ids = [row_id for _, row_id in book.shipments.index("createDate")[-_RECENT_LABELS:]]
        if not ids:
            return False
        label = book.shipment(self._house.rng.choice(ids))
        if label["voided"] or label["isReturnLabel"]:
            return False
        book.void_shipment(label["shipmentId"], from_ms(ms))
        return True

    def _edit(self, book: Book, ms: int) -> bool:
        order = self._pick(book, "awaiting_shipment")
        if order is None:
            return False
        if len(order["items"]) > 1:
            order["items"].pop()
        else:
            order["internalNotes"] = "Changed by phone."
        order["modifyDate"] = wall_text(ms)
        self._house.store("orders", order)
        return True

    def _pick(self, book: Book, status: str) -> Row | None:
        ids = book.orders.ids_with("orderStatus", status)
        # A random sample, so that an order without lines cannot block the trading.
        rows = [book.order(row_id) for row_id in self._house.rng.sample(ids, min(4, len(ids)))]
        return next((row for row in rows if row["items"] and row["orderStatus"] == status), None)
