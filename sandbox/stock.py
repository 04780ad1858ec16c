"""The stock: lots of each key SKU with their units, and the receipts that replenish it.

A lot is put on order lines only after the day of its receipt, the oldest lot with stock first. Opening stock
is that of 2025-09-19, end of day (the business rules); what is ordered before then leaves it untouched.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from sandbox.resources import Row

OPENING_DATE = "2025-09-19"
OPENING = (
    ("17612", "250237", 1019),
    ("17904", "250240", 468),
    ("17914", "250297", 1410),
    ("18675", "240231", 714),
    ("18795", "11001", 7719),
)
# SKU → (refill below, quantities of one delivery), for 30 orders a day; the rest grows with the orders.
_DELIVERIES: dict[str, tuple[int, tuple[int, ...]]] = {
    "17612": (800, (480, 528, 576, 576)),
    "17904": (90, (240, 288)),
    "17914": (150, (680, 860)),
    "18675": (60, (240,)),
    "18795": (150, (933, 996)),
}
_LEFT_OVER = 30
_RECEIPTS_A_LOT = 4


@dataclass
class _Lot:
    number: str
    left: int


class Stock:
    """Lots and receipts of one business; `receipts` are rows of sku, lot, quantity, received_date."""

    def __init__(self, rng: random.Random, orders_per_day: float) -> None:
        """Create the stock of the opening day; deliveries scale with the orders."""
        self._rng = rng
        self._scale = max(1, round(orders_per_day / 30))
        self._lots = {sku: [_Lot(number, quantity)] for sku, number, quantity in OPENING}
        self._coming: list[Row] = []
        self._received = dict.fromkeys(_DELIVERIES, 0)
        self._serial = 300
        self._day = ""
        self._paste = 11002
        self.receipts: list[Row] = []
        self.opening = [
            {"sku": sku, "lot": number, "quantity": quantity, "date": OPENING_DATE}
            for sku, number, quantity in OPENING
        ]

    def begin_day(self, day: str, is_working: bool) -> None:
        """Add earlier receipts to the lots, and receive products that run low.

        A day that has begun already does not begin again.
        """
        if day <= self._day:
            return
        self._day = day
        for receipt in self._coming:
            self._shelve(receipt)
        self._coming = []
        if not is_working or day <= OPENING_DATE:
            return
        for sku, (threshold, quantities) in _DELIVERIES.items():
            on_hand = sum(lot.left for lot in self._lots[sku])
            if on_hand < threshold * self._scale:
                self._receive(sku, day, quantities)
                if on_hand < threshold * self._scale // 3:
                    # Two deliveries of the same size on one day are two receipts.
                    self._receive(sku, day, (self._coming[-1]["quantity"] // self._scale,))

    def take_named(self, sku: str, quantity: int, leaves: bool) -> str:
        """Take units from the current lot, and return its number for the order line."""
        lots = self._lots[sku]
        # The last units of a lot are kept for lines without a lot, so that the next lot's balance stays positive.
        while len(lots) > 1 and lots[0].left <= 0:
            del lots[0]
        reserve = _LEFT_OVER * self._scale
        lot = next((lot for lot in lots if lot.left >= quantity + reserve), lots[-1])
        if leaves:
            lot.left -= quantity
        return lot.number

    def take_unnamed(self, sku: str, quantity: int, leaves: bool) -> None:
        """Take units for a line without a lot, from the oldest lot with stock, then the next."""
        if not leaves:
            return
        lots = self._lots[sku]
        while len(lots) > 1 and lots[0].left < quantity:
            quantity -= max(lots[0].left, 0)
            del lots[0]
        lots[0].left -= quantity

    def _receive(self, sku: str, day: str, quantities: tuple[int, ...]) -> None:
        if self._received[sku] % _RECEIPTS_A_LOT == 0 or sku != "17612":
            self._serial += self._rng.randrange(3, 22)
            self._paste += 1
        self._received[sku] += 1
        newest = [row["lot"] for row in self.receipts if row["sku"] == sku]
        if sku == "18795":
            number = str(self._paste)
        elif sku == "17612" and self._received[sku] % _RECEIPTS_A_LOT != 1 and newest:
            number = newest[-1]
        else:
            number = f"{day[2:4]}{self._serial % 10_000:04d}"
        quantity = self._rng.choice(quantities) * self._scale
        receipt: Row = {"sku": sku, "lot": number, "quantity": quantity, "received_date": day}
        self._coming.append(receipt)
        self.receipts.append(receipt)

    def _shelve(self, receipt: Row) -> None:
        lots = self._lots[receipt["sku"]]
        for lot in lots:
            if lot.number == receipt["lot"]:
                lot.left += receipt["quantity"]
                return
        lots.append(_Lot(receipt["lot"], receipt["quantity"]))
