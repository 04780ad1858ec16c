"""The charts, in the page's colors: those of the theme, and the same for a product or charge everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt

from streamlit_app.components.chart_theme import chart_data, chart_theme, styled, time_axis
from streamlit_app.data.formatted import count
from workflows.page_api import CHARGES, Dates, series_colors

# Longer bars end in an arrow; the number is beside them.
_LONGEST_SUPPLY_DAYS = 91
_WEEK = 7
_WEEKS_A_LABEL = 4
# Characters of names that fit a line of a legend, a symbol taking four; narrower than the width it is a phone.
_NARROW_PIXELS, _NARROW_LEGEND, _WIDE_LEGEND = 500, 50, 110
_SYMBOL = 4
_UNITS_AXIS = alt.Axis(tickCount=4, format=",d")


def shipped_by_day(
    dates: Dates, rows: Sequence[Mapping[str, Any]], order: Sequence[str], products: Sequence[str], height: int
) -> alt.Chart:
    """Return bars with the units shipped each day, stacked by product.

    Args:
        dates: How days are written.
        rows: `ship_date` as YYYY-MM-DD, `product` and `units`.
        order: The products, the one at the bottom first.
        products: All key products by SKU, which decides their colors.
        height: Pixels.
    """
    bars = [_bar(dates, row["ship_date"], row["product"], row["units"], order) for row in rows]
    labelled = _first_of_each_week(row["ship_date"] for row in rows)
    return _stacked(dates, bars, order, products, height, labelled, ("Shipped", "Product", "Units"), ",d")


def shipped_by_week(
    dates: Dates, rows: Sequence[Mapping[str, Any]], order: Sequence[str], products: Sequence[str], height: int
) -> alt.Chart:
    """Return the same by week; `week_start_date` is its Monday."""
    bars = [_bar(dates, row["week_start_date"], row["product"], row["units"], order) for row in rows]
    mondays = sorted({row["week_start_date"] for row in rows})
    labelled = mondays[::-_WEEKS_A_LABEL]
    return _stacked(dates, bars, order, products, height, labelled, ("Week from", "Product", "Units"), ",d")


def charges_by_day(dates: Dates, rows: Sequence[Mapping[str, Any]], height: int) -> alt.Chart:
    """Return bars with the charges of each day, stacked by kind.

    Args:
        dates: How days are written.
        rows: `charge_date` as YYYY-MM-DD, and each of `CHARGES` in cents.
        height: Pixels.
    """
    order = list(CHARGES.values())
    bars = [
        _bar(dates, row["charge_date"], words, row[column] / 100, order)
        for row in rows
        for column, words in CHARGES.items()
    ]
    labelled = _first_of_each_week(row["charge_date"] for row in rows)
    return _stacked(dates, bars, order, order, height, labelled, ("Day", "Charge", "Amount"), "$,.2f")


def _bar(dates: Dates, at: str, series: str, value: float, order: Sequence[str]) -> dict[str, Any]:
    when = dates.weekday(date.fromisoformat(at))
    return {"at": at, "when": when, "series": series, "value": value, "rank": order.index(series)}


def _stacked(
    dates: Dates,
    bars: Sequence[Mapping[str, Any]],
    order: Sequence[str],
    known: Sequence[str],
    height: int,
    labelled: Sequence[str],
    titles: tuple[str, str, str],
    number_format: str,
) -> alt.Chart:
    """Return stacked bars over days; `titles` name the day, the series and the value in tooltips."""
    when, series, value = titles
    texts = {at: dates.short_day(date.fromisoformat(at)) for at in labelled}
    days = alt.Axis(
        values=list(labelled),
        labelAngle=0,
        labelPadding=8,
        labelOverlap=True,
        labelExpr=f"{json.dumps(texts)}[datum.value]",
        ticks=False,
    )
    chart = alt.Chart(chart_data(bars), height=height).mark_bar(width={"band": 0.75})
    stacked: alt.Chart = styled(
        chart.encode(
            x=alt.X("at:O", title=None, axis=days),
            y=alt.Y(
                "sum(value):Q", title=None, axis=alt.Axis(tickCount=4, format=number_format.replace(".2f", ".0f"))
            ),
            color=_color_by_series(order, known),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("when:N", title=when),
                alt.Tooltip("series:N", title=series),
                alt.Tooltip("sum(value):Q", title=value, format=number_format),
            ],
        )
    )
    return stacked


def _color_by_series(order: Sequence[str], known: Sequence[str]) -> alt.Color:
    colors = series_colors(order, known, chart_theme().series)
    return alt.Color(
        "series:N",
        title=None,
        sort=list(order),
        scale=alt.Scale(domain=list(order), range=colors),
        legend=alt.Legend(
            orient="top",
            direction="horizontal",
            columns=alt.ExprRef(
                f"width < {_NARROW_PIXELS} ? {_legend_columns(order, _NARROW_LEGEND)}"
                f" : {_legend_columns(order, _WIDE_LEGEND)}"
            ),
            symbolType="square",
        ),
    )


def _legend_columns(order: Sequence[str], characters: int) -> int:
    """Return the most columns, each as wide as its longest name, that fit a line."""
    return next(
        columns
        for columns in range(len(order), 0, -1)
        if columns == 1 or sum(_SYMBOL + max(map(len, order[at::columns])) for at in range(columns)) <= characters
    )


def supply_by_product(rows: Sequence[Mapping[str, Any]], height: int) -> alt.LayerChart:
    """Return bars with the days of supply of each product; longer than three months, they end in an arrow.

    Args:
        rows: `sku_code`, `days_of_supply` and `alert_level`; products without shipments are left out.
        height: Pixels.
    """
    weeks = alt.Axis(
        values=list(range(0, _LONGEST_SUPPLY_DAYS + 1, 2 * _WEEK)),
        labelExpr=f"datum.value == 0 ? '0' : datum.value / {_WEEK} + ' wk'",
        ticks=False,
    )
    data = chart_data(_supply(row) for row in rows if row["days_of_supply"] is not None)
    base = alt.Chart(data, height=height).encode(
        y=alt.Y("sku:N", title=None, sort=None, axis=alt.Axis(ticks=False, labelPadding=8, labelFontSize=13)),
        # Wider than the longest bar, so that the label beside it fits.
        x=alt.X("shown:Q", title=None, scale=alt.Scale(domain=[0, _LONGEST_SUPPLY_DAYS * 1.45]), axis=weeks),
        tooltip=[
            alt.Tooltip("sku:N", title="SKU"),
            alt.Tooltip("days:Q", title="Days of supply", format=",.1f"),
            alt.Tooltip("level:N", title="Level"),
        ],
    )
    theme = chart_theme()
    levels = alt.Scale(domain=list(theme.levels), range=list(theme.levels.values()))
    bars = base.mark_bar(size=16).encode(color=alt.Color("level:N", scale=levels, legend=None))
    # Where a bar is cut off, it points on.
    arrows = (
        base.transform_filter("datum.is_cut")
        .mark_point(shape="triangle-right", filled=True, size=190, opacity=1, xOffset=4)
        .encode(color=alt.Color("level:N", scale=levels, legend=None))
    )
    labels = base.mark_text(align="left", dx=18, fontSize=13, color=theme.ink).encode(text="label:N")
    title = alt.TitleParams("Days of supply", anchor="start", color=theme.quiet, fontSize=13, fontWeight="normal")
    chart: alt.LayerChart = styled((bars + arrows + labels).properties(title=title))
    return chart


def _supply(row: Mapping[str, Any]) -> dict[str, Any]:
    days = row["days_of_supply"]
    return {
        "sku": row["sku_code"],
        "days": days,
        "shown": min(max(days, 0), _LONGEST_SUPPLY_DAYS),
        "level": row["alert_level"],
        "label": count(int(days), "day"),
        "is_cut": days > _LONGEST_SUPPLY_DAYS,
    }


def stock_history(
    dates: Dates, rows: Sequence[Mapping[str, Any]], reorder_point: int, height: int
) -> alt.LayerChart:
    """Return a line of the units on hand at the end of each day, with a dashed line at the reorder point.

    Args:
        dates: How days are written.
        rows: `inventory_date` as YYYY-MM-DD and `quantity_on_hand`.
        reorder_point: Units.
        height: Pixels.
    """
    # Parsed and drawn as UTC, or browsers west of it would show each day one day early.
    data = chart_data(
        ({**row, "when": dates.weekday(date.fromisoformat(row["inventory_date"]))} for row in rows),
        inventory_date="utc:'%Y-%m-%d'",
    )
    line = (
        alt.Chart(data, height=height)
        .mark_line(interpolate="step-after", color=chart_theme().series[0], strokeWidth=1.6)
        .encode(
            x=alt.X(
                "inventory_date:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=time_axis(dates, "%b %Y", tickCount=6, labelOverlap=True),
            ),
            y=alt.Y("quantity_on_hand:Q", title=None, axis=_UNITS_AXIS, scale=alt.Scale(zero=True)),
            tooltip=[
                alt.Tooltip("when:N", title="End of"),
                alt.Tooltip("quantity_on_hand:Q", title="Units on hand", format=",d"),
            ],
        )
    )
    rule = (
        alt.Chart(chart_data([{"units": reorder_point}]))
        .mark_rule(color=chart_theme().levels["low"], strokeDash=[4, 3])
        .encode(y="units:Q", tooltip=[alt.Tooltip("units:Q", title="Reorder point", format=",d")])
    )
    chart: alt.LayerChart = styled(line + rule)
    return chart


def health_history(dates: Dates, rows: Sequence[Mapping[str, Any]], height: int) -> alt.LayerChart:
    """Return a line of the number of failed checks at each run.

    Args:
        dates: How days are written.
        rows: `checked` as YYYY-MM-DD HH:MM in the business's time zone, `when` that is for people, `passed`,
            `failed`, and `which` failed.
        height: Pixels.
    """
    # Local times, parsed and drawn as UTC, so that the browser's time zone does not shift them.
    base = alt.Chart(chart_data(rows, checked="utc:'%Y-%m-%d %H:%M'"), height=height).encode(
        x=alt.X(
            "checked:T",
            title=None,
            scale=alt.Scale(type="utc"),
            axis=time_axis(dates, dates.axis, tickCount=6),
        ),
        y=alt.Y(
            "failed:Q",
            title="Failed checks",
            scale=alt.Scale(domainMin=0, domainMax=max(4, *(row["failed"] for row in rows))),
            axis=alt.Axis(tickCount=4, format="d"),
        ),
        tooltip=[
            alt.Tooltip("when:N", title="Checked"),
            alt.Tooltip("passed:Q", title="Passed"),
            alt.Tooltip("which:N", title="Failed"),
        ],
    )
    chart: alt.LayerChart = styled(
        base.mark_line(color=chart_theme().series[0], strokeWidth=1.6)
        + base.mark_point(color=chart_theme().series[0], filled=True, size=36)
    )
    return chart


def _first_of_each_week(days: Iterable[str]) -> list[str]:
    """Return the first of these days in each week."""
    firsts: dict[tuple[int, int], str] = {}
    for text in sorted(days):
        week = date.fromisoformat(text).isocalendar()
        firsts.setdefault((week.year, week.week), text)
    return list(firsts.values())
