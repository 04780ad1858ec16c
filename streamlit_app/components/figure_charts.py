"""Small line charts of figures over days and of measurements over hours. Pure: data in, chart out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from statistics import mean
from typing import Any

import altair as alt

from streamlit_app.components.charts import SERIES, calm, data_of
from streamlit_app.data.formatted import day

# A line through so few points needs them to be seen.
_FEW = 31


def lines_by_day(
    figures: Sequence[Mapping[str, Any]],
    names: Mapping[str, str],
    height: int,
    number_format: str,
    *,
    by_week: bool,
) -> alt.Chart:
    """A line for each figure; what was never noted leaves a gap.

    Args:
        figures: The days, oldest first: `day`, and a number or None under each name.
        names: The figures to draw, each with its words.
        height: Pixels.
        number_format: How a number is written where a pointer rests, in d3's terms.
        by_week: Draw the mean day of each week, from its Monday, instead of each day.
    """
    points = [
        {"at": at.isoformat(), "when": f"{day(at)} {at.year}", "series": words, "value": value}
        for name, words in names.items()
        for at, value in (_by_week if by_week else _by_day)(figures, name)
    ]
    return _lines(points, list(names.values()), height, number_format, ("%Y-%m-%d", "%-d %b"))


def line_by_time(rows: Sequence[Mapping[str, Any]], words: str, height: int) -> alt.Chart:
    """A line through measurements.

    Args:
        rows: The measurements, oldest first: `at` as YYYY-MM-DD HH:MM in the business's time, and `value`.
        words: What is measured.
        height: Pixels.
    """
    points = [{"at": row["at"], "when": row["at"], "series": words, "value": row["value"]} for row in rows]
    return _lines(points, [words], height, ",d", ("%Y-%m-%d %H:%M", "%-d %b %H:%M"))


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
    points: Sequence[Mapping[str, Any]],
    titles: Sequence[str],
    height: int,
    number_format: str,
    time_formats: tuple[str, str],
) -> alt.Chart:
    """Lines over time; `time_formats` are how a time is given, and how it is written below the chart."""
    given, written = time_formats
    is_few = len(points) <= _FEW * len(titles)
    # Days and wall times of the business, read and drawn as UTC, so that no browser moves them.
    chart: alt.Chart = calm(
        alt.Chart(data_of(points, at=f"utc:'{given}'"), height=height)
        .mark_line(strokeWidth=1.6, point={"filled": True, "size": 22} if is_few else False)
        .encode(
            x=alt.X(
                "at:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(format=written, tickCount=4, grid=False, labelPadding=6, labelOverlap=True),
            ),
            y=alt.Y("value:Q", title=None, axis=alt.Axis(tickCount=3, format=",~f"), scale=alt.Scale(zero=True)),
            color=alt.Color(
                "series:N", scale=alt.Scale(domain=list(titles), range=list(SERIES[: len(titles)])), legend=None
            ),
            tooltip=[
                alt.Tooltip("when:N", title="On"),
                alt.Tooltip("series:N", title="What"),
                alt.Tooltip("value:Q", title="Number", format=number_format),
            ],
        )
    )
    return chart
