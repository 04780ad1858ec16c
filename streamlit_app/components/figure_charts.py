"""Small line charts of key figures by day or week, and of measurements over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import mean
from typing import Any

import altair as alt

from streamlit_app.components.chart_theme import chart_data, chart_theme, styled, time_axis
from workflows.page_api import Dates

# With fewer days than this, points are drawn on the line.
_FEW = 31


def lines_by_day(
    dates: Dates,
    figures: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    height: int,
    number_format: str,
    *,
    by_week: bool,
) -> alt.Chart:
    """Return a chart with a line for each figure; days without data are gaps.

    Args:
        dates: How days are written.
        figures: The days, oldest first: `day`, and a number or None under each name.
        names: The label of each figure to draw.
        height: Pixels.
        number_format: The d3 format of the numbers in tooltips.
        by_week: Draw the daily mean of each week instead of each day.
    """
    points = [
        {"at": at.isoformat(), "when": dates.day(at), "series": words, "value": value}
        for name, words in names.items()
        for at, value in (_by_week if by_week else _by_day)(figures, name)
    ]
    return _lines(dates, points, list(names.values()), height, number_format, ("%Y-%m-%d", dates.axis))


def line_by_time(dates: Dates, rows: Sequence[Mapping[str, Any]], label: str, height: int) -> alt.Chart:
    """Return a chart with a line through measurements.

    Args:
        dates: How days are written.
        rows: Oldest first: `at` as YYYY-MM-DD HH:MM in the business's time zone, `when` that is for people, and
            `value`.
        label: What is measured.
        height: Pixels.
    """
    points = [{"at": row["at"], "when": row["when"], "series": label, "value": row["value"]} for row in rows]
    return _lines(dates, points, [label], height, ",d", ("%Y-%m-%d %H:%M", f"{dates.axis}, {dates.axis_time}"))


def _by_day(figures: Sequence[Mapping[str, Any]], name: str) -> list[tuple[date, float | None]]:
    known = {row["day"]: row[name] for row in figures}
    return [(at, known.get(at)) for at in _every(timedelta(days=1), figures[0]["day"], figures[-1]["day"])]


def _by_week(figures: Sequence[Mapping[str, Any]], name: str) -> list[tuple[date, float | None]]:
    weeks: dict[date, list[float]] = {}
    for row in figures:
        weeks.setdefault(_monday(row["day"]), []).extend([] if row[name] is None else [row[name]])
    mondays = _every(timedelta(weeks=1), _monday(figures[0]["day"]), figures[-1]["day"])
    return [(monday, mean(weeks[monday]) if weeks.get(monday) else None) for monday in mondays]


def _monday(at: date) -> date:
    return at - timedelta(days=at.weekday())


def _every(step: timedelta, first: date, last: date) -> list[date]:
    return [first + step * number for number in range((last - first) // step + 1)]


def _lines(
    dates: Dates,
    points: Sequence[Mapping[str, Any]],
    titles: Sequence[str],
    height: int,
    number_format: str,
    time_formats: tuple[str, str],
) -> alt.Chart:
    """Return lines over time; `time_formats` are those of the data and of the axis."""
    data_format, axis_format = time_formats
    is_few = len(points) <= _FEW * len(titles)
    # Local days and times, parsed and drawn as UTC, so that the browser's time zone does not shift them.
    chart: alt.Chart = styled(
        alt.Chart(chart_data(points, at=f"utc:'{data_format}'"), height=height)
        .mark_line(strokeWidth=1.6, point={"filled": True, "size": 22} if is_few else False)
        .encode(
            x=alt.X(
                "at:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=time_axis(dates, axis_format, tickCount=4, labelOverlap=True),
            ),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=3, format=",~f"), scale=alt.Scale(zero=True)),
            color=alt.Color(
                "series:N",
                scale=alt.Scale(domain=list(titles), range=list(chart_theme().series[: len(titles)])),
                legend=None,
            ),
            tooltip=[
                alt.Tooltip("when:N", title="Time"),
                alt.Tooltip("series:N", title="Figure"),
                alt.Tooltip("value:Q", title="Value", format=number_format),
            ],
        )
    )
    return chart
