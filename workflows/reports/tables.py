"""Rows as CSV and XLSX files, in which no text is ever a formula.

The page imports this module; what writes XLSX is imported with the first file.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from workflows.config.dates import Dates
from workflows.config.formatting import clean

if TYPE_CHECKING:
    from xlsxwriter.format import Format
    from xlsxwriter.workbook import Workbook
    from xlsxwriter.worksheet import Worksheet

# Spreadsheets take a cell that begins with these for a formula; in East Asia also the wide forms.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_LONGEST_CELL = 32_767
_WIDEST_COLUMN = 60
_SHEET_NAME_LENGTH = 31
_NOT_IN_SHEET_NAMES = str.maketrans(dict.fromkeys("[]:*?/\\", "-"))


def csv_bytes(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Return rows as CSV, in UTF-8 with a byte order mark for spreadsheets.

    Text that a spreadsheet would take for a formula gets an apostrophe in front, so that it is shown.
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([_csv_cell(value) for value in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def xlsx_bytes(
    title: str, header: Sequence[str], rows: Iterable[Sequence[object]], as_of: datetime, dates: Dates
) -> bytes:
    """Return rows as a workbook of one sheet; the same rows give the same bytes.

    Text stays text, lot numbers and SKUs with it; numbers, days and instants (as UTC) are what they are.

    Args:
        title: The sheet's name.
        header: The columns' names.
        rows: Their values; None is an empty cell.
        as_of: The snapshot's instant, noted as the file's date.
        dates: How days are shown.
    """
    buffer = io.BytesIO()
    with new_workbook(buffer, title, as_of) as workbook:
        sheet = workbook.add_worksheet(sheet_name(title))
        day = dates.column.lower()
        formats: dict[type, Format] = {date: workbook.add_format({"num_format": day})}
        formats[datetime] = workbook.add_format({"num_format": f"{day} hh:mm:ss"})
        sheet.write_row(0, 0, [clean(name) for name in header], workbook.add_format({"bold": True}))
        widths = [len(name) for name in header]
        for number, row in enumerate(rows, start=1):
            for column, value in enumerate(row):
                write_cell(sheet, number, column, value, formats.get(type(value)))
                widths[column] = max(widths[column], len(str(value)))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, min(width, _WIDEST_COLUMN) + 2)
        sheet.freeze_panes(1, 0)
    return buffer.getvalue()


def new_workbook(buffer: io.BytesIO, title: str, as_of: datetime) -> Workbook:
    """Create a workbook without any trace of the moment it is made."""
    # Imported late: the page's first paint does not wait for it.
    from xlsxwriter.workbook import Workbook

    workbook = Workbook(buffer, {"in_memory": True})
    created = as_of.astimezone(UTC).replace(tzinfo=None)
    workbook.set_properties({"title": clean(title), "author": "Shipledger", "created": created})
    return workbook


def sheet_name(text: str) -> str:
    """Return a text as a sheet's name: short, and without the characters that file formats forbid."""
    return clean(text).translate(_NOT_IN_SHEET_NAMES)[:_SHEET_NAME_LENGTH].strip("' ") or "Sheet"


def write_cell(sheet: Worksheet, row: int, column: int, value: Any, cell_format: Format | None = None) -> None:
    """Write a value as what it is: text never becomes a formula, a link or a number."""
    match value:
        case None:
            sheet.write_blank(row, column, None, cell_format)
        case bool():
            sheet.write_boolean(row, column, value, cell_format)
        case int() | float():
            sheet.write_number(row, column, value, cell_format)
        case datetime():
            sheet.write_datetime(row, column, value.astimezone(UTC).replace(tzinfo=None), cell_format)
        case date():
            sheet.write_datetime(row, column, value, cell_format)
        case _:
            sheet.write_string(row, column, clean(str(value))[:_LONGEST_CELL], cell_format)


def _csv_cell(value: object) -> object:
    if not isinstance(value, str):
        return value
    text = clean(value)
    return f"'{text}" if value.startswith(_FORMULA_STARTS) or text.startswith(_FORMULA_STARTS) else text
