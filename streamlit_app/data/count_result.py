"""The result of a stock count: differences from the expected stock, and which lots need a second count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WHOLE_SKU = ""


@dataclass(frozen=True)
class CountedLot:
    """The count of one lot, in units.

    Attributes:
        lot_number: The lot; `WHOLE_SKU` when a product is counted without regard to lots.
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


def with_recounts(
    lots: Sequence[CountedLot], recounts: Mapping[str, int | None], tolerance: int
) -> list[CountedLot]:
    """Return the lots, with the second counts of those that needed one."""
    return [
        replace(lot, recounted=recounts.get(lot.lot_number)) if lot.needs_recount(tolerance) else lot
        for lot in lots
    ]
