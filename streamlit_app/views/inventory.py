"""Inventory: stock by product, its history, lots and movements; on a tab of its own, the forms for entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.components import charts, columns
from streamlit_app.components.choices import choose_day, choose_one, type_text
from streamlit_app.components.entry_forms import show_entry_forms
from streamlit_app.components.panels import (
    chart,
    page_title,
    panel,
    responsive_columns,
    stock_table,
    table,
    table_height,
    with_labels,
)
from streamlit_app.data.formatted import LOT_STATUSES, count, plain
from streamlit_app.data.snapshot_reader import Snapshot
from streamlit_app.data.stock_query import STOCK
from workflows.page_api import Settings, printed

_ALL = ""
_STOCK_TAB, _ENTRIES_TAB = "", "entries"
_HISTORY_HEIGHT = 230
_SMALL_HISTORY_HEIGHT = 130
_SMALL_HISTORIES_A_ROW = 3
_LOT_ROWS = 12
_MOVEMENTS_SHOWN = 1000
_MOVEMENT_ROWS = 14
_TYPES = {
    "opening": "Opening balance",
    "receive": "Received",
    "repack": "Repacked",
    "adjust_up": "Adjusted up",
    "adjust_down": "Adjusted down",
    "count": "Count difference",
    "ship": "Shipped",
}

_HISTORY = """
    select strftime(inventory_date, '%Y-%m-%d') as inventory_date, quantity_on_hand
    from marts.inventory_daily
    where sku_code = $1
    order by inventory_date
"""
_LOTS = """
    select
        inventory.sku_code, inventory.lot_number, inventory.received_date, inventory.expiry_date, lots.status,
        inventory.quantity_on_hand, inventory.pick_rank
    from marts.lot_inventory as inventory
    left join marts.lots as lots on inventory.lot_id = lots.lot_id
    where ($1 = '' or inventory.sku_code = $1) and ($2 or inventory.quantity_on_hand <> 0)
    order by inventory.sku_code, inventory.pick_rank nulls last, inventory.received_date desc, inventory.lot_number
"""
_MOVED = """
    from marts.inventory_transactions
    where
        ($1 = '' or sku_code = $1)
        and (len($2) = 0 or list_contains($2, transaction_type))
        and ($3 = '' or contains(lower(lot_number), $3))
        and ($4::date is null or transaction_date >= $4::date)
        and ($5::date is null or transaction_date <= $5::date)
"""
_MOVED_TOTAL = f"""
    select
        count(*) as movement_count,
        coalesce(sum(quantity) filter (where quantity > 0), 0)::bigint as gained,
        coalesce(sum(quantity) filter (where quantity < 0), 0)::bigint as lost
    {_MOVED}
"""
_MOVEMENTS = f"""
    select transaction_date, sku_code, lot_number, transaction_type, quantity, reason, actor
    {_MOVED}
    order by transaction_date desc, sku_code, lot_number, transaction_id
    limit {_MOVEMENTS_SHOWN}
