"""One order: its lines, shipments, labels, inventory movements, charges and timeline."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from streamlit_app.components import columns
from streamlit_app.components.order_charges import show_charges
from streamlit_app.components.order_timeline import show_timeline
from streamlit_app.components.panels import page_title, panel, responsive_columns, table, with_labels
from streamlit_app.data.formatted import LOT_SOURCES, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings

_PACKAGE_KINDS = {"label": "Label", "return_label": "Return label", "fulfillment": "Shipped elsewhere"}

_IN_SHIPSTATION = "https://ship.shipstation.com/orders/all-orders-search-result?quickSearch={}"
_OPENS = ":material/open_in_new:"

_HEAD = """
    select
        order_number, order_status, order_origin, order_date, ship_date, modified_at, total_items,
        coalesce(carrier_name, carrier_code) as carrier, coalesce(service_name, service_code) as service,
        is_missing, has_contested_number, is_ghost
    from marts.orders_inbox
    where shipstation_order_id = $1
"""
_LINES = """
    select
        shipstation_sku_raw, sku_code, lot_number, quantity, unit_price_cents / 100.0 as unit_price, is_adjustment
    from marts.order_items_inbox
    where shipstation_order_id = $1
    order by line_number, order_item_id
"""
_COUNTED = """
    select
        ship_date, coalesce(shipment_id::varchar, 'elsewhere') as shipment, shipstation_sku_raw, sku_code,
        lot_number, lot_source, quantity_shipped
    from marts.shipped_items
    where shipstation_order_id = $1
    order by ship_date, shipment_id nulls last, sku_code, lot_number
"""
_PACKAGES = """
    select
        package_kind, tracking_number, ship_date, postage_cents / 100.0 as postage,
        coalesce(carrier_name, carrier_code) as carrier, coalesce(service_name, service_code) as service,
        case
            when is_voided then 'voided'
            when package_kind = 'fulfillment' then 'not our postage'
            when shipment_id in (
                select shipment_id from marts.charge_details where shipstation_order_id = $1
            ) then 'counted'
            else 'not counted'
        end as state,
        coalesce(shipment_id::varchar, package_key) as shipment
    from marts.packages
    where shipstation_order_id = $1
    order by created_at nulls last, package_key
"""
_MOVEMENTS = """
    with moved as (

        select ship_date, sku_code, lot_number, -sum(quantity_shipped)::bigint as quantity
        from marts.shipped_items
        where shipstation_order_id = $1
        group by all

    )

    select
        movements.transaction_date, movements.sku_code, movements.lot_number, moved.quantity,
        movements.quantity as quantity_of_day
    from moved
    inner join marts.inventory_transactions as movements
        on
            movements.transaction_type = 'ship'
            and moved.ship_date = movements.transaction_date
            and moved.sku_code = movements.sku_code
            and moved.lot_number is not distinct from movements.lot_number
    order by movements.transaction_date, movements.sku_code, movements.lot_number
