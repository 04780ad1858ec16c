"""A document as a PDF for US Letter paper; the same document gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Any

from workflows.config.dates import Dates
from workflows.config.formatting import money, one_place, whole
from workflows.reports.document import (
    Bars,
    Column,
    Document,
    Figure,
    Figures,
    Kind,
    NewPage,
    Part,
    Table,
    Text,
)
from workflows.reports.paper import ACCENT, INK, QUIET, RULE, WARNING, Paper

_LEVEL_COLOURS = {"critical": WARNING, "low": (178, 106, 0), "normal": (47, 125, 90)}
_HEAD_FILL, _TILE_FILL = (232, 238, 243), (244, 247, 250)
_PADDING = 1.6
_LINE = 3.9
_MOST_LINES = 3
_CHART_HEIGHT = 58.0
_NUMBERS = (Kind.COUNT, Kind.DECIMAL, Kind.MONEY)


def make_pdf(document: Document) -> bytes:
    """Return the document as a PDF."""
    paper = Paper(document)
    paper.add_page()
    for part in document.parts:
        _draw(paper, part)
    paper.sign_pages()
    return bytes(paper.output())


def format_value(value: Any, kind: Kind, dates: Dates) -> str:
    """Return a value as it is printed; an empty text for None."""
    if value is None:
        return ""
    if kind is Kind.COUNT and isinstance(value, int):
        return whole(value)
    if kind is Kind.DECIMAL and isinstance(value, int | float):
        return one_place(value)
    if kind is Kind.MONEY and isinstance(value, int):
        return money(value)
    if isinstance(value, date):
        return dates.day(value)
    return str(value)


def _draw(paper: Paper, part: Part) -> None:
    match part:
        case Figures():
            _draw_figures(paper, part.figures)
        case Text():
            _draw_text(paper, part)
        case Table():
            _draw_table(paper, part)
        case Bars():
            _draw_bars(paper, part)
        case NewPage():
            paper.add_page()


def _make_room(paper: Paper, height: float) -> bool:
    """Begin a new page when this height does not fit any more, and return whether it did."""
    if paper.get_y() + height <= paper.bottom:
        return False
    paper.add_page()
    return True


def _draw_figures(paper: Paper, figures: Sequence[Figure]) -> None:
    height, gap = 19.0, 3.0
    _make_room(paper, height)
    width = (paper.epw - gap * (len(figures) - 1)) / len(figures)
    top = paper.get_y()
    for at, figure in enumerate(figures):
        left = paper.l_margin + at * (width + gap)
        paper.set_fill_color(*_TILE_FILL)
        paper.rect(left, top, width, height, style="F")
        paper.ink(8, colour=QUIET)
        paper.write_at(left + 1.5, top + 2, width - 3, paper.printable(figure.label))
        paper.ink(15, bold=True)
        paper.write_at(
            left + 1.5, top + 6.5, width - 3, format_value(figure.value, figure.kind, paper.dates), height=7
        )
        paper.ink(7.5, colour=QUIET)
        paper.write_at(left + 1.5, top + 13.8, width - 3, paper.wrapped(figure.note, width - 4, 1)[0])
    paper.set_y(top + height + 5)


def _draw_text(paper: Paper, part: Text) -> None:
    paper.ink(8 if part.is_small else 9.5, colour=QUIET if part.is_small else INK)
    step = 3.8 if part.is_small else 4.8
    for line in paper.wrapped(part.text, paper.epw - 2, 40):
        _make_room(paper, step)
        paper.write_at(paper.l_margin, paper.get_y(), paper.epw, line, height=step)
        paper.set_y(paper.get_y() + step)
    paper.set_y(paper.get_y() + 2.5)


def _draw_bars(paper: Paper, bars: Bars) -> None:
    # Imported late: drawing needs a browser's engine, which a report without a chart does not need.
    from workflows.reports.report_charts import draw_bars

    picture = draw_bars(bars, paper.epw / _CHART_HEIGHT)
    _make_room(paper, _CHART_HEIGHT + 8)
    _title(paper, bars.title)
    top = paper.get_y()
    image = paper.image(BytesIO(picture), paper.l_margin, top, paper.epw, alt_text=bars.title)
    paper.set_y(top + image.rendered_height + 6)


def _title(paper: Paper, title: str) -> None:
    paper.ink(11, bold=True)
    paper.write_at(paper.l_margin, paper.get_y(), paper.epw, paper.printable(title), height=5.5)
    paper.set_y(paper.get_y() + 7)


def _draw_table(paper: Paper, table: Table) -> None:
    widths = _widths(paper, table.columns)
    _make_room(paper, 7 + 9 + 3 * table.row_height)
    _title(paper, table.title)
    if not table.rows:
        _draw_text(paper, Text(table.empty))
        return
    _draw_header(paper, table.columns, widths)
    for number, row in enumerate(table.rows):
        lines = _lines(paper, table, row, widths)
        # The totals never stand alone on a page.
        rows_to_keep = 2 if table.totals and number == len(table.rows) - 1 else 1
        if _make_room(paper, rows_to_keep * _height(table, lines)):
            _draw_header(paper, table.columns, widths)
        _draw_row(paper, table, row, lines, widths)
    if table.totals:
        _draw_row(paper, table, table.totals, _lines(paper, table, table.totals, widths, is_bold=True), widths)
    paper.set_y(paper.get_y() + 1.5)
    if table.note:
        _draw_text(paper, Text(table.note, is_small=True))
    paper.set_y(paper.get_y() + 3)


def _widths(paper: Paper, columns: Sequence[Column]) -> list[float]:
    shares = sum(column.width for column in columns)
    return [paper.epw * column.width / shares for column in columns]


def _draw_header(paper: Paper, columns: Sequence[Column], widths: Sequence[float]) -> None:
    paper.ink(8, bold=True, colour=QUIET)
    labels = [
        paper.wrapped(column.label, width - 2 * _PADDING, 2) for column, width in zip(columns, widths, strict=True)
    ]
    height = 3.6 * max(map(len, labels)) + 2.4
    left, top = paper.l_margin, paper.get_y()
    paper.set_fill_color(*_HEAD_FILL)
    paper.rect(left, top, sum(widths), height, style="F")
    for column, width, lines in zip(columns, widths, labels, strict=True):
        for at, line in enumerate(lines):
            y = top + height - 1.2 - 3.6 * (len(lines) - at)
            paper.write_at(left + _PADDING, y, width - 2 * _PADDING, line, align=_align(column.kind), height=3.6)
        left += width
    paper.set_y(top + height)


def _align(kind: Kind) -> str:
    return "R" if kind in _NUMBERS else "C" if kind is Kind.BOX else "L"


def _lines(
    paper: Paper, table: Table, row: Mapping[str, Any], widths: Sequence[float], *, is_bold: bool = False
) -> list[list[str]]:
    """Return each cell's text in lines that fit."""
    paper.ink(9, bold=is_bold)
    return [
        paper.wrapped(
            format_value(row.get(column.key), column.kind, paper.dates), width - 2 * _PADDING, _MOST_LINES
        )
        for column, width in zip(table.columns, widths, strict=True)
    ]


