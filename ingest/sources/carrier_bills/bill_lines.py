"""The lines of a bill: one for each charge of a row, with its place in the file.

A row that cannot be read is a problem with its line and column. A file with one is refused as a whole, because a
bill that lacks a line looks like one that is paid.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from itertools import count
from typing import Any

import pyarrow as pa

from ingest.errors import FileRefused
from ingest.sources.carrier_bills import cell_values
from ingest.sources.carrier_bills.bill_conventions import Notation, charge_sign
from ingest.sources.carrier_bills.bill_file import BillFile, Row, read_rows
from ingest.sources.carrier_bills.bill_formats import SHIPMENTS, BillFormat
from ingest.sources.carrier_bills.bill_layout import Layout, find_layout, shown
from ingest.sources.carrier_bills.cell_values import CellRefused

# So many problems are named; more would not help.
_MOST_NAMED = 5
_LONGEST_DESCRIPTION = 80

_IDENTITY = (
    *("invoice_number", "transaction_id", "charged_on", "tracking_number", "reference"),
    *("description", "amount_cents"),
)
SCHEMA = pa.schema(
    [
        pa.field("line_key", pa.string(), nullable=False),
        pa.field("bill_id", pa.string(), nullable=False),
        pa.field("line_number", pa.int64(), nullable=False),
        pa.field("line_hash", pa.int64(), nullable=False),
        pa.field("invoice_number", pa.string()),
        pa.field("invoice_date", pa.string()),
        pa.field("invoice_cents", pa.int64()),
        pa.field("charged_on", pa.string()),
        pa.field("transaction_id", pa.string()),
        pa.field("tracking_number", pa.string()),
        pa.field("lead_number", pa.string()),
        pa.field("reference", pa.string()),
        pa.field("charge_kind", pa.string(), nullable=False),
        pa.field("description", pa.string()),
        pa.field("amount_cents", pa.int64(), nullable=False),
        pa.field("billed_ounces", pa.float64()),
        pa.field("billed_dimensions", pa.string()),
    ]
)


def read_lines(
    file: BillFile,
    mapping: BillFormat | None = None,
    carrier: str | None = None,
    most: int | None = None,
) -> Iterator[tuple[Layout, list[dict[str, Any]]]]:
    """Yield the lines of each row of a file, with the file's layout.

    Args:
        file: The file.
        mapping: The format of a mapping file; None to find it among the known ones.
        carrier: The carrier that the file should be of; None for any.
        most: Stop after so many rows; all by default.

    Raises:
        FileRefused: A row cannot be read, the file is cut, or it is of another format; the sentence has line and
            column. What was yielded before is not valid.
    """
    reader: _LineReader | None = None
    rows = 0
    for row in read_rows(file):
        if reader is None:
            layout = find_layout(file, row, mapping, carrier)
            reader = _LineReader(file, layout, charge_sign(file, layout))
            if layout.header:
                continue
        yield reader.layout, reader.lines_of(row)
        rows += 1
        if rows == most:
            reader.check_problems()
            return
    if reader is None or not rows:
        raise FileRefused(f"{file.name} has no lines below its header. Export the bill again.")
    reader.check_problems()
    reader.check_end()


def _hash_of(form: BillFormat, line: dict[str, Any]) -> int:
    """Return a hash of what the carrier says of a charge: the same in two files that have the same line."""
    said = repr((form.name, form.carrier, *(line[name] for name in _IDENTITY)))
    return int.from_bytes(hashlib.blake2b(said.encode(), digest_size=8).digest(), signed=True)


class _LineReader:
    """Turns rows into lines, and collects what cannot be read."""

    def __init__(self, file: BillFile, layout: Layout, charge_sign: int | None) -> None:
        self.layout = layout
        self._file = file
        self._sign = charge_sign
        self._problems: list[str] = []
        self._problem_count = 0
        self._last = Row(1, [])
        self._notation = Notation()
        self._signs: set[int] = set()
        # That of money back, in a list of transactions or by a mapping.
        self._credit_sign = -charge_sign if layout.format.is_signed_by_kind and charge_sign else None

    def lines_of(self, row: Row) -> list[dict[str, Any]]:
        """Return the lines of a row; none if it cannot be read."""
        self._last = row
        extra = row.cells[self.layout.width :]
        if len(row.cells) < self.layout.width or any(extra):
            self._note(
                f"line {row.line} has {len(row.cells)} columns instead of {self.layout.width}"
                + (": the file is cut or damaged" if not extra else "")
            )
            return []
        problems = self._problem_count
        common = self._common(row)
        charges = self._charges(row)
        if self._problem_count > problems:
            return []
        lines = [
            {**common, "line_key": f"{common['line_key']}:{number}", **charge}
            for number, charge in zip(count(1), charges, strict=False)
        ]
        for line in lines:
            line["line_hash"] = _hash_of(self.layout.format, line)
        return lines

    def check_problems(self) -> None:
        """Refuse the file if a row could not be read, or all of them together in two ways.

        Raises:
            FileRefused: With the places of the first problems.
        """
        for problem in self._notation.problems():
            self._note(problem)
        form = self.layout.format
        if self._signs == {-1} and form.minus is None and not form.is_signed_by_kind:
            self._note("all its amounts have a minus, and may be charges or credits: say which in a mapping file")
        if self._problem_count:
            more = self._problem_count - len(self._problems)
            raise FileRefused(
                f"{self._file.name} cannot be loaded: {'; '.join(self._problems)}"
                f"{f'; and {more:,} more' if more else ''}. Nothing was loaded. "
                "Correct the file, or export it again."
            )

    def check_end(self) -> None:
        """Refuse the file if the last cell of its last line may be cut.

        Raises:
            FileRefused: The line has no end, and its last cell is one that is loaded.
        """
        used = {*self.layout.places.values(), *(at for pair in self.layout.pairs for at in pair)}
        if not self._file.ends_with_newline and len(self._last.cells) - 1 in used:
            raise FileRefused(
                f"Line {self._last.line} of {self._file.name}, the last one, has no end, so its last cell may be "
                "cut. Nothing was loaded. Export the bill again."
            )

    def _common(self, row: Row) -> dict[str, Any]:
        """Return what all lines of a row have."""
        bill_id = self._file.content_hash
        unit = self._text(row, "weight_unit")
        return {
            "line_key": f"{bill_id}:{row.line}",
            "bill_id": bill_id,
            "line_number": row.line,
            "invoice_number": cell_values.identifier(self._text(row, "invoice_number")),
            "invoice_date": self._read(row, "invoice_date", cell_values.day),
            "invoice_cents": self._read(row, "invoice_amount", cell_values.cents),
            "charged_on": self._read(row, "charged_on", cell_values.day),
            "transaction_id": cell_values.identifier(self._text(row, "transaction_id")),
            "tracking_number": self._read(row, "tracking_number", cell_values.tracking_number),
            "lead_number": cell_values.lead_number(self._text(row, "lead_number")),
            "reference": self._read(row, "reference", cell_values.reference),
            "billed_ounces": self._read(row, "weight", cell_values.ounces, unit),
            "billed_dimensions": self._dimensions(row),
        }

    def _charges(self, row: Row) -> list[dict[str, Any]]:
        """Return the charges of a row: kind, description and amount; none if its total cannot be read."""
        problems = self._problem_count
        total = self._read(row, "amount", cell_values.cents) or 0
        if not self._text(row, "amount"):
            self._refuse(row, "amount", "", "is empty")
        currency = self._text(row, "currency")
        if currency and currency.upper() not in ("USD", "US", "$"):
            self._refuse(row, "currency", currency, "is not US dollars")
        if self._problem_count > problems:
            return []
        if not self.layout.pairs:
            return [self._charge(row, self._text(row, "code"), self._text(row, "description"), total)]
        parts = [
            self._charge(row, "", row.cells[described].strip(), amount)
            for described, amounts in self.layout.pairs
            if (amount := self._cell(row, amounts, cell_values.cents) or 0) > 0
        ]
        rest = total - sum(part["amount_cents"] for part in parts)
        if total <= 0 or rest < 0:
            # A credit, or a discount that is larger than what it is given on.
            return [self._charge(row, "", "Credit" if total < 0 else "Net charge", total)]
        return [self._charge(row, "", "Transportation charge", rest), *parts]

    def _charge(self, row: Row, code: str, description: str, amount: int) -> dict[str, Any]:
        form, is_list = self.layout.format, self.layout.format.is_signed_by_kind
        if not is_list:
            amount *= self._sign or 1
        is_parcel = bool(self._text(row, "tracking_number"))
        kind = form.kind_of(code, description, is_credit=is_list or amount < 0, is_parcel=is_parcel)
        if kind == "base" and self._text(row, "section").lower() not in SHIPMENTS:
            kind = "other"
        if kind is None:
            self._refuse(row, "code", code, "is not a known type of transaction: name it in a mapping file")
        elif kind == "refund":
            amount = self._given_back(row, amount)
        elif kind != "payment" and is_list and self._sign is None:
            self._refuse(
                row, "amount", self._text(row, "amount"), "may be a charge or a credit, as no postage says which"
            )
        elif is_list and self._sign is not None:
            amount *= self._sign
        if amount and kind not in ("payment", "refund"):
            self._signs.add(1 if amount > 0 else -1)
            kind = "refund" if amount < 0 else kind
        return {
            "charge_kind": kind,
            "description": (form.kept_of(description) or form.kept_of(code))[:_LONGEST_DESCRIPTION] or None,
            "amount_cents": amount,
        }

    def _given_back(self, row: Row, amount: int) -> int:
        """Return money back as a negative amount; the sign of one says that of all others."""
        if amount:
            sign = 1 if amount > 0 else -1
            self._credit_sign = self._credit_sign or sign
            if sign != self._credit_sign:
                self._refuse(
                    row, "amount", self._text(row, "amount"), "is called money back, but its sign says otherwise"
                )
        return -abs(amount)

    def _dimensions(self, row: Row) -> Any:
        unit = self._text(row, "dimension_unit")
        if "length" not in self.layout.places:
            return self._read(row, "dimensions", cell_values.dimensions, unit)
        sides = [self._text(row, side) for side in ("length", "width", "height")]
        try:
            return cell_values.dimensions(" x ".join(sides), unit) if all(sides) else None
        except CellRefused as problem:
            self._refuse(row, "length", " x ".join(sides), str(problem))
            return None

    def _text(self, row: Row, name: str) -> str:
        at = self.layout.places.get(name)
        return row.cells[at].strip() if at is not None else ""

    def _read(self, row: Row, name: str, read: Any, *more: str) -> Any:
        at = self.layout.places.get(name)
        return None if at is None else self._cell(row, at, read, *more)

    def _cell(self, row: Row, at: int, read: Any, *more: str) -> Any:
        self._notation.note(read, row.cells[at], lambda: self._place(row, at))
        try:
            return read(row.cells[at], *more)
        except CellRefused as problem:
            self._note(f"{self._place(row, at)}: {shown(row.cells[at])} {problem}")
            return None

    def _refuse(self, row: Row, name: str, text: str, reason: str) -> None:
        self._note(f"{self._place(row, self.layout.places[name])}: {shown(text)} {reason}")

    def _place(self, row: Row, at: int) -> str:
        named = f' ("{self.layout.header[at]}")' if self.layout.header else ""
        return f"line {row.line}, column {at + 1}{named}"

    def _note(self, problem: str) -> None:
        self._problem_count += 1
        if len(self._problems) < _MOST_NAMED:
            self._problems.append(problem)
