"""One order: its head, its lines as they were sold, and its packages."""

from __future__ import annotations

from datetime import UTC, datetime

import streamlit as st

from streamlit_app.panels import beside, table, with_words
from streamlit_app.snapshot import Snapshot
from streamlit_app.words import clock
from workflows.settings import Settings

LOT_SOURCES = {"shipment": "label", "fifo": "oldest lot", "unassigned": "none"}

_HEAD = """
    select
        order_number, order_status, order_origin, order_date, ship_date, created_at, modified_at,
        coalesce(service_name, service_code) as service, carrier_code, tracking_number
    from marts.orders_inbox
    where shipstation_order_id = $1
"""
_LINES = """
    select
        shipstation_sku_raw, sku_code, lot_number, quantity, unit_price_cents / 100.0 as unit_price, is_adjustment
    from marts.order_items_inbox
    where shipstation_order_id = $1
    order by order_item_id
"""
_PACKAGES = """
    select
        coalesce(shipment_id::varchar, 'shipped elsewhere') as shipment, ship_date, shipstation_sku_raw, sku_code,
        lot_number, lot_source, quantity_shipped
    from marts.shipped_items
    where shipstation_order_id = $1
    order by shipment_id nulls last, sku_code, lot_number
"""


def show_order(settings: Settings, snapshot: Snapshot, shipstation_order_id: int) -> None:
    """Draw one order; a sentence when this snapshot has none of that id."""
    found = snapshot.rows(_HEAD, shipstation_order_id)
    if not found:
        st.text("This order is not in the snapshot any more.")
        return
    head = found[0]
    now = datetime.now(UTC)
    facts = {
        "Order": head["order_number"],
        "Status": (head["order_status"] or "").replace("_", " "),
        "Origin": head["order_origin"],
        "Ordered": head["order_date"],
        "First shipped": head["ship_date"],
        "Carrier": head["carrier_code"],
        "Service": head["service"],
        "First tracking number": head["tracking_number"],
        "Last changed": head["modified_at"] and clock(head["modified_at"], settings.timezone, now),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in facts.items():
            if value:
                with st.container(width="content", gap=None):
                    st.caption(name)
                    st.text(str(value))
    lines, packages = beside("order", [1, 1])
    text, number = st.column_config.TextColumn, st.column_config.NumberColumn
    with lines:
        st.caption("Lines, as sold")
        table(
            snapshot.table(_LINES, shipstation_order_id),
            {
                "shipstation_sku_raw": text("SKU as printed"),
                "sku_code": text("SKU"),
                "lot_number": text("Lot"),
                "quantity": number("Quantity", format="localized"),
                "unit_price": number("Price", format="dollar"),
                "is_adjustment": st.column_config.CheckboxColumn("Adjustment"),
            },
            alt="The order's lines",
        )
    with packages:
        st.caption("Packages, in component units")
        table(
            with_words(snapshot.table(_PACKAGES, shipstation_order_id), "lot_source", LOT_SOURCES),
            {
                "shipment": text("Shipment"),
                "ship_date": st.column_config.DateColumn("Shipped", format="YYYY-MM-DD"),
                "sku_code": text("SKU"),
                "lot_number": text("Lot"),
                "lot_source": text("Lot from"),
                "quantity_shipped": number("Units", format="localized"),
            },
            alt="The order's packages",
        )
