"""The details of a month's charges: the labels of a day or service, and restatements of closed months."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.links import open_order
from streamlit_app.components.long_list import Listing, show_list
from streamlit_app.components.panels import with_texts
from streamlit_app.data.formatted import count
from streamlit_app.data.snapshot_reader import Snapshot

# As billed: a label that was voided after the close of its month is still included.
_BILLED = """
    select
        details.shipstation_order_id, details.order_number, details.shipment_id, details.ship_date,
        details.charged_order_count as order_count, details.charged_package_count as package_count,
        details.charged_unit_count as unit_count, details.charged_units_by_sku as units_by_sku,
        details.charged_postage_cents as postage_cents,
        details.is_restated
    from marts.charge_details as details
"""
_OF_DAY = f"({_BILLED} where details.ship_date = $1::date)"
_OF_SERVICE = f"""
    (
        {_BILLED}
        inner join marts.packages as packages on details.shipment_id = packages.shipment_id
        where
            details.ship_date between $1::date and last_day($1::date)
            and coalesce(packages.carrier_code, 'unknown') || ' ' || coalesce(packages.service_code, 'unknown')
            = $2
    )
"""
_CHARGED = "from {lines} where order_count + package_count + unit_count + postage_cents <> 0"
_COUNT = f"select count(*) as row_count {_CHARGED}"
_ROWS = f"select *, postage_cents / 100.0 as postage {_CHARGED} order by ship_date, order_number, shipment_id"
_RESTATED = """
    select
        restated_date, order_number, shipstation_order_id, sku_codes, cause, order_count, unit_count, pallet_count,
        postage_cents / 100.0 as postage, total_cents / 100.0 as total
    from marts.charge_restatements
    where billed_month = $1
    order by restated_date, restatement_key
"""


def show_day_lines(snapshot: Snapshot, day: date) -> None:
    """Show the labels of a day."""
    _show_lines(snapshot, _OF_DAY, [day], "day_lines", snapshot.dates.day(day))


def show_carrier_lines(snapshot: Snapshot, first: date, service: str, name: str) -> None:
    """Show the labels of a month for a carrier's service.

    Args:
        snapshot: The snapshot.
        first: First day of the month.
        service: Codes of carrier and service, with a space between.
        name: The service's name.
    """
    _show_lines(snapshot, _OF_SERVICE, [first, service], "service_lines", name)


def _show_lines(snapshot: Snapshot, lines: str, parameters: Sequence[Any], name: str, what: str) -> None:
    found = snapshot.row(_COUNT.format(lines=lines), *parameters)["row_count"]
    if not found:
        st.text(f"No labels for {what}: nothing was shipped. Storage is charged by the pallet.")
        return
    st.text(f"{count(found, 'line')} for {what}. Select one to open its order.")
    chosen = show_list(
        snapshot,
        Listing(
            name=name,
            query=_ROWS.format(lines=lines),
            parameters=parameters,
            row_count=found,
            columns={
                "ship_date": columns.day(snapshot.dates, "Shipped"),
                "order_number": columns.text("Order", pinned=True),
                "shipment_id": columns.text("Shipment"),
                "order_count": columns.number("Orders charged", help="1 for the first label of an order"),
                "unit_count": columns.number("Units"),
                "units_by_sku": columns.text("Units by SKU"),
                "postage": columns.dollars("Postage"),
                "is_restated": columns.checkbox("Changed since", help="Changed after its month was closed"),
            },
            noun=("line", "lines"),
            order="by day and order",
            alt=f"Labels of {what}; select a row to open its order",
        ),
    )
    if chosen is not None:
        open_order(chosen["shipstation_order_id"])


def show_restatements(snapshot: Snapshot, first: date) -> None:
    """Show the restatements of closed months that a month bills, each with its cause."""
    found = snapshot.row(
        "select count(*) as row_count from marts.charge_restatements where billed_month = $1", first
    )
    if not found["row_count"]:
        st.text("None. Closed months are unchanged.")
        return
    chosen = show_list(
        snapshot,
        Listing(
            name="restatements",
            query=_RESTATED,
            parameters=[first],
            row_count=found["row_count"],
            columns={
                "restated_date": columns.day(snapshot.dates, "Day"),
                "order_number": columns.text("Order", pinned=True),
                "cause": columns.text("Cause", width="large"),
                "sku_codes": columns.text("SKUs"),
                "order_count": columns.number("Orders"),
                "unit_count": columns.number("Units"),
                "pallet_count": columns.number("Pallet-days"),
                "postage": columns.dollars("Postage"),
                "total": columns.dollars("Total"),
            },
            noun=("restatement", "restatements"),
            order="by day",
            alt="Restatements; select a row to open its order",
            labelled=lambda rows: with_texts(rows, "cause", snapshot.dates.in_sentence),
        ),
    )
    if chosen is not None and chosen["shipstation_order_id"] is not None:
        open_order(chosen["shipstation_order_id"])
