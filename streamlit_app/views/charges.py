"""Charges: a month's bill, by day and by carrier service, with the labels of each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.components import charts, columns
from streamlit_app.components.charge_lines import show_carrier_lines, show_day_lines, show_restatements
from streamlit_app.components.choices import choose_from_list
from streamlit_app.components.closed_period import (
    period_downloads,
    show_changes,
    show_files_note,
    show_missing_data,
    show_state,
)
from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.long_list import pick_row
from streamlit_app.components.panels import chart, figure_row, page_title, panel, table, with_texts, with_totals
from streamlit_app.data.formatted import count, dollars
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings, bill_month, csv_bytes, last_close, period_of

_CHART_HEIGHT = 230
_SERVICE_ROWS = 12

MONTHS = """
    select
        bills.*, closes.version, closes.closed_at, closes.actor,
        (
            select list(days.charge_date order by days.charge_date)
            from marts.charge_report_daily as days
            where
                days.is_charged_ahead
                and days.charge_date between bills.charge_month and last_day(bills.charge_month)
        ) as days_ahead
    from marts.charge_report_monthly as bills
    left join marts.closed_months as closes on bills.charge_month = closes.month
    order by bills.charge_month desc
"""
_DAYS = """
    select
        charge_date, order_count, package_count, unit_count, pallet_count, order_charge_cents,
        handling_charge_cents, storage_charge_cents, postage_cents, total_cents
    from marts.charge_report_daily
    where charge_date between $1::date and last_day($1::date)
    order by charge_date
"""
_COMPARED = """
    select
        charge_month, order_count, package_count, unit_count,
        order_charge_cents / 100.0 as orders, handling_charge_cents / 100.0 as handling,
        storage_charge_cents / 100.0 as storage, postage_cents / 100.0 as postage,
        restatement_cents / 100.0 as restated, total_cents / 100.0 as total
    from marts.charge_report_monthly
    where charge_month in ($1::date, $1::date - interval 1 month, $1::date - interval 1 year)
    order by charge_month desc
"""
_IN_DOLLARS = """
    select
        * exclude (order_charge_cents, handling_charge_cents, storage_charge_cents, postage_cents, total_cents),
        order_charge_cents / 100.0 as orders, handling_charge_cents / 100.0 as handling,
        storage_charge_cents / 100.0 as storage, postage_cents / 100.0 as postage, total_cents / 100.0 as total
    from ({days})
"""
_CARRIERS = """
    select
        carrier_code || ' ' || service_code as service_key, carrier_name, service_name, package_count,
        postage_cents / 100.0 as postage
    from marts.charge_report_carriers
    where charge_month = $1
    order by postage_cents desc, carrier_code, service_code
