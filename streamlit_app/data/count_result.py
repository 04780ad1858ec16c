"""A count of the shelf: blind numbers first, then what the ledger has, and what must be counted again. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

WHOLE_SKU = ""


@dataclass(frozen=True)
class CountedLot:
    """What was counted of one lot.

    Attributes:
        lot_number: The lot; `WHOLE_SKU` when a product is counted without regard to lots.
        counted: Units that stood on the shelf.
        expected: Units the ledger has for it, with the entries made since its snapshot.
        moved_since: Of these, what entries since the snapshot brought (negative: took away).
        recounted: Units of the second count, None before it.
    """

    lot_number: str
    counted: int
    expected: int
    moved_since: int
    recounted: int | None = None

    @property
    def final(self) -> int:
        """The count that is booked: the second, once there is one."""
        return self.counted if self.recounted is None else self.recounted

    @property
    def difference(self) -> int:
        """Counted less expected."""
        return self.final - self.expected

    def needs_recount(self, tolerance: int) -> bool:
        """Whether it differs by more than the tolerance (units), and has not been counted again."""
        return self.recounted is None and abs(self.difference) > tolerance


def with_recounts(lots: Sequence[CountedLot], again: Mapping[str, int | None], tolerance: int) -> list[CountedLot]:
    """The lots, with the second counts of those that needed one."""
    return [
        replace(lot, recounted=again.get(lot.lot_number)) if lot.needs_recount(tolerance) else lot for lot in lots
    ]
