"""The result of a stock count: differences from the expected stock, and what needs a second count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WHOLE_SKU = ""
WITHOUT_LOT_COUNTED = "-"


@dataclass(frozen=True)
class CountedLot:
    """The count of one lot, in units.

    Attributes:
        lot_number: The lot; `WHOLE_SKU` when a product is counted without regard to lots, `WITHOUT_LOT_COUNTED`
            for its units without a lot.
        counted: The first count.
        expected: On hand in the snapshot, with the entries made since.
        moved_since: The entries made since the snapshot, included in `expected`.
        recounted: The second count, None before it.
    """

    lot_number: str
    counted: int
    expected: int
    moved_since: int
    recounted: int | None = None

    @property
    def final(self) -> int:
        """The count to book: the second if there is one."""
        return self.counted if self.recounted is None else self.recounted

    @property
    def difference(self) -> int:
        """Counted less expected."""
        return self.final - self.expected

    def needs_recount(self, tolerance: int) -> bool:
        """Return whether it differs by more than the tolerance (units) and has no second count yet."""
        return self.recounted is None and abs(self.difference) > tolerance


@dataclass(frozen=True)
class CountedProduct:
    """The count of a product.

    Attributes:
        lots: What was counted of it.
        expected: The stock of the whole product: all lots, and the units without one.
    """

    lots: tuple[CountedLot, ...]
    expected: int

    @property
    def uncounted(self) -> int:
        """Expected units in lots that were not counted; negative if those are overdrawn."""
        return self.expected - sum(lot.expected for lot in self.lots)

    @property
    def compared(self) -> tuple[tuple[int, ...], bool]:
        """What it was compared with: the stock of each lot, and whether that is all of the product's."""
        return tuple(lot.expected for lot in self.lots), not self.uncounted

    @property
    def counted(self) -> int:
        """The units counted, of all lots."""
        return sum(lot.final for lot in self.lots)

    @property
    def difference(self) -> int:
        """Counted less expected, of what was counted."""
        return sum(lot.difference for lot in self.lots)

    def bookings(self) -> list[tuple[CountedLot, str | None, int]]:
        """Return the counts to book, in order: of what, its lot (None for the whole product), and the units.

        The ledger knows counts of lots and of whole products. So units without a lot are booked last, as the count
        of the product: by then only they can differ.
        """
        of_lots = [lot for lot in self.lots if lot.lot_number != WITHOUT_LOT_COUNTED]
        rest = [lot for lot in self.lots if lot.lot_number == WITHOUT_LOT_COUNTED]
        return [
            *((lot, lot.lot_number or None, lot.final) for lot in of_lots),
            *((lot, None, self.counted) for lot in rest),
        ]


def with_recounts(
    lots: Sequence[CountedLot], recounts: Mapping[str, int | None], tolerance: int
) -> list[CountedLot]:
    """Return the lots, with the second counts of those that needed one."""
    return [
        replace(lot, recounted=recounts.get(lot.lot_number)) if lot.needs_recount(tolerance) else lot
        for lot in lots
    ]
