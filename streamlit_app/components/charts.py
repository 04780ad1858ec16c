"""The charts, in the page's colours. Pure: data in, chart out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import altair as alt

from streamlit_app.data.formatted import count, day

# Distinguishable without seeing a difference between red and green.
SERIES = ("#2f6f9f", "#e0a030", "#3f9d88", "#8a6bb1", "#c8624a", "#5f7486", "#a9b4be")
_LEVELS = {"critical": "#b3261e", "low": "#c77700", "normal": "#2f6f9f"}
_FONT = '"Source Sans", sans-serif'
_PADDING = 4
_QUIET = "#5b6876"
_GRID = "#e9edf1"
# Beyond three months a bar's length says no more than the number beside it.
_LONGEST_SUPPLY_DAYS = 91
_WEEK = 7
_WEEKS_A_LABEL = 4
# What is charged for a day, by column, the one at the bottom first.
CHARGES = {
    "postage_cents": "Postage",
    "order_charge_cents": "Orders",
    "handling_charge_cents": "Handling",
    "storage_charge_cents": "Storage",
}


def shipped_by_day(rows: Sequence[Mapping[str, Any]], order: Sequence[str], height: int) -> alt.Chart:
    """Units shipped for each day, stacked by product.

    Args:
        rows: `ship_date` as YYYY-MM-DD, `product` and `units`.
        order: The products, the one at the bottom first.
        height: Pixels.
    """
    bars = [_bar(row["ship_date"], row["product"], row["units"], order) for row in rows]
    labelled = _first_of_each_week(row["ship_date"] for row in rows)
    return _stacked(bars, order, height, labelled, ("Shipped", "Product", "Units"), ",d")


def shipped_by_week(rows: Sequence[Mapping[str, Any]], order: Sequence[str], height: int) -> alt.Chart:
    """The same for each week, `week_start_date` being its Monday."""
    bars = [_bar(row["week_start_date"], row["product"], row["units"], order) for row in rows]
    mondays = sorted({row["week_start_date"] for row in rows})
    labelled = mondays[::-_WEEKS_A_LABEL]
    return _stacked(bars, order, height, labelled, ("Week from", "Product", "Units"), ",d")


def charges_by_day(rows: Sequence[Mapping[str, Any]], height: int) -> alt.Chart:
    """What is charged for each day, stacked by kind of charge.

    Args:
        rows: `charge_date` as YYYY-MM-DD, and each of `CHARGES` in cents.
        height: Pixels.
    """
    order = list(CHARGES.values())
    bars = [
        _bar(row["charge_date"], words, row[column] / 100, order)
        for row in rows
        for column, words in CHARGES.items()
    ]
    labelled = _first_of_each_week(row["charge_date"] for row in rows)
    return _stacked(bars, order, height, labelled, ("Day", "Charge", "Amount"), "$,.2f")


def _bar(at: str, series: str, value: float, order: Sequence[str]) -> dict[str, Any]:
    when = day(date.fromisoformat(at))
    return {"at": at, "when": when, "series": series, "value": value, "rank": order.index(series)}


def _stacked(
    bars: Sequence[Mapping[str, Any]],
    order: Sequence[str],
    height: int,
    labelled: Sequence[str],
    titles: tuple[str, str, str],
    number_format: str,
) -> alt.Chart:
    """Bars over days; `titles` name the day, the series and the value where a pointer rests."""
    when, series, value = titles
    chart: alt.Chart = calm(
        alt.Chart(data_of(bars), height=height)
        .mark_bar(width={"band": 0.75})
        .encode(
            x=alt.X(
                "at:O",
                title=None,
                axis=alt.Axis(
                    values=list(labelled),
                    labelAngle=0,
                    labelPadding=8,
                    labelExpr="timeFormat(timeParse(datum.value, '%Y-%m-%d'), '%-d %b')",
                    ticks=False,
                ),
            ),
            y=alt.Y(
                "sum(value):Q", title=None, axis=alt.Axis(tickCount=4, format=number_format.replace(".2f", ".0f"))
            ),
            color=alt.Color(
                "series:N",
                title=None,
                sort=list(order),
                scale=alt.Scale(domain=list(order), range=list(SERIES[: len(order)])),
                legend=alt.Legend(orient="top", direction="horizontal", columns=3, symbolType="square"),
            ),
            order=alt.Order("rank:Q"),
            tooltip=[
                alt.Tooltip("when:N", title=when),
                alt.Tooltip("series:N", title=series),
                alt.Tooltip("sum(value):Q", title=value, format=number_format),
            ],
        )
    )
    return chart


def supply_by_product(rows: Sequence[Mapping[str, Any]], height: int) -> alt.LayerChart:
    """Days of supply of each product, from none to three months and more.

    Args:
        rows: `sku_code`, `days_of_supply` and `alert_level`; those that nothing is shipped of are left out.
        height: Pixels.
    """
    data = data_of(
        {
            "sku": row["sku_code"],
            "days": row["days_of_supply"],
            "shown": min(max(row["days_of_supply"], 0), _LONGEST_SUPPLY_DAYS),
            "level": row["alert_level"],
            "label": count(int(row["days_of_supply"]), "day"),
        }
        for row in rows
        if row["days_of_supply"] is not None
    )
    weeks = list(range(0, _LONGEST_SUPPLY_DAYS + 1, 2 * _WEEK))
    base = alt.Chart(data, height=height).encode(
        y=alt.Y("sku:N", title=None, sort=None, axis=alt.Axis(ticks=False, labelPadding=8, labelFontSize=13)),
        x=alt.X(
            "shown:Q",
            title=None,
            scale=alt.Scale(domain=[0, _LONGEST_SUPPLY_DAYS * 1.33]),
            axis=alt.Axis(
                values=weeks,
                labelExpr=f"datum.value == 0 ? '0' : datum.value / {_WEEK} + ' wk'",
                ticks=False,
            ),
        ),
        tooltip=[
            alt.Tooltip("sku:N", title="SKU"),
            alt.Tooltip("days:Q", title="Days of supply", format=",.1f"),
            alt.Tooltip("level:N", title="Level"),
        ],
    )
    bars = base.mark_bar(size=16).encode(
        color=alt.Color(
            "level:N",
            scale=alt.Scale(domain=list(_LEVELS), range=list(_LEVELS.values())),
            legend=None,
        )
    )
    labels = base.mark_text(align="left", dx=6, fontSize=13, color="#1c2733").encode(text="label:N")
    title = alt.TitleParams("Days of supply", anchor="start", color=_QUIET, fontSize=13, fontWeight="normal")
    chart: alt.LayerChart = calm((bars + labels).properties(title=title))
    return chart


def stock_history(rows: Sequence[Mapping[str, Any]], reorder_point: int, height: int) -> alt.LayerChart:
    """Units on hand at the end of each day, with the reorder point as a dashed line.

    Args:
        rows: `inventory_date` as YYYY-MM-DD and `quantity_on_hand`.
        reorder_point: Units.
        height: Pixels.
    """
    # Read and drawn as UTC, or browsers west of it would show each calendar day one day early.
    data = data_of(
        ({**row, "when": day(date.fromisoformat(row["inventory_date"]))} for row in rows),
        inventory_date="utc:'%Y-%m-%d'",
    )
    line = (
        alt.Chart(data, height=height)
        .mark_line(interpolate="step-after", color=SERIES[0], strokeWidth=1.6)
        .encode(
            x=alt.X(
                "inventory_date:T",
                title=None,
                scale=alt.Scale(type="utc"),
                axis=alt.Axis(format="%b %y", tickCount=6, grid=False, labelPadding=6),
            ),
            y=alt.Y("quantity_on_hand:Q", title=None, axis=alt.Axis(tickCount=4, format=",d")),
            tooltip=[
                alt.Tooltip("when:N", title="End of"),
                alt.Tooltip("quantity_on_hand:Q", title="Units on hand", format=",d"),
            ],
        )
    )
    rule = (
        alt.Chart(data_of([{"units": reorder_point}]))
        .mark_rule(color=_LEVELS["low"], strokeDash=[4, 3])
        .encode(y="units:Q", tooltip=[alt.Tooltip("units:Q", title="Reorder point", format=",d")])
    )
    chart: alt.LayerChart = calm(line + rule)
    return chart


def health_history(rows: Sequence[Mapping[str, Any]], height: int) -> alt.LayerChart:
    """How many checks failed each time they ran.

    Args:
        rows: `checked` as YYYY-MM-DD HH:MM in the business's time, `passed`, `failed`, and `which` in words.
        height: Pixels.
    """
    # Wall times of the business, read and drawn as UTC, so that no browser moves them.
    base = alt.Chart(data_of(rows, checked="utc:'%Y-%m-%d %H:%M'"), height=height).encode(
        x=alt.X(
            "checked:T",
            title=None,
            scale=alt.Scale(type="utc"),
            axis=alt.Axis(format="%-d %b", tickCount=6, grid=False, labelPadding=6),
        ),
        y=alt.Y(
            "failed:Q",
            title="Failed checks",
            scale=alt.Scale(domainMin=0, domainMax=max(4, *(row["failed"] for row in rows))),
            axis=alt.Axis(tickCount=4, format="d"),
        ),
        tooltip=[
            alt.Tooltip("checked:T", title="Checked", format="%-d %b, %H:%M"),
            alt.Tooltip("passed:Q", title="Passed"),
            alt.Tooltip("which:N", title="Failed"),
        ],
    )
    chart: alt.LayerChart = calm(
        base.mark_line(color=SERIES[0], strokeWidth=1.6) + base.mark_point(color=SERIES[0], filled=True, size=36)
    )
    return chart


def data_of(rows: Iterable[Mapping[str, Any]], **parse: str) -> dict[str, Any]:
    """Rows as a chart takes them; `parse` says how the text of a column is read."""
    return {"values": [dict(row) for row in rows], "format": {"type": "json", "parse": parse or None}}


def _first_of_each_week(days: Iterable[str]) -> list[str]:
    """The first day on record of each week: Monday, unless nothing was shipped then."""
    firsts: dict[tuple[int, int], str] = {}
    for text in sorted(days):
        week = date.fromisoformat(text).isocalendar()
        firsts.setdefault((week.year, week.week), text)
    return list(firsts.values())


def calm(chart: Any) -> Any:
    """The chart in the page's quiet dress."""
    return (
        chart.configure(background="transparent", font=_FONT, padding=_PADDING)
        .configure_view(stroke=None)
        .configure_axis(
            gridColor=_GRID, domain=False, labelColor=_QUIET, labelFontSize=12, titleColor=_QUIET, tickColor=_GRID
        )
        .configure_legend(labelColor="#1c2733", labelFontSize=12, symbolSize=90)
    )
