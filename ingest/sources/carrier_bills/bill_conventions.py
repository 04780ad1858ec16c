"""What a file as a whole says of how its cells are read: what a minus is, decimals, the order of day and month."""

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
        return -1 if layout.format.minus == "charge" else 1
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


class Notation:
    """How a file writes days and amounts, by what its cells say together.

    A day may be day/month if amounts have decimal commas, and no day says otherwise. `1.500` may be of thousands
    if amounts have decimal commas, or none has a decimal point; `1,500` may have decimals if others have commas.
    """

    def __init__(self) -> None:
        self._day = ""
        self._is_american = False
        self._decimals: dict[str, str] = {}

    def note(self, read: Any, text: str, place: Callable[[], str]) -> None:
        """Note what a cell says, and its place if it is unclear."""
        if read is cell_values.cents:
            sign = cell_values.decimal_sign(text)
            if sign is not None and sign not in self._decimals:
                self._decimals[sign] = place()
        elif read is cell_values.day and not self._is_american:
            order = cell_values.order_of_day(text)
            self._is_american = order == "month first"
            self._day = self._day or (place() if order == "unclear" else "")

    def problems(self) -> list[str]:
        """Return what could be read in two ways."""
        found = []
        has_commas = "," in self._decimals
        if self._day and has_commas and not self._is_american:
            found.append(
                f"{self._day} may be day/month or month/day in a file with decimal commas: "
                "export it with days as year-month-day"
            )
        unclear = [self._decimals[sign] for sign in ("?.", "?,") if sign in self._decimals and has_commas]
        if "?." in self._decimals and "." not in self._decimals:
            unclear.append(self._decimals["?."])
        if unclear:
            found.append(f"{unclear[0]} may be of thousands or have decimals: export amounts such as 1234.50")
        return found