def _draw_row(
    paper: Paper, table: Table, row: Mapping[str, Any], lines: Sequence[Sequence[str]], widths: Sequence[float]
) -> None:
    is_total = row is table.totals
    height = _height(table, lines)
    left, top = paper.l_margin, paper.get_y()
    for column, cell, width in zip(table.columns, lines, widths, strict=True):
        value = row.get(column.key)
        paper.ink(9, bold=is_total)
        if column.kind is Kind.BOX:
            paper.set_draw_color(*QUIET)
            paper.set_line_width(0.25)
            paper.rect(left + 1, top + 1, width - 2, height - 2)
        elif column.kind is Kind.LEVEL and value in _LEVEL_COLOURS:
            _draw_level(paper, left + _PADDING, top, height, value)
        else:
            for at, line in enumerate(filter(None, cell)):
                y = top + (height - len(cell) * _LINE) / 2 + at * _LINE
                paper.write_at(
                    left + _PADDING, y, width - 2 * _PADDING, line, align=_align(column.kind), height=_LINE
                )
        left += width
    _rule(paper, top if is_total else top + height, sum(widths), is_heavy=is_total)
    paper.set_y(top + height)


def _height(table: Table, lines: Sequence[Sequence[str]]) -> float:
    return max(table.row_height, max(map(len, lines)) * _LINE + 1.7)


def _draw_level(paper: Paper, left: float, top: float, height: float, level: str) -> None:
    colour = _LEVEL_COLOURS[level]
    paper.set_fill_color(*colour)
    paper.circle(left + 1.1, top + height / 2, 1.1, style="F")
    paper.ink(9, bold=level == "critical", colour=colour)
    paper.write_at(left + 3.4, top + (height - _LINE) / 2, 20, level.capitalize(), height=_LINE)


def _rule(paper: Paper, y: float, width: float, *, is_heavy: bool) -> None:
    paper.set_draw_color(*(ACCENT if is_heavy else RULE))
    paper.set_line_width(0.4 if is_heavy else 0.15)
    paper.line(paper.l_margin, y, paper.l_margin + width, y)
