"""What all charts share: data, style, colors (light or dark as the page is shown), and axes of time."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt
import streamlit as st

from workflows.page_api import DARK, LIGHT, Dates

_FONT = '"Source Sans", sans-serif'
_PADDING = 4


@dataclass(frozen=True)
class ChartTheme:
    """The colors of one theme.

    Attributes:
        series: Of lines and bars.
        levels: Of the alert levels critical, low and normal.
        ink: Of text that is read first.
        quiet: Of axes.
        grid: Of lines in the background.
    """

    series: Sequence[str]
    levels: dict[str, str]
    ink: str
    quiet: str
    grid: str


_LIGHT = ChartTheme(
    LIGHT, {"critical": "#b3261e", "low": "#c77700", "normal": LIGHT[0]}, "#1c2733", "#5b6876", "#e9edf1"
)
_DARK = ChartTheme(
    DARK, {"critical": "#f0837a", "low": "#e8a33d", "normal": DARK[0]}, "#e4e9ee", "#a7b3be", "#2b3641"
)


def chart_theme() -> ChartTheme:
    """Return the colors of the theme that the reader's browser shows."""
    return _DARK if st.context.theme.type == "dark" else _LIGHT


def time_axis(dates: Dates, label_format: str, **more: Any) -> alt.Axis:
    """Return an axis of instants in UTC, with the names of months in the language of the dates.

    Args:
        dates: How days are written.
        label_format: The d3 format of the labels.
        more: As for Altair's `Axis`.
    """
    if dates.axis_months:
        # d3 formats with English names only.
        label, name = (f"utcFormat(datum.value, {json.dumps(text)})" for text in (label_format, "%b"))
        months = json.dumps(list(dates.axis_months), ensure_ascii=False)
        more["labelExpr"] = f"replace({label}, {name}, {months}[utcmonth(datum.value)])"
    return alt.Axis(format=label_format, grid=False, labelPadding=6, **more)


def chart_data(rows: Iterable[Mapping[str, Any]], **parse: str) -> dict[str, Any]:
    """Return rows in Vega-Lite's form; `parse` says how the text of a column is parsed."""
    return {"values": [dict(row) for row in rows], "format": {"type": "json", "parse": parse or None}}


def styled(chart: Any) -> Any:
    """Return the chart in the page's style."""
    theme = chart_theme()
    return (
        chart.configure(background="transparent", font=_FONT, padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=theme.grid,
            domain=False,
            labelColor=theme.quiet,
            labelFontSize=12,
            titleColor=theme.quiet,
            tickColor=theme.grid,
        )
        .configure_legend(labelColor=theme.ink, labelFontSize=12, symbolSize=90)
    )
