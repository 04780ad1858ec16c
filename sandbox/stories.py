"""Generated order lifecycles: shipped in one or more packages, fulfilled elsewhere, split, voided, held.

Shares follow what was observed in an audited account and in the former system's 837 orders, with the rare
cases made frequent enough to meet all of them in a year. Instants are milliseconds since 1970 (UTC).
"""

from __future__ import annotations

from bisect import bisect
from itertools import accumulate

from sandbox.house import House, divide, goods, packed
from sandbox.names import Customer
from sandbox.pacific import wall_text
from sandbox.resources import Row
from sandbox.workdays import Day, Workdays

_MINUTE = 60_000
_HOUR = 3_600_000

# How an order ends, if the history is long enough → how many of 1,000 do.
_ENDS = {
    "label": 752,
    "mark": 100,
    "two_packages": 38,
    "two_days": 22,
    "void_and_relabel": 20,
    "void_later_relabel": 4,
    "void_later_cancel": 3,
    "return": 8,
    "market": 15,
    "market_undated": 0.6,
    "split": 9,
    "merge": 6,
    "cancel": 18,
    "ghost": 3,
    "hold_for_ever": 1,
    "unpaid": 0.8,
    "rejected": 0.6,
}
_NAMES = tuple(_ENDS)
_WEIGHTS = tuple(accumulate(_ENDS.values()))
_STAY = frozenset({"void_later_cancel", "cancel", "ghost", "unpaid", "rejected", "hold_for_ever"})
_LATER = (0,) * 40 + (1,) * 6 + (2, 2, 3, 4)
_UNLISTED, _EMPTY = 0.06, 0.1


