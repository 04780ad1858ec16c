"""The plan of an upload: lines from the oldest lots with stock, and which orders are held and why. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from ingest.sources.xcart.order_upload import UploadLine
from workflows.config.sku_spelling import visible

# Free units of a lot, oldest lot first.
Queue = list[tuple[str, int]]


@dataclass(frozen=True)
class Item:
    """A product of an order: bundles are taken apart, lines added up.

    Attributes:
        sku_code: The product's code; None when no list knows the text.
        sold_as: The shop's text.
        status: stocked, not_stocked, unknown or unparsed.
    """

    sku_code: str | None
    name: str
    sold_as: str
    status: str
    quantity: int


@dataclass(frozen=True)
class LocalOrder:
    """An order of the shop that waits to be uploaded; `ordered_at` is UTC."""

    order_key: str
    order_number: str
    ordered_at: datetime
    is_manual_number: bool
    items: tuple[Item, ...]


@dataclass(frozen=True)
class Planned:
    """An order that can be sent, with the lots its units come from."""

    order: LocalOrder
    lines: tuple[UploadLine, ...]


@dataclass(frozen=True)
class Held:
    """An order that is not sent.

    Attributes:
        reason: manual_number, unknown_sku, nothing_stocked, not_enough_stock, already_there, partly_there or
            lookup_failed.
        detail: The same as a sentence.
    """

    order_key: str
    order_number: str
    reason: str
    detail: str


class LotQueues:
    """The free units of each SKU, the lot to ship first first."""

    def __init__(self, lots: Mapping[str, Queue]) -> None:
        self._lots = {sku: list(queue) for sku, queue in lots.items()}

    def free(self, sku_code: str) -> int:
        """Return the units that are still free."""
        return sum(units for _lot, units in self._lots.get(sku_code, ()))

    def take(self, sku_code: str, quantity: int) -> Queue:
        """Take units from the first lots, at most what is free, and return them by lot."""
        taken: Queue = []
        left: Queue = []
        for lot, units in self._lots.get(sku_code, ()):
            used = min(units, quantity)
            quantity -= used
            if used:
                taken.append((lot, used))
            left.append((lot, units - used))
        self._lots[sku_code] = left
        return taken

    def take_lot(self, sku_code: str, lot_number: str, quantity: int) -> None:
        """Take units of one lot, at most what is free of it."""
        queue = self._lots.get(sku_code, [])
        self._lots[sku_code] = [
            (lot, max(units - quantity, 0) if lot == lot_number else units) for lot, units in queue
        ]


def plan(orders: Iterable[LocalOrder], lots: LotQueues) -> tuple[list[Planned], list[Held]]:
    """Allocate the free units to the orders, the oldest order first; an order is sent whole or not at all.

    Args:
        orders: The orders that wait.
        lots: The free units; what is planned is taken from them.
    """
    planned: list[Planned] = []
    held: list[Held] = []
    for order in sorted(orders, key=lambda order: (order.ordered_at, order.order_number)):
        problem = _problem(order, lots)
        if problem is not None:
            held.append(Held(order.order_key, order.order_number, *problem))
        else:
            planned.append(Planned(order, tuple(_lines(order, lots))))
    return planned, held


def _problem(order: LocalOrder, lots: LotQueues) -> tuple[str, str] | None:
    if order.is_manual_number:
        return "manual_number", (
            f"{order.order_number} is in the range of numbers typed by hand (100000 to 109999): it could be "
            "another order. Give it another number in the shop, or type it in."
        )
    unknown = [item.sold_as for item in order.items if item.status in ("unknown", "unparsed")]
    if unknown:
        return "unknown_sku", (
            f"{visible(', '.join(unknown))} is not in any list of SKUs. "
            "Add it to seeds/skus.csv or seeds/sku_aliases.csv."
        )
    stocked = _stocked(order.items)
    if not stocked:
        return "nothing_stocked", "None of its products is stocked here."
    for item in stocked:
        free = lots.free(str(item.sku_code))
        if free < item.quantity:
            return "not_enough_stock", (
                f"{item.sku_code}: {item.quantity} wanted, {free} free in lots with stock. "
                "Book the receipt, or ship what is open first."
            )
    return None


def _lines(order: LocalOrder, lots: LotQueues) -> Iterable[UploadLine]:
    for item in _stocked(order.items):
        for lot, units in lots.take(str(item.sku_code), item.quantity):
            yield UploadLine(str(item.sku_code), item.name, lot, units)


def _stocked(items: Sequence[Item]) -> list[Item]:
    return [item for item in items if item.status == "stocked"]
