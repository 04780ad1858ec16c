"""Weekly: stock, supply and shipments of a week, with the shipments of each product."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from streamlit_app.components import charts, columns
from streamlit_app.components.choices import choose_from_list
from streamlit_app.components.closed_period import (
    period_downloads,
    show_changes,
    show_files_note,
    show_missing_data,
    show_state,
)
from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.links import open_order
from streamlit_app.components.long_list import Listing, pick_row, show_list
from streamlit_app.components.panels import chart, page_title, panel, with_labels, with_texts, with_totals
from streamlit_app.data.formatted import LOT_SOURCES, count
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import LEVEL_WORDS, key_products
from workflows.page_api import OTHERS, Settings, csv_bytes, last_close, period_of, report_week, run_out

_CHART_WEEKS = 26
_CHART_HEIGHT = 230

_WEEKS = """
    select
        weeks.week_start_date, closes.version, closes.closed_at, closes.actor
    from (select distinct week_start_date from marts.weekly_inventory_report) as weeks
    left join marts.closed_weeks as closes on weeks.week_start_date = closes.week_start_date
    order by weeks.week_start_date desc
"""
_REPORT = """
    select
        alert_level, product_name, sku_code, quantity_on_hand, full_pallet_count, loose_unit_count,
        quantity_shipped, average_weekly_units, days_of_supply, run_out_date, run_out_earliest_date,
        run_out_latest_date
    from marts.weekly_inventory_report
    where week_start_date = $1
    order by average_weekly_units desc, sku_code
"""
_HISTORY = f"""
    select
        strftime(history.week_start_date, '%Y-%m-%d') as week_start_date,
        coalesce(skus.product_name, '{OTHERS}') as product,
        sum(history.quantity_shipped)::bigint as units
    from marts.weekly_shipped_history as history
    left join marts.skus as skus on history.sku_code = skus.sku_code and skus.is_key_product
    where history.week_start_date between $1::date - 7 * $2::integer and $1::date
    group by all
"""
_SHIPPED = "from marts.shipped_items where sku_code = $1 and ship_date between $2::date and $2::date + 6"
_COUNT = f"select count(*) as row_count, coalesce(sum(quantity_shipped), 0)::bigint as units {_SHIPPED}"
_ROWS = f"""
    select
        ship_date, order_number, shipment_id, shipstation_sku_raw, lot_number, lot_source, quantity_shipped,
        shipstation_order_id
    {_SHIPPED}
    order by ship_date, order_number, shipped_item_id