class Stories:
    """Generates the lifecycle of each order, up to the end of the history."""

    def __init__(self, house: House, days: Workdays, end_ms: int) -> None:
        """Generate no event after `end_ms`."""
        self._house = house
        self._days = days
        self._end = end_ms

    def generate(self, ms: int, number: int) -> None:
        """Generate the lifecycle of an order received at `ms`, on day `number`."""
        house = self._house
        end = _NAMES[bisect(_WEIGHTS, house.rng.random() * _WEIGHTS[-1])]
        order, customer = house.new_order(ms, leaves=end not in _STAY, has_lines=end != "ghost")
        if end not in ("ghost", "unpaid", "rejected", "cancel", "hold_for_ever"):
            self._leave(end, order, customer, ms, number)
        else:
            self._stay(end, order, ms)
        house.store("orders", order)

    def _stay(self, end: str, order: Row, ms: int) -> None:
        later = ms + int(self._house.rng.random() * 5 * _HOUR) + 10 * _MINUTE
        if end == "unpaid":
            order["orderStatus"], order["paymentDate"] = "awaiting_payment", None
        elif later < self._end and end != "ghost":
            statuses = {"cancel": "cancelled", "rejected": "rejected_fulfillment", "hold_for_ever": "on_hold"}
            order["orderStatus"] = statuses[end]
            order["modifyDate"] = wall_text(later)

    def _leave(self, end: str, order: Row, customer: Customer, ms: int, number: int) -> None:
        rng = self._house.rng
        shipped, day, number = self._moment(ms, number)
        if shipped > self._end:
            self._wait(order, ms)
            return
        two = end in ("two_packages", "two_days", "split") and sum(line["quantity"] for line in goods(order)) > 1
        if end == "mark":
            self._house.fulfill(order, customer.label_to, shipped, day.text)
            self._ship(order, shipped, day if rng.random() < 0.7 else None)
        elif end in ("market", "market_undated"):
            self._house.to_market(order)
            self._ship(order, shipped, day if end == "market" else None)
        elif end.startswith("void"):
            self._void(end, order, customer, shipped, day, number)
        elif two and end == "split":
            self._split(order, customer, ms, shipped, day, number)
        elif two:
            self._two_packages(end, order, customer, shipped, day, number)
        else:
            if end == "merge":
                self._merge(order, ms)
            self._one_package(order, customer, shipped, day)
            if end == "return" and shipped + 96 * _HOUR < self._end:
                back = self._days.day(self._days.working_from(number + 4))
                if back.closes < self._end:
                    self._house.label(
                        order, customer.label_to, back.opens, back.text, packed(goods(order)), is_return=True
                    )

    def _moment(self, ms: int, number: int) -> tuple[int, Day, int]:
        """Return when an order received at `ms` ships, with the day and its number."""
        rng = self._house.rng
        days = self._days
        today = days.day(number)
        late = ms > today.opens + 3 * _HOUR or rng.random() < 0.3
        number = days.working_from(number + 1 if late else number, _LATER[int(rng.random() * len(_LATER))])
        day = days.day(number)
        first = max(day.opens, ms + 10 * _MINUTE)
        return first + int(rng.random() * max(day.closes - first, _MINUTE)), day, number

    def _wait(self, order: Row, ms: int) -> None:
        chance = self._house.rng.random()
        if chance < 0.05:
            order["orderStatus"] = "on_hold"
            order["modifyDate"] = wall_text(min(ms + 20 * _MINUTE, self._end))
        elif chance < 0.09:
            order["orderStatus"], order["paymentDate"] = "awaiting_payment", None
        elif chance < 0.11:
            order["orderStatus"] = "pending_fulfillment"

    def _ship(self, order: Row, ms: int, day: Day | None) -> None:
        order["orderStatus"] = "shipped"
        order["shipDate"] = None if day is None else day.text
        order["modifyDate"] = wall_text(ms + 900 + int(self._house.rng.random() * 4000))

    def _listing(self, items: list[Row]) -> list[Row] | None:
        chance = self._house.rng.random()
        return None if chance < _UNLISTED else [] if chance < _EMPTY else items

    def _one_package(self, order: Row, customer: Customer, ms: int, day: Day) -> None:
        self._house.label(order, customer.label_to, ms, day.text, self._listing(packed(goods(order))))
        self._ship(order, ms, day)

    def _two_packages(self, end: str, order: Row, customer: Customer, ms: int, day: Day, number: int) -> None:
        house = self._house
        first, second = divide(goods(order))
        chance = house.rng.random()
        if chance < 0.1:
            first, second = first + second, []
        unlisted = 0.1 <= chance < 0.16
        house.label(order, customer.label_to, ms, day.text, None if unlisted else first)
        later, other = ms + 4 * _MINUTE, day
        if end == "two_days":
            other = self._days.day(self._days.working_from(number + 1))
            later = other.opens + int(house.rng.random() * (other.closes - other.opens))
            order["modifyDate"] = wall_text(ms + 1000)
            if later > self._end:
                return
        house.label(order, customer.label_to, later, other.text, None if unlisted else second)
        self._ship(order, later, other)

    def _void(self, end: str, order: Row, customer: Customer, ms: int, day: Day, number: int) -> None:
        house = self._house
        items = packed(goods(order))
        voided, again, other = ms + 20 * _MINUTE, ms + 35 * _MINUTE, day
        if end != "void_and_relabel":
            other = self._days.day(self._days.working_from(number + 7))
            voided = other.opens + int(house.rng.random() * 2 * _HOUR)
            again = voided + 40 * _MINUTE
        known = voided <= self._end
        house.label(order, customer.label_to, ms, day.text, items, voided if known else None)
        self._ship(order, ms, day)
        if known:
            order["orderStatus"], order["shipDate"] = "awaiting_shipment", None
            order["modifyDate"] = wall_text(voided)
        if again > self._end or not known:
            return
        if end == "void_later_cancel":
            order["orderStatus"], order["modifyDate"] = "cancelled", wall_text(again)
        else:
            house.label(order, customer.label_to, again, other.text, items)
            self._ship(order, again, other)

    def _split(self, order: Row, customer: Customer, ms: int, shipped: int, day: Day, number: int) -> None:
        house = self._house
        first, second = divide(goods(order))
        house.counters.order += 1
        child_id = house.counters.order
        moved = {item["orderItemId"]: item["quantity"] for item in second}
        born = min(ms + 15 * _MINUTE, shipped)
        lines = [line for line in order["items"] if line["orderItemId"] in moved]
        child = {
            **order,
            "orderId": child_id,
            "orderKey": f"{order['orderKey']}-{child_id}",
            "createDate": wall_text(born),
            "modifyDate": wall_text(born),
            "items": [house.lines.again(line, moved[line["orderItemId"]], born) for line in lines],
            "advancedOptions": {
                **order["advancedOptions"],
                "mergedOrSplit": True,
                "parentId": order["orderId"],
            },
        }
        order["advancedOptions"] = {**order["advancedOptions"], "mergedOrSplit": True}
        kept = {item["orderItemId"]: item["quantity"] for item in first}
        order["items"] = [
            {**line, "quantity": kept.get(line["orderItemId"], line["quantity"])}
            for line in order["items"]
            if line["orderItemId"] in kept or line["adjustment"]
        ]
        self._one_package(order, customer, shipped, day)
        other = self._days.day(self._days.working_from(number + 1))
        if other.closes < self._end:
            self._one_package(child, customer, other.opens + _HOUR, other)
        house.store("orders", child)

    def _merge(self, order: Row, ms: int) -> None:
        house = self._house
        house.counters.order += 1
        order["advancedOptions"] = {
            **order["advancedOptions"],
            "mergedOrSplit": True,
            "mergedIds": [house.counters.order],
        }
        order["items"] = [*order["items"], *house.lines.draw(ms, True)]
