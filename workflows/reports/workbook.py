"""A document as an XLSX workbook: a summary with the chart, and a sheet for each table."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from workflows.reports.document import (
    Bars,
    Column,
    Document,
    Figure,
    Figures,
    Kind,
    Table,
    Text,
)
from workflows.reports.tables import new_workbook, sheet_name, write_cell

_LETTER = 1
_NUMBER_FORMATS = {
    Kind.COUNT: "#,##0",
    Kind.DECIMAL: "#,##0.0",
    Kind.MONEY: "$#,##0.00;-$#,##0.00",
}
_WIDTHS = {Kind.COUNT: 12, Kind.DECIMAL: 12, Kind.MONEY: 14, Kind.DATE: 14, Kind.LEVEL: 12, Kind.BOX: 16}
_TEXT_WIDTHS = (10, 48)
_FIRST_ROW = 4


def make_workbook(document: Document) -> bytes:
    """Return the document as a workbook, ready to print; the same document gives the same bytes."""
    buffer = io.BytesIO()
    with new_workbook(buffer, f"{document.headline}, {document.period}", document.as_of) as workbook:
        book = _Book(workbook, document)
        book.add_summary()
        for part in document.parts:
            if isinstance(part, Table):
                book.add_table(part)
    return buffer.getvalue()


class _Book:
    """The sheets of one workbook, which share their formats."""

    def __init__(self, workbook: Workbook, document: Document) -> None:
        self._workbook = workbook
        self._document = document
        self._title = workbook.add_format({"bold": True, "font_size": 16})
        self._quiet = workbook.add_format({"font_color": "#5B6876"})
        self._notice = workbook.add_format({"bold": True, "font_color": "#B3261E"})
        self._wrapped = workbook.add_format({"text_wrap": True, "valign": "top"})
        self._plain = {kind: self._format(kind) for kind in Kind}
        self._bold = {kind: self._format(kind, bold=True, top=1) for kind in Kind}
        self._head = {
            kind: workbook.add_format(
                {"bold": True, "bg_color": "#E8EEF3", "text_wrap": True, "valign": "bottom", "align": _side(kind)}
            )
            for kind in Kind
        }

    def _format(self, kind: Kind, **more: Any) -> Format:
        boxed = {"border": 1} if kind is Kind.BOX else {}
        formats = {**_NUMBER_FORMATS, Kind.DATE: self._document.dates.column.lower()}
        return self._workbook.add_format(
            {"num_format": formats.get(kind, "General"), "align": _side(kind), **boxed, **more}
        )

    def _new_sheet(self, name: str, columns: int) -> Worksheet:
        sheet = self._workbook.add_worksheet(sheet_name(name))
        sheet.hide_gridlines(2)
        sheet.set_paper(_LETTER)
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
        sheet.set_footer(f"&L&8{self._document.snapshot}&R&8Page &P of &N")
        if self._document.is_wide or columns > 8:
            sheet.set_landscape()
        write_cell(sheet, 0, 0, self._document.headline, self._title)
        write_cell(sheet, 1, 0, self._document.period, self._quiet)
        made = f"Made from {self._document.snapshot}, as of {self._document.dates.moment(self._document.as_of)}"
        write_cell(sheet, 2, 0, made, self._quiet)
        if self._document.notice:
            write_cell(sheet, 3, 0, self._document.notice, self._notice)
        return sheet

    def add_summary(self) -> None:
        """Add the sheet with the key figures, the texts and the chart."""
        sheet = self._new_sheet("Summary", 2)
        sheet.set_column(0, 0, 30)
        sheet.set_column(1, 1, 18)
        sheet.set_column(2, 2, 50)
        row = _FIRST_ROW
        for part in self._document.parts:
            match part:
                case Figures():
                    for figure in part.figures:
                        self._write_figure(sheet, row, figure)
                        row += 1
                    row += 1
                case Text():
                    sheet.merge_range(row, 0, row, 2, "", self._wrapped)
                    write_cell(sheet, row, 0, part.text, self._wrapped)
                    sheet.set_row(row, 15 * (1 + len(part.text) // 95))
                    row += 2
                case Bars():
                    self._add_chart(sheet, row, part)
                    row += 18

    def _write_figure(self, sheet: Worksheet, row: int, figure: Figure) -> None:
        write_cell(sheet, row, 0, figure.label)
        self._write(sheet, row, 1, figure.value, figure.kind, self._plain)
        write_cell(sheet, row, 2, figure.note, self._quiet)

    def add_table(self, table: Table) -> None:
        """Add a sheet with one table, its totals and its note."""
        sheet = self._new_sheet(table.title, len(table.columns))
        for at, column in enumerate(table.columns):
            write_cell(sheet, _FIRST_ROW, at, column.label, self._head[column.kind])
            sheet.set_column(at, at, _width(column, table.rows))
        sheet.freeze_panes(_FIRST_ROW + 1, 0)
        sheet.repeat_rows(_FIRST_ROW)
        row = _FIRST_ROW + 1
        for values in table.rows:
            self._write_row(sheet, row, table.columns, values, self._plain)
            row += 1
        if table.totals:
            self._write_row(sheet, row, table.columns, table.totals, self._bold)
            row += 1
        below = table.note if table.rows else table.empty
        write_cell(sheet, row + 1, 0, below, self._quiet)

    def _write_row(
        self,
        sheet: Worksheet,
        row: int,
        columns: Sequence[Column],
        values: Mapping[str, Any],
        formats: Mapping[Kind, Format],
    ) -> None:
        for at, column in enumerate(columns):
            self._write(sheet, row, at, values.get(column.key), column.kind, formats)

    def _write(
        self, sheet: Worksheet, row: int, column: int, value: Any, kind: Kind, formats: Mapping[Kind, Format]
    ) -> None:
        if kind is Kind.MONEY and isinstance(value, int):
            value = value / 100
        write_cell(sheet, row, column, value, formats[kind])

    def _add_chart(self, summary: Worksheet, row: int, bars: Bars) -> None:
        data = self._new_sheet("Chart", 1 + len(bars.series))
        for at, category in enumerate(bars.categories, start=_FIRST_ROW + 1):
            write_cell(data, at, 0, category)
        last = _FIRST_ROW + len(bars.categories)
        chart = self._workbook.add_chart({"type": "column", "subtype": "stacked"})
        for column, (name, values) in enumerate(bars.series, start=1):
            write_cell(data, _FIRST_ROW, column, name, self._head[Kind.COUNT])
            for at, value in enumerate(values, start=_FIRST_ROW + 1):
                write_cell(data, at, column, value, self._plain[Kind.DECIMAL if bars.is_money else Kind.COUNT])
            chart.add_series(
                {
                    "name": ["Chart", _FIRST_ROW, column],
                    "categories": ["Chart", _FIRST_ROW + 1, 0, last, 0],
                    "values": ["Chart", _FIRST_ROW + 1, column, last, column],
                    "fill": {"color": bars.colors[column - 1]},
                    "gap": 40,
                }
            )
        chart.set_title({"name": bars.title, "name_font": {"size": 11}})
        chart.set_legend({"position": "bottom"})
        chart.set_y_axis({"num_format": "$#,##0" if bars.is_money else "#,##0", "line": {"none": True}})
        chart.set_size({"width": 720, "height": 320})
        summary.insert_chart(row, 0, chart)


def _side(kind: Kind) -> str:
    return "right" if kind in (Kind.COUNT, Kind.DECIMAL, Kind.MONEY) else "left"


def _width(column: Column, rows: Sequence[Mapping[str, Any]]) -> int:
    if column.kind is not Kind.TEXT:
        return _WIDTHS[column.kind]
    least, most = _TEXT_WIDTHS
    longest = max((len(str(row.get(column.key) or "")) for row in rows), default=0)
    return min(max(least, len(column.label) + 2, longest + 2), most)
