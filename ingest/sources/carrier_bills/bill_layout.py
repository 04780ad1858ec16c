"""Where the fields of a carrier's file are, by its header: a known format, or that of a mapping file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.errors import BillUnknown, FileRefused
from ingest.sources.carrier_bills import cell_values
from ingest.sources.carrier_bills.bill_file import BillFile, Row
from ingest.sources.carrier_bills.bill_formats import FORMATS, BillFormat, known_headers, spelled, without_number
from ingest.sources.carrier_bills.cell_values import CellRefused

_LONGEST_SHOWN = 40
_MOST_LISTED = 8
# Fields whose column must not be a guess.
_ONCE = ("amount", "tracking_number")
# One word with a digit, as amounts, days and tracking numbers are.
_VALUE = re.compile(r"(?=.*\d)[^\s@]{1,40}")
# A cell of data, as against a header.
_NUMBER = re.compile(r"[\d$(][\d.,:/$)-]*")


@dataclass(frozen=True)
class Layout:
    """Where the fields of a file are.

    Attributes:
        format: The file's format.
        places: The column, from 0, of each field.
        pairs: The columns of further charges: description and amount.
        header: The headers as printed; empty for a file without.
        width: The number of columns of a row.
    """

    format: BillFormat
    places: dict[str, int]
    pairs: tuple[tuple[int, int], ...]
    header: tuple[str, ...]
    width: int


def find_layout(file: BillFile, first: Row, mapping: BillFormat | None, carrier: str | None) -> Layout:
    """Return where the fields are, by the first row of a file.

    Args:
        file: The file.
        first: Its first row.
        mapping: The format of a mapping file; None to find it among the known ones.
        carrier: The carrier that the file should be of; None for any.

    Raises:
        BillUnknown: No known format fits.
        FileRefused: Columns of the mapping are missing, or it is another carrier's file.
    """
    header = [spelled(cell) for cell in first.cells]
    if mapping is not None:
        found = mapping.found_in(header)
        missing = [mapping.columns[name][0] for name in mapping.needs if name not in found]
        if missing:
            raise FileRefused(
                f"{file.name} has no column {_listed(missing)}, which the mapping names. "
                f"{_known_ones(header, mapping)} Correct the mapping."
            )
        return _layout(file, mapping, found, header, first)
    fitting = [(one, *fit) for one in FORMATS if (fit := _fits(one, header, first.cells))]
    if not fitting:
        raise _unknown(file, first, header)
    known, found, has_header = max(fitting, key=lambda one: len(one[1]))
    if carrier is not None and not known.is_for(carrier):
        raise FileRefused(
            f"{file.name} looks like a {known.title}, not like a bill of {carrier}. Nothing was loaded. "
            "Give the right file, or the right carrier."
        )
    return _layout(file, known, found, header, first, has_header=has_header)


def _fits(known: BillFormat, header: Sequence[str], cells: Sequence[str]) -> tuple[dict[str, int], bool] | None:
    """Return the places of a format's fields, and whether a header says them; None if it does not fit."""
    found = known.found_in(header)
    if all(name in found for name in known.needs):
        return found, True
    if known.positions and len(cells) >= known.columns_without_header:
        try:
            if cell_values.day(cells[known.positions["invoice_date"]]):
                return dict(known.positions), False
        except CellRefused:
            return None
    return None


def _unknown(file: BillFile, first: Row, header: Sequence[str]) -> BillUnknown:
    def lacking(known: BillFormat) -> list[str]:
        found = known.found_in(header)
        return [known.columns[name][0] for name in known.needs if name not in found]

    if any(_NUMBER.fullmatch(cell.strip()) for cell in first.cells):
        return BillUnknown(
            f"{file.name} is not a known carrier bill: its first line is not a header. Nothing was loaded."
        )
    nearest = min(FORMATS, key=lambda known: (len(lacking(known)) / len(known.needs), known.name))
    said = f"{file.name} is not a known carrier bill. {_known_ones(header)}"
    if len(lacking(nearest)) == len(nearest.needs):
        return BillUnknown(f"{said} Nothing was loaded.")
    return BillUnknown(
        f"{said} It is nearest to a {nearest.title}, and lacks {_listed(lacking(nearest))}. Nothing was loaded."
    )


def _known_ones(header: Sequence[str], mapping: BillFormat | None = None) -> str:
    """Return a sentence with the columns that are known. Other cells may be data, which no message repeats."""
    found = known_headers(mapping).intersection(header)
    known = [cell for cell in dict.fromkeys(header) if cell in found][:_MOST_LISTED]
    return f"Its known columns are {_listed(known)}." if known else "No cell of its first line is a known column."


def _layout(
    file: BillFile,
    known: BillFormat,
    found: dict[str, int],
    header: list[str],
    first: Row,
    *,
    has_header: bool = True,
) -> Layout:
    twice = [header[found[name]] for name in _ONCE if has_header and header.count(header[found[name]]) > 1]
    if twice:
        raise FileRefused(
            f"{file.name} has more than one column {_listed(twice)}, so which one counts is unclear. Nothing was "
            "loaded. Export the bill again, with one."
        )
    pairs: tuple[tuple[int, int], ...] = ()
    if known.pairs:
        described, amounts = (
            [at for at, name in enumerate(header) if one in (name, without_number(name))] for one in known.pairs
        )
        pairs = tuple(zip(described, amounts, strict=False))
    shown = tuple(cell.strip("\ufeff ") for cell in first.cells) if has_header else ()
    return Layout(known, found, pairs, shown, len(first.cells))


def shown(text: str) -> str:
    """Return the text of a cell, quoted; only a word for one that may name a person: a log keeps the sentence."""
    cleaned = " ".join(text.split())
    if not cleaned:
        return "it"
    return f'"{cleaned}"' if _VALUE.fullmatch(cleaned) else "the text in it"


def _listed(headers: Sequence[str]) -> str:
    return ", ".join(f'"{" ".join(header.split())[:_LONGEST_SHOWN]}"' for header in headers)