"""
_SUMMED = (
    "quantity_on_hand",
    "full_pallet_count",
    "loose_unit_count",
    "quantity_shipped",
    "average_weekly_units",
)
_RUN_OUT = ("run_out_date", "run_out_earliest_date", "run_out_latest_date")
_TITLES = {
    "alert_level": "Level",
    "product_name": "Product",
    "sku_code": "SKU",
    "quantity_on_hand": "On hand",
    "full_pallet_count": "Pallets",
    "loose_unit_count": "+ units",
    "quantity_shipped": "Shipped",
    "average_weekly_units": "52-week average",
    "days_of_supply": "Days of supply",
    "run_out_date": "Runs out",
    "run_out_earliest_date": "Not before",
    "run_out_latest_date": "Not after",
}


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Weekly")
    weeks = {f"{row['week_start_date']}": row for row in snapshot.rows(_WEEKS)}
    with panel("Week", settings, snapshot):
        if not weeks:
            st.text("No complete week yet. A week is complete from its Friday on.")
            return
        labels = {key: _label(snapshot, row) for key, row in weeks.items()}
        place, _ = st.columns([2, 3])
        monday = date.fromisoformat(choose_from_list(place, "Week", labels, "week"))
        _show_week(settings, snapshot, monday, weeks[f"{monday}"])
    with panel(f"Units shipped by week, up to the week of {snapshot.dates.week(monday)}", settings, snapshot):
        _show_history(snapshot, monday)


def _label(snapshot: Snapshot, row: Mapping[str, Any]) -> str:
    return f"{snapshot.dates.week(row['week_start_date'])}{', closed' if row['closed_at'] else ''}"


def _show_week(settings: Settings, snapshot: Snapshot, monday: date, close: Mapping[str, Any]) -> None:
    is_running = settings.today() < monday + timedelta(days=7)
    show_state(
        settings,
        close,
        is_running=is_running,
        open_text='"Close the week" on Today closes it and sends the report.',
        running_text="Stock is as of now; supply is based on the available units.",
    )
    period = period_of("eow", monday)
    show_changes(settings, snapshot, last_close(settings.operations, period), period)
    show_missing_data(settings, snapshot, period)
    sku = _pick_product(snapshot, monday)
    files = period_downloads(settings, snapshot, period, close, lambda source: report_week(source, monday))
    show_downloads(f"shipledger-week-{monday}", [*files, Download("CSV", lambda: _csv(snapshot, monday))])
    show_files_note(files, close)
    if sku is None:
        st.caption("Select a product to see its shipments.")
    else:
        _show_shipments(snapshot, sku, monday)


def _pick_product(snapshot: Snapshot, monday: date) -> str | None:
    report = snapshot.table(_REPORT, monday)
    shown = {
        "alert_level": columns.text(),
        "product_name": columns.text(width=170),
        "sku_code": columns.text(pinned=True),
        "quantity_on_hand": columns.number(),
        "full_pallet_count": columns.number(help="Full pallets"),
        "loose_unit_count": columns.number(help="Besides the full pallets"),
        "quantity_shipped": columns.number(help="In this week"),
        "average_weekly_units": columns.number(format="%.1f"),
        "days_of_supply": columns.number(format="%.1f"),
        **{name: columns.text() for name in _RUN_OUT},
    }
    rows = with_labels(report, "alert_level", LEVEL_WORDS)
    for name in _RUN_OUT:
        rows = with_texts(rows, name, lambda day: _run_out(snapshot, day, monday))
    return pick_row(
        with_totals(rows, "product_name", _SUMMED),
        {name: {**column, "label": _TITLES[name]} for name, column in shown.items()},
        name="sku",
        keys=report["sku_code"].to_pylist(),
        alt="The week by product; select a row to see its shipments",
    )


def _run_out(snapshot: Snapshot, day: date, monday: date) -> str:
    shown = run_out(day, monday + timedelta(days=6))
    return snapshot.dates.day(shown) if isinstance(shown, date) else f"{shown}"


def _csv(snapshot: Snapshot, monday: date) -> bytes:
    report = snapshot.table(_REPORT, monday)
    return csv_bytes(list(_TITLES.values()), zip(*(report[name].to_pylist() for name in _TITLES), strict=True))


def _show_shipments(snapshot: Snapshot, sku: str, monday: date) -> None:
    found = snapshot.row(_COUNT, sku, monday)
    if not found["row_count"]:
        st.text(f"No units of {sku} were shipped in this week.")
        return
    st.text(f"{count(found['units'], 'unit')} of {sku} shipped. Select one to open its order.")
    chosen = show_list(
        snapshot,
        Listing(
            name="week_shipments",
            query=_ROWS,
            parameters=[sku, monday],
            row_count=found["row_count"],
            columns={
                "ship_date": columns.day(snapshot.dates, "Shipped"),
                "order_number": columns.text("Order", pinned=True),
                "shipment_id": columns.text("Shipment"),
                "shipstation_sku_raw": columns.text("SKU as printed"),
                "lot_number": columns.text("Lot"),
                "lot_source": columns.text("Lot known from"),
                "quantity_shipped": columns.number("Units"),
            },
            noun=("line", "lines"),
            order="by day",
            alt="The week's shipments of one product; select a row to open its order",
            labelled=lambda rows: with_labels(rows, "lot_source", LOT_SOURCES),
        ),
    )
    if chosen is not None:
        open_order(chosen["shipstation_order_id"])


def _show_history(snapshot: Snapshot, monday: date) -> None:
    rows = snapshot.rows(_HISTORY, monday, _CHART_WEEKS - 1)
    units: dict[str, int] = {}
    for row in rows:
        units[row["product"]] = units.get(row["product"], 0) + row["units"]
    order = sorted(units, key=lambda product: (product == OTHERS, -units[product], product))
    if not any(units.values()):
        st.text("Nothing was shipped in these weeks.")
        return
    chart(
        charts.shipped_by_week(snapshot.dates, rows, order, key_products(snapshot), _CHART_HEIGHT),
        f"Units shipped in the weeks up to {snapshot.dates.week(monday)}",
    )
