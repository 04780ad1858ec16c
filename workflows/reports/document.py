"""The content of a report, from which both PDF and workbook are made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from workflows.config.dates import Dates


class Kind(Enum):
    """What a value is: it decides format and alignment."""

    TEXT = "text"
    COUNT = "count"
    DECIMAL = "decimal"
    MONEY = "money"
    DATE = "date"
    LEVEL = "level"
    BOX = "box"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes:
        key: The row's key.
        label: Its heading.
        kind: COUNT is an int, DECIMAL a float shown with one place, MONEY an int in cents, DATE a calendar day,
            LEVEL an alert level, BOX a blank to write in.
        width: Its share of the table's width.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    width: float = 1.0


@dataclass(frozen=True)
class Figure:
    """One key figure, with a line of small print below it."""

    label: str
    value: Any
    kind: Kind = Kind.COUNT
    note: str = ""


@dataclass(frozen=True)
class Figures:
    """A row of key figures."""

    figures: Sequence[Figure]


@dataclass(frozen=True)
class Text:
    """A paragraph, in small print or not."""

    text: str
    is_small: bool = False


@dataclass(frozen=True)
class Table:
    """A table with an optional row of totals.

    Attributes:
        title: Its heading; in a workbook the sheet's name, so at most 31 characters and unlike the others'.
        columns: Its columns.
        rows: By column key; None is an empty cell.
        totals: The last row, in bold.
        note: Small print below it.
        empty: The sentence shown when there are no rows.
        row_height: Millimetres on paper.
    """

    title: str
    columns: Sequence[Column]
    rows: Sequence[Mapping[str, Any]]
    totals: Mapping[str, Any] | None = None
    note: str = ""
    empty: str = "Nothing to show."
    row_height: float = 5.6


@dataclass(frozen=True)
class Bars:
    """A chart of stacked bars.

    Attributes:
        title: What it shows.
        categories: One for each bar, in order, unlike each other.
        series: Name and one number for each category, the one at the bottom first.
        colors: The color of each series, see `series_colors`.
        labelled: The categories that are named on the axis.
        is_money: The numbers are dollars, not counts.
    """

    title: str
    categories: Sequence[str]
    series: Sequence[tuple[str, Sequence[float]]]
    colors: Sequence[str]
    labelled: Sequence[str]
    is_money: bool = False


@dataclass(frozen=True)
class NewPage:
    """What follows begins on a new page."""


Part = Figures | Text | Table | Bars | NewPage


@dataclass(frozen=True)
class Document:
    """A report.

    Attributes:
        title: What it is.
        period: What it is about: a day, a week, a month, a lot.
        snapshot: File name of the snapshot it was made from.
        as_of: The snapshot's instant.
        dates: How days and instants are printed.
        parts: Its content, in order.
        is_wide: Printed in landscape.
        notice: A notice on every page, such as that something is missing; empty for none.
        is_draft: Marked as a draft on every page: its figures may still change.
    """

    title: str
    period: str
    snapshot: str
    as_of: datetime
    dates: Dates
    parts: Sequence[Part]
    is_wide: bool = False
    notice: str = ""
    is_draft: bool = False

    @property
    def headline(self) -> str:
        """The title as it is printed."""
        return f"DRAFT: {self.title}" if self.is_draft else self.title
