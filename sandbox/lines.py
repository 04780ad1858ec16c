"""Generated order lines, with the spellings, lots and bundles that occur in practice."""

from __future__ import annotations

import random
from bisect import bisect
from itertools import accumulate

from sandbox.catalogue import (
    COMPONENTS,
    DISCOUNT_SHARE,
    KEY_SKUS,
    MAIN_LINES,
    PRODUCT_NAMES,
    SIDE_LINE_SHARE,
    SIDE_LINES,
    UNIT_CENTS,
)
from sandbox.pacific import wall_trimmed
from sandbox.resources import Row
from sandbox.rows import item_row
from sandbox.stock import Stock

Choice = tuple[str, float, tuple[int, ...]]
_SPELLINGS = (" - ",) * 14 + ("-", "-", " -", "- ")
_WITHOUT_LOT = 0.02
_TWICE = 0.006
_UNREADABLE = 0.001


class Lines:
    """Draws order lines and takes their units from the stock."""

    def __init__(self, rng: random.Random, stock: Stock, first_item_id: int) -> None:
        """Create lines with ids after `first_item_id`."""
        self._rng = rng
        self._stock = stock
        self._next_id = first_item_id
        self._main = list(accumulate(choice[1] for choice in MAIN_LINES))
        self._side = list(accumulate(choice[1] for choice in SIDE_LINES))

    def draw(self, ms: int, leaves: bool) -> list[Row]:
        """Return the lines of an order received at `ms`; `leaves` says whether it will be shipped."""
        rng = self._rng
        sku, quantity = self._choose(MAIN_LINES, self._main)
        lines = [self._line(sku, quantity, ms, leaves)]
        chance = rng.random()
        if chance < SIDE_LINE_SHARE:
            side, count = self._choose(SIDE_LINES, self._side)
            if side != sku:
                lines.append(self._line(side, count, ms, leaves))
        elif chance < SIDE_LINE_SHARE + _TWICE:
            lines.append(self._line(sku, 1, ms, leaves))
        if rng.random() < DISCOUNT_SHARE:
            lines.append(self.discount(ms, 500 + 5 * rng.randrange(500)))
        return lines

    def discount(self, ms: int, cents: int) -> Row:
        """Return a discount: an adjustment with a negative price and no SKU."""
        return item_row(self._id(), None, "Discount", 1, -cents, ms, adjustment=True)

    def again(self, line: Row, quantity: int, ms: int) -> Row:
        """Return a copy of a line for another order, as a split makes it."""
        stamp = wall_trimmed(ms)
        moved = {"orderItemId": self._id(), "quantity": quantity}
        return {**line, **moved, "createDate": stamp, "modifyDate": stamp}

    def _choose(self, choices: tuple[Choice, ...], weights: list[float]) -> tuple[str, int]:
        random_number = self._rng.random
        sku, _, quantities = choices[bisect(weights, random_number() * weights[-1])]
        return sku, quantities[int(random_number() * len(quantities))]

    def _line(self, sku: str, quantity: int, ms: int, leaves: bool) -> Row:
        text = sku
        if sku in KEY_SKUS:
            text = self._take(sku, quantity, leaves)
        else:
            for component, each in COMPONENTS.get(sku, {}).items():
                self._stock.take_unnamed(component, each * quantity, leaves)
        name = PRODUCT_NAMES.get(sku, "Unlisted article")
        return item_row(self._id(), text, name, quantity, UNIT_CENTS.get(sku, 2500), ms)

    def _take(self, sku: str, quantity: int, leaves: bool) -> str:
        chance = self._rng.random()
        # The paste is mostly sold by its SKU alone; the kits nearly always carry their lot.
        if chance < (0.6 if sku == "18795" else _WITHOUT_LOT):
            self._stock.take_unnamed(sku, quantity, leaves)
            return sku
        lot = self._stock.take_named(sku, quantity, leaves)
        if chance > 1 - _UNREADABLE:
            return f"{sku} - LOT {lot}"
        return sku + _SPELLINGS[int(chance * 7919) % len(_SPELLINGS)] + lot

    def _id(self) -> int:
        self._next_id += 1
        return self._next_id