"""


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Inventory")
    stock = snapshot.rows(STOCK)
    names = {row["sku_code"]: f"{row['sku_code']} {row['product_name']}" for row in stock}
    tabs = {_STOCK_TAB: "Stock", _ENTRIES_TAB: "Entries"}
    if choose_one(st, "View", tabs, "tab", label_visibility="collapsed") == _ENTRIES_TAB:
        with panel("Enter a receipt or an adjustment", settings, snapshot):
            show_entry_forms(settings, snapshot, names)
        return
    with panel("Products", settings, snapshot):
        _show_products(snapshot, stock)
    labels = {sku: plain(name) for sku, name in names.items()}
    sku = choose_one(st, "Product", {_ALL: "All products", **labels}, "inventory_product")
    with panel("Stock at the end of each day", settings, snapshot):
        _show_history(snapshot, [row for row in stock if sku in (_ALL, row["sku_code"])])
    with panel("Lots", settings, snapshot):
        _show_lots(snapshot, sku)
    with panel("Movements", settings, snapshot):
        _show_movements(snapshot, sku, settings.today())


def _show_products(snapshot: Snapshot, stock: Sequence[dict[str, Any]]) -> None:
    left, right = responsive_columns("stock", [2, 1])
    with left:
        stock_table(snapshot.table(STOCK))
    with right:
        chart(charts.supply_by_product(stock, table_height(len(stock))), "Days of supply by SKU")


def _show_history(snapshot: Snapshot, stock: Sequence[dict[str, Any]]) -> None:
    st.caption("The dashed line is the reorder point.")
    if len(stock) == 1:
        _show_stock_chart(snapshot, stock[0], _HISTORY_HEIGHT)
        return
    for start in range(0, len(stock), _SMALL_HISTORIES_A_ROW):
        places = st.columns(_SMALL_HISTORIES_A_ROW, gap="medium")
        for place, row in zip(places, stock[start : start + _SMALL_HISTORIES_A_ROW], strict=False):
            with place:
                st.text(f"{row['sku_code']} {row['product_name']}")
                _show_stock_chart(snapshot, row, _SMALL_HISTORY_HEIGHT)


def _show_stock_chart(snapshot: Snapshot, row: dict[str, Any], height: int) -> None:
    chart(
        charts.stock_history(
            snapshot.dates, snapshot.rows(_HISTORY, row["sku_code"]), row["reorder_point"], height
        ),
        f"Units of {row['sku_code']} on hand at the end of each day",
    )


def _show_lots(snapshot: Snapshot, sku: str) -> None:
    with_empty = st.toggle("Show lots without stock", key="lots_with_empty")
    lots = snapshot.table(_LOTS, sku, with_empty)
    if not lots.num_rows:
        st.text("No lot has stock. Enter a receipt on the tab Entries to add one.")
        return
    table(
        with_labels(lots, "status", LOT_STATUSES),
        {
            "sku_code": columns.text("SKU", pinned=True),
            "lot_number": columns.text("Lot", pinned=True),
            "quantity_on_hand": columns.number("On hand"),
            "expiry_date": columns.day(snapshot.dates, "Expires"),
            "pick_rank": columns.number(
                "Ship order",
                help="Lot 1 is to ship first: the earliest expiry date where dates are kept, then the earliest "
                "received date. Units that shipped without a lot are taken from the lot received first.",
            ),
            "received_date": columns.day(snapshot.dates, "Received"),
            "status": columns.text("Status"),
        },
        rows_shown=_LOT_ROWS,
        alt="Lots and their stock",
    )


def _show_movements(snapshot: Snapshot, sku: str, today: date) -> None:
    kinds, lot, since, until = st.columns([3, 2, 2, 2], gap="small")
    types = kinds.multiselect(
        "Kind", list(_TYPES), format_func=_TYPES.__getitem__, placeholder="All kinds", key="movement_types"
    )
    lot_number = printed(type_text(lot, "Lot", "any", "movement_lot")).strip().lower()
    first = choose_day(since, "From", "movement_from", today, snapshot.dates)
    last = choose_day(until, "To", "movement_to", today, snapshot.dates)
    filters = (sku, types, lot_number, first, last)
    total = snapshot.row(_MOVED_TOTAL, *filters)
    if not total["movement_count"]:
        st.text("No movement matches. Widen the dates or clear a filter.")
        return
    found = count(total["movement_count"], "movement")
    if total["movement_count"] > _MOVEMENTS_SHOWN:
        found += f", the newest {_MOVEMENTS_SHOWN:,} shown"
    st.text(f"{found}: {total['gained']:,} units in, {-total['lost']:,} out")
    table(
        with_labels(snapshot.table(_MOVEMENTS, *filters), "transaction_type", _TYPES),
        {
            "transaction_date": columns.day(snapshot.dates, "Day"),
            "sku_code": columns.text("SKU"),
            "lot_number": columns.text("Lot"),
            "transaction_type": columns.text("Kind"),
            "quantity": columns.number("Units"),
            "reason": columns.text("Reason"),
            "actor": columns.text("By"),
        },
        rows_shown=_MOVEMENT_ROWS,
        alt="Movements",
    )