"""


def show_order(
    settings: Settings, snapshot: Snapshot, asked: str, title: DeltaGenerator, show_way_back: Callable[[], None]
) -> None:
    """Show one order under its number, or say that the snapshot does not have it.

    Args:
        settings: The configuration.
        snapshot: The snapshot.
        asked: ShipStation's order id, from the URL.
        title: The container of the page's title.
        show_way_back: Shows the way back to the list of orders.
    """
    order_id = int(asked) if asked.removeprefix("-").isdecimal() and len(asked) < 19 else 0
    found = snapshot.rows(_HEAD, order_id)
    name = f"Order {found[0]['order_number'] or order_id}" if found else "No such order"
    with title:
        page_title(plain(name))
    st.set_page_config(page_title=f"{name} · Shipledger")
    with panel("One order", settings, snapshot):
        with st.container(horizontal=True, vertical_alignment="center"):
            show_way_back()
            if found:
                _link_to_shipstation(found[0]["order_number"])
        if not found:
            st.text("This order is not in the snapshot. Search for its number.")
            return
        _show_head(settings, found[0])
        _show_parts(settings, snapshot, order_id)


def _link_to_shipstation(order_number: str | None) -> None:
    if order_number:
        st.link_button("Open in ShipStation", _IN_SHIPSTATION.format(quote(order_number, safe="")), icon=_OPENS)


def _show_parts(settings: Settings, snapshot: Snapshot, order_id: int) -> None:
    lines, counted = responsive_columns("order-lines", [1, 1])
    with lines:
        _show_lines(snapshot.table(_LINES, order_id))
    with counted:
        _show_counted(snapshot, order_id)
    _show_packages(snapshot, order_id)
    movements, charges = responsive_columns("order-effects", [1, 1])
    with movements:
        _show_movements(snapshot, order_id)
    with charges:
        show_charges(snapshot, order_id)
    show_timeline(settings, snapshot, order_id)


def _show_head(settings: Settings, head: Mapping[str, Any]) -> None:
    dates = settings.dates
    facts = {
        "Status": (head["order_status"] or "").replace("_", " "),
        "Origin": head["order_origin"],
        "Ordered": head["order_date"] and dates.day(head["order_date"]),
        "First shipped": head["ship_date"] and dates.day(head["ship_date"]),
        "Carrier": head["carrier"],
        "Service": head["service"],
        "Items as sold": head["total_items"],
        "Last changed": head["modified_at"] and dates.moment(head["modified_at"]),
    }
    with st.container(horizontal=True, gap="medium"):
        for name, value in facts.items():
            if value:
                with st.container(width="content", gap=None):
                    st.caption(name)
                    st.text(str(value))
    for is_so, sentence in (
        (head["is_missing"], "This order no longer exists in ShipStation. It counts as cancelled."),
        (head["has_contested_number"], "Another order has the same number, and neither is a split of the other."),
        (head["is_ghost"], "The order has no lines."),
    ):
        if is_so:
            st.text(sentence)


def _show_part(title: str, rows: pa.Table, shown: Mapping[str, Any], *, nothing: str, alt: str) -> None:
    """Show a part of the order as a table under its title, or a sentence where it has no rows."""
    st.subheader(title, anchor=False)
    if rows.num_rows:
        table(rows, shown, alt=alt)
    else:
        st.text(nothing)


def _show_lines(lines: pa.Table) -> None:
    _show_part(
        "Order lines, as sold",
        lines,
        {
            "shipstation_sku_raw": columns.text("SKU as printed"),
            "sku_code": columns.text("SKU"),
            "lot_number": columns.text("Lot"),
            "quantity": columns.number("Quantity"),
            "unit_price": columns.dollars("Price"),
            "is_adjustment": columns.checkbox("Adjustment"),
        },
        nothing="None. Lines that are added in ShipStation appear after the next sync.",
        alt="The order's lines as sold",
    )


def _show_counted(snapshot: Snapshot, order_id: int) -> None:
    _show_part(
        "Shipped, in component units",
        with_labels(snapshot.table(_COUNTED, order_id), "lot_source", LOT_SOURCES),
        {
            "ship_date": columns.day(snapshot.dates, "Shipped"),
            "shipment": columns.text("Shipment"),
            "shipstation_sku_raw": columns.text("SKU as printed"),
            "sku_code": columns.text("SKU"),
            "lot_number": columns.text("Lot"),
            "lot_source": columns.text("Lot known from"),
            "quantity_shipped": columns.number("Units"),
        },
        nothing="Nothing yet: no counted label, and not marked as shipped with a date.",
        alt="Shipped units",
    )


def _show_packages(snapshot: Snapshot, order_id: int) -> None:
    _show_part(
        "Labels and fulfillments, voided ones included",
        with_labels(snapshot.table(_PACKAGES, order_id), "package_kind", _PACKAGE_KINDS),
        {
            "package_kind": columns.text("Kind"),
            "state": columns.text("State"),
            "tracking_number": columns.text("Tracking number"),
            "carrier": columns.text("Carrier"),
            "service": columns.text("Service"),
            "ship_date": columns.day(snapshot.dates, "Ship date"),
            "postage": columns.dollars("Postage", help="Insurance included"),
            "shipment": columns.text("Shipment"),
        },
        nothing="None: no label was bought, and it was not marked as shipped elsewhere.",
        alt="The order's labels and fulfillments",
    )


def _show_movements(snapshot: Snapshot, order_id: int) -> None:
    _show_part(
        "Inventory movements",
        snapshot.table(_MOVEMENTS, order_id),
        {
            "transaction_date": columns.day(snapshot.dates, "Day"),
            "sku_code": columns.text("SKU"),
            "lot_number": columns.text("Lot"),
            "quantity": columns.number("This order"),
            "quantity_of_day": columns.number("All orders that day", help="The movement in the ledger"),
        },
        nothing="None: no stocked product was shipped since the opening day.",
        alt="Inventory movements of the order",
    )