"""
_DAY_TITLES = {
    "charge_date": "Day",
    "order_count": "Orders",
    "package_count": "Packages",
    "unit_count": "Units",
    "pallet_count": "Pallets",
    "orders": "Order charge",
    "handling": "Handling",
    "storage": "Storage",
    "postage": "Postage",
    "total": "Total",
}


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Charges")
    bills = {f"{row['charge_month']:%Y-%m}": row for row in snapshot.rows(MONTHS)}
    with panel("Month", settings, snapshot):
        if not bills:
            st.text("No charges yet. A day is charged once it has ended.")
            return
        labels = {key: _label(snapshot, row) for key, row in bills.items()}
        place, _ = st.columns([2, 3])
        bill = bills[choose_from_list(place, "Month", labels, "month", ("day",))]
        first: date = bill["charge_month"]
        _show_bill(settings, snapshot, bill, first)
    with panel(f"Days of {snapshot.dates.month(first)}", settings, snapshot):
        _show_days(snapshot, first)
    with panel("Postage by carrier and service", settings, snapshot):
        _show_carriers(snapshot, first)
    with panel("Restatements of closed months", settings, snapshot):
        show_restatements(snapshot, first)


def _label(snapshot: Snapshot, bill: Mapping[str, Any]) -> str:
    return f"{snapshot.dates.month(bill['charge_month'])}{', closed' if bill['closed_at'] else ''}"


def _show_bill(settings: Settings, snapshot: Snapshot, bill: Mapping[str, Any], first: date) -> None:
    today = settings.today()
    show_state(
        settings,
        bill,
        is_running=(today.year, today.month) == (first.year, first.month),
        open_text='Changes in ShipStation still change this bill. "Close the month" on Today freezes it.',
        running_text="Includes the days that have ended.",
    )
    period = period_of("eom", first)
    show_changes(settings, snapshot, last_close(settings.operations, period), period)
    if bill["closed_at"] is None:
        show_missing_data(settings, snapshot, period)
    if bill["not_loaded"]:
        lack = snapshot.dates.in_sentence(bill["not_loaded"])
        st.warning(f"Closed incomplete: {lack} was not loaded. Its charges are restated later.")
    if bill["days_ahead"]:
        days = ", ".join(map(snapshot.dates.day, bill["days_ahead"]))
        st.caption(f"Charged before the day had ended, with storage for the stock at that time: {days}.")
    _show_sum(bill)
    _show_compared(snapshot, first)
    version = bill["version"] or 1
    files = period_downloads(settings, snapshot, period, bill, lambda source: bill_month(source, first, version))
    show_downloads(f"shipledger-charges-{first:%Y-%m}", [*files, Download("CSV", lambda: _csv(snapshot, first))])
    show_files_note(files, bill)


def _show_sum(bill: Mapping[str, Any]) -> None:
    """Show the charges of the month, which add up to its total, each with what it is charged for."""
    parts = {
        "Orders": ("order_charge_cents", count(bill["order_count"], "order")),
        "Handling": ("handling_charge_cents", count(bill["unit_count"], "unit")),
        "Storage": ("storage_charge_cents", count(bill["pallet_day_count"], "pallet-day")),
        "Postage": ("postage_cents", count(bill["package_count"], "package")),
        "Restated": ("restatement_cents", "of closed months"),
        "Total": ("total_cents", "sum of these"),
    }
    row = figure_row()
    for label, (column, what) in parts.items():
        row.metric(label, dollars(bill[column]), what, delta_color="off", delta_arrow="off", width="content")


def _show_compared(snapshot: Snapshot, first: date) -> None:
    compared = snapshot.table(_COMPARED, first)
    if compared.num_rows == 1:
        return
    st.caption("Compared with the month before and the same month of last year")
    table(
        with_texts(compared, "charge_month", snapshot.dates.month),
        {
            "charge_month": columns.text("Month", pinned=True),
            **{name: columns.number(_DAY_TITLES[name]) for name in ("order_count", "package_count", "unit_count")},
            **{name: columns.dollars(_DAY_TITLES[name]) for name in ("orders", "handling", "storage", "postage")},
            "restated": columns.dollars("Restated"),
            "total": columns.dollars("Total"),
        },
        alt="The month, the month before, and the same month of last year",
    )


def _csv(snapshot: Snapshot, first: date) -> bytes:
    days = snapshot.table(_IN_DOLLARS.format(days=_DAYS), first)
    return csv_bytes(
        list(_DAY_TITLES.values()), zip(*(days[name].to_pylist() for name in _DAY_TITLES), strict=True)
    )


def _show_days(snapshot: Snapshot, first: date) -> None:
    rows = snapshot.rows(_DAYS, first)
    if not rows:
        st.text("No day of this month has ended yet.")
        return
    chart(
        charts.charges_by_day(
            snapshot.dates, [{**row, "charge_date": f"{row['charge_date']}"} for row in rows], _CHART_HEIGHT
        ),
        f"Charges on each day of {snapshot.dates.month(first)}",
    )
    money = {
        name: columns.dollars(_DAY_TITLES[name]) for name in ("orders", "handling", "storage", "postage", "total")
    }
    counts = {
        name: columns.number(_DAY_TITLES[name])
        for name in ("order_count", "package_count", "unit_count", "pallet_count")
    }
    days = with_texts(snapshot.table(_IN_DOLLARS.format(days=_DAYS), first), "charge_date", snapshot.dates.weekday)
    chosen = pick_row(
        with_totals(days, "charge_date", [*counts, *money]),
        {
            "charge_date": columns.text(_DAY_TITLES["charge_date"], pinned=True),
            **counts,
            **money,
        },
        name="day",
        keys=[f"{row['charge_date']}" for row in rows],
        alt="Charges by day; select a row to see its labels",
        rows_shown=days.num_rows + 1,
    )
    if chosen is None:
        st.caption("Select a day to see its labels.")
    else:
        show_day_lines(snapshot, date.fromisoformat(chosen))


def _show_carriers(snapshot: Snapshot, first: date) -> None:
    carriers = snapshot.table(_CARRIERS, first)
    if not carriers.num_rows:
        st.text("No label was bought in this month.")
        return
    chosen = pick_row(
        with_totals(carriers, "carrier_name", ("package_count", "postage")),
        {
            "carrier_name": columns.text("Carrier"),
            "service_name": columns.text("Service"),
            "package_count": columns.number("Packages"),
            "postage": columns.dollars("Postage", help="Insurance included"),
        },
        name="service",
        keys=carriers["service_key"].to_pylist(),
        alt="Postage by carrier and service; select a row to see its labels",
        rows_shown=_SERVICE_ROWS,
    )
    if chosen is None:
        st.caption("Select a service to see its labels.")
    else:
        names = dict(zip(carriers["service_key"].to_pylist(), carriers["service_name"].to_pylist(), strict=True))
        show_carrier_lines(snapshot, first, chosen, names[chosen])
