"""Orders: one search by number, tracking number, SKU or lot, and the details of one order."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.choices import change_address, choose_day, choose_from_list, choose_one, type_text
from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.long_list import Listing, show_list
from streamlit_app.components.one_order import show_order
from streamlit_app.components.panels import page_title, panel, with_labels
from streamlit_app.components.shop_orders import show_shop_orders
from streamlit_app.data.formatted import LOT_SOURCES, count
from streamlit_app.data.order_search import Search, read_words
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings, csv_bytes

_CSV_ROWS = 100_000
_PARAMETER = "id"
# Another search closes the order that is open.
_ORDER = (_PARAMETER,)
_STATE_LABELS = {"": "Any state", "open": "Open", "shipped": "Shipped", "cancelled": "Cancelled"}
_DAYS = {"ordered": "Ordered", "shipped": "Shipped"}

_FOUND = "from marts.orders_inbox as orders where {condition}"
_COUNT = f"select count(*) as order_count {_FOUND}"
_ORDERS = f"""
    select
        orders.shipstation_order_id, orders.order_number, orders.order_status, orders.order_origin,
        orders.order_date, orders.ship_date, orders.total_items,
        coalesce(orders.service_name, orders.service_code) as service, orders.tracking_number
    {_FOUND}
    order by orders.order_date desc nulls last, orders.shipstation_order_id desc
"""
_LINES = f"""
    select
        items.ship_date, items.order_number, items.shipstation_sku_raw, items.sku_code, items.lot_number,
        items.lot_source, items.quantity_shipped, items.shipment_id
    from marts.shipped_items as items
    where items.shipstation_order_id in (select orders.shipstation_order_id {_FOUND})
    order by items.ship_date desc, items.shipstation_order_id desc, items.shipment_id, items.shipped_item_id
    limit {_CSV_ROWS}
"""
_LINE_TITLES = ("Shipped", "Order", "SKU as printed", "SKU", "Lot", "Lot known from", "Units", "Shipment")


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    title = st.container()
    with panel("Search", settings, snapshot):
        search = _ask(settings)
        asked = st.query_params.get(_PARAMETER) or _only_hit(snapshot, search)
        if asked is None:
            _show_found(snapshot, search)
    if asked is not None:
        show_order(settings, snapshot, asked, title, _show_way_back)
        return
    with title:
        page_title("Orders")
    show_shop_orders(settings, snapshot)


def _ask(settings: Settings) -> Search:
    today, dates = settings.today(), settings.dates
    typed = type_text(st, "Find", "Order number, tracking number, SKU or lot", "find", _ORDER)
    state, days, since, until = st.columns(4, gap="small")
    in_state = choose_from_list(state, "State", _STATE_LABELS, "state", _ORDER)
    by_day = choose_one(days, "Date", _DAYS, "by_day", _ORDER)
    first = choose_day(since, "From", "day_from", today, dates, _ORDER)
    last = choose_day(until, "To", "day_to", today, dates, _ORDER)
    return Search(text=read_words(typed), state=in_state, by_shipping=by_day == "shipped", since=first, until=last)


def _only_hit(snapshot: Snapshot, search: Search) -> str | None:
    """Return the id of the order that a text finds, if it is the only one: it opens."""
    if not search.text:
        return None
    condition, values = search.condition()
    if snapshot.row(_COUNT.format(condition=condition), *values)["order_count"] != 1:
        return None
    return str(snapshot.row(_ORDERS.format(condition=condition), *values)["shipstation_order_id"])


def _show_way_back() -> None:
    st.button("Back to the results", icon=":material/arrow_back:", on_click=_close)


def _show_found(snapshot: Snapshot, search: Search) -> None:
    if search.since and search.until and search.until < search.since:
        st.text("The last date is before the first.")
        return
    condition, values = search.condition()
    found = snapshot.row(_COUNT.format(condition=condition), *values)["order_count"]
    if not found:
        st.text("No order matches. Try fewer digits, wider dates, or another state.")
        return
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.text(f"{count(found, 'order')}, newest first. Select one to see its details.", width="content")
        show_downloads("shipledger-shipped-lines", [Download("CSV", lambda: _csv(snapshot, search))])
    chosen = show_list(
        snapshot,
        Listing(
            name="orders",
            query=_ORDERS.format(condition=condition),
            parameters=values,
            row_count=found,
            columns={
                "order_number": columns.text("Order", pinned=True),
                "order_status": columns.text("Status"),
                "order_origin": columns.text("Origin"),
                "order_date": columns.day(snapshot.dates, "Ordered"),
                "ship_date": columns.day(snapshot.dates, "First shipped"),
                "total_items": columns.number("Items", help="As sold"),
                "service": columns.text("Service"),
                "tracking_number": columns.text("First tracking number"),
            },
            noun=("order", "orders"),
            order="newest first",
            alt="Orders found; select a row to see the order",
            labelled=_labelled,
        ),
    )
    if chosen is not None:
        st.query_params[_PARAMETER] = str(chosen["shipstation_order_id"])
        st.rerun()


def _labelled(rows: pa.Table) -> pa.Table:
    states = rows["order_status"].to_pylist()
    return with_labels(rows, "order_status", {state: state.replace("_", " ") for state in states if state})


def _csv(snapshot: Snapshot, search: Search) -> bytes:
    condition, values = search.condition()
    rows = snapshot.uncached_rows(_LINES.format(condition=condition), *values)
    return csv_bytes(_LINE_TITLES, ((*row[:5], LOT_SOURCES.get(row[5], row[5]), *row[6:]) for row in rows))


def _close() -> None:
    # A text that finds this order alone would open it again.
    is_only_hit = _PARAMETER not in st.query_params
    change_address(**{_PARAMETER: None}, **({"find": None} if is_only_hit else {}))
