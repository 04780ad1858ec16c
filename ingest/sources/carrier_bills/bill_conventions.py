"""What a file as a whole says of how its cells are read: the sign of a charge, the order of day and month."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ingest.sources.carrier_bills import cell_values
from ingest.sources.carrier_bills.bill_file import BillFile, read_rows
from ingest.sources.carrier_bills.bill_layout import Layout
from ingest.sources.carrier_bills.cell_values import CellRefused


def charge_sign(file: BillFile, layout: Layout) -> int | None:
    """Return -1 for a list in which a charge is what a balance loses, printed with a minus, else 1.

    None if no postage in it says so, or some says one and some the other.
    """
    if not layout.format.is_signed_by_kind:
        return 1
    code, amount = layout.places["code"], layout.places["amount"]
    signs = set()
    for row in read_rows(file):
        if len(row.cells) > max(code, amount) and layout.format.kind_of(row.cells[code].strip(), "") == "base":
            try:
                value = cell_values.cents(row.cells[amount])
            except CellRefused:
                continue
            if value:
                signs.add(1 if value > 0 else -1)
    return signs.pop() if len(signs) == 1 else None


class DayOrder:
    """Whether a file's days may be day/month: it has decimal commas, and no day says otherwise."""

    def __init__(self) -> None:
        self.place = ""
        self._is_american = False
        self._has_commas = False

    @property
    def is_unclear(self) -> bool:
        """Whether a day could be another one."""
        return bool(self.place) and self._has_commas and not self._is_american

    def note(self, read: Any, text: str, place: Callable[[], str]) -> None:
        """Note what a cell says of the order of days."""
        if read is cell_values.cents:
            self._has_commas = self._has_commas or cell_values.has_decimal_comma(text)
        elif read is cell_values.day and not self._is_american:
            order = cell_values.order_of_day(text)
            self._is_american = order == "month first"
            self.place = self.place or (place() if order == "unclear" else "")
