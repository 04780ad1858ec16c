"""The week's report: stock, pallets, average, days of supply and run-out date of each key product."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from workflows.config.formatting import run_out
from workflows.config.periods import period_of
from workflows.reports.completeness import notice_about
from workflows.reports.daily import product_colors, series_by_product
from workflows.reports.document import Bars, Column, Document, Figure, Figures, Kind, Table
from workflows.reports.snapshot_source import Source

_WEEKS = 52
_REPORT = """
    select * from marts.weekly_inventory_report
    where week_start_date = $1
    order by average_weekly_units desc, sku_code
"""
_HISTORY = """
    select week_start_date, sku_code, quantity_shipped as units
    from marts.weekly_shipped_history
    where week_start_date <= $1 and week_start_date > $1::date - 7 * $2::integer
"""
_SUMMED = ("quantity_on_hand", "full_pallet_count", "loose_unit_count", "average_weekly_units")
_RUN_OUT = ("run_out_date", "run_out_earliest_date", "run_out_latest_date")
_SHIPPED = """
    select coalesce(sum(unit_count), 0)::bigint as units from marts.shipped_daily where ship_date between $1 and $2
"""


def report_week(source: Source, monday: date) -> Document:
    """Return the weekly report of the week that begins on this Monday."""
    rows = source.rows(_REPORT, monday)
    history = source.rows(_HISTORY, monday, _WEEKS)
    sunday = monday + timedelta(days=6)
    shipped = source.row(_SHIPPED, monday, sunday)["units"]
    short = [row for row in rows if row["alert_level"] in ("critical", "low")]
    return source.document(
        title="Weekly Inventory Report",
        period=f"Week of Monday, {source.dates.day(monday)}, to Sunday, {source.dates.day(sunday)}",
        is_wide=True,
        notice=notice_about(source, period_of("eow", monday)),
        parts=[
            Figures(
                [
                    Figure("Units on hand", sum(row["quantity_on_hand"] for row in rows), note="key products"),
                    Figure(
                        "Pallets",
                        sum(row["pallet_count"] for row in rows),
                        note="including pallets that are not full",
                    ),
                    Figure("Units shipped", shipped, note="in this week, all products"),
                    Figure("Short products", len(short), note=", ".join(row["sku_code"] for row in short)),
                ]
            ),
            _stock([_with_run_out(row, sunday) for row in rows], is_running=source.today <= sunday),
            _units_by_week(source, monday, history),
        ],
    )


def _with_run_out(row: dict[str, Any], sunday: date) -> dict[str, Any]:
    return {**row, **{name: run_out(row[name], sunday) for name in _RUN_OUT}}


def _stock(rows: list[dict[str, Any]], *, is_running: bool) -> Table:
    counted = "now, and supply counts what is available" if is_running else "at the end of Sunday"
    return Table(
        title="Stock and supply",
        columns=[
            Column("product_name", "Product", width=3.2),
            Column("sku_code", "SKU", width=1.1),
            Column("quantity_on_hand", "On hand", Kind.COUNT, width=1.2),
            Column("full_pallet_count", "Full pallets", Kind.COUNT, width=1.0),
            Column("loose_unit_count", "+ units", Kind.COUNT, width=1.0),
            Column("average_weekly_units", "52-week average", Kind.DECIMAL, width=1.2),
            Column("days_of_supply", "Days of supply", Kind.DECIMAL, width=1.2),
            Column("run_out_date", "Runs out", Kind.DATE, width=1.6),
            Column("run_out_earliest_date", "Not before", Kind.DATE, width=1.6),
            Column("run_out_latest_date", "Not after", Kind.DATE, width=1.6),
            Column("alert_level", "Alert", Kind.LEVEL, width=1.3),
        ],
        rows=rows,
        totals={
            "product_name": "Total",
            **{key: sum(row[key] for row in rows) for key in _SUMMED},
        },
        note=(
            f"On hand is {counted}. The average is of the last 52 complete weeks, or of those on record when "
            "there are fewer. If the coming weeks vary as the past ones did, it runs out between the two dates in "
            "four cases of five; no date where nothing was shipped, or the weeks are too unlike to tell."
        ),
        empty="This week is not complete, or lies before the first shipment.",
    )


def _units_by_week(source: Source, monday: date, history: list[dict[str, Any]]) -> Bars:
    weeks = [monday - timedelta(weeks=back) for back in reversed(range(_WEEKS))]
    names = [source.dates.day(week) for week in weeks]
    series = series_by_product(source, history, "week_start_date", weeks)
    return Bars(
        title="Units shipped by week, last 52 weeks",
        categories=names,
        series=series,
        colors=product_colors(source, series),
        labelled=names[_WEEKS - 1 :: -8],
    )
