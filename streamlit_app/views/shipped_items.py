"""Shipped items: what left, found by order, SKU, lot and day, down to one order's lines and packages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import date
from typing import Any

import streamlit as st

from streamlit_app.one_order import LOT_SOURCES, show_order
from streamlit_app.panels import ROW_HEIGHT, days_between, panel, table_height, with_words
from streamlit_app.snapshot import Snapshot
from streamlit_app.strip import Moment
from streamlit_app.words import count, csv_bytes
from workflows.settings import Settings

_PAGE_ROWS = 100
_VISIBLE_ROWS = 12
_CSV_ROWS = 100_000
_ORDER = "shipped_order"
_PAGE = "shipped_page"
_COLUMNS = {
    "ship_date": "Shipped",
    "order_number": "Order",
    "shipstation_sku_raw": "SKU as printed",
    "sku_code": "SKU",
    "lot_number": "Lot",
    "lot_source": "Lot from",
    "quantity_shipped": "Units",
    "shipment_id": "Shipment",
}

_MATCHING = """
    from marts.shipped_items
    where
        ($1 = '' or contains(lower(order_number), $1))
        and ($2 = '' or contains(lower(sku_code), $2) or contains(lower(shipstation_sku_raw), $2))
        and ($3 = '' or contains(lower(lot_number), $3))
        and ($4::date is null or ship_date >= $4::date)
        and ($5::date is null or ship_date <= $5::date)
"""
_TOTALS = f"""
    select
        count(*) as row_count,
        count(distinct shipstation_order_id) as order_count,
        coalesce(sum(quantity_shipped) filter (where sku_code is not null), 0)::bigint as unit_count,
        coalesce(sum(quantity_shipped) filter (where sku_code is null), 0)::bigint as unknown_unit_count,
        count(distinct lot_id) as lot_count
    {_MATCHING}
"""
_NEWEST_FIRST = "order by ship_date desc, shipstation_order_id desc, shipment_id, shipped_item_id"
_ROWS = f"""
    select {", ".join(_COLUMNS)}, shipstation_order_id
    {_MATCHING} {_NEWEST_FIRST} limit {_PAGE_ROWS} offset $6
"""
_ALL_ROWS = f"select {', '.join(_COLUMNS)} {_MATCHING} {_NEWEST_FIRST} limit {_CSV_ROWS}"


@dataclass(frozen=True)
class Search:
    """What is looked for, in the order of the queries' parameters. Empty texts and no date match everything.

    Attributes:
        order: A part of the order number, lower case.
        sku: A part of the SKU or of the SKU as printed, lower case.
        lot: A part of the lot number, lower case.
        since: First ship date.
        until: Last ship date.
    """

    order: str
    sku: str
    lot: str
    since: date | None
    until: date | None


def show(settings: Settings, snapshot: Snapshot, moment: Moment) -> None:
    """Draw the view."""
    del moment
    with panel("Shipped items", settings, snapshot):
        search = _ask(settings.today())
        if search.since and search.until and search.until < search.since:
            st.text("No day lies between these dates: the last one is before the first.")
            return
        totals = snapshot.row(_TOTALS, *astuple(search))
        if not totals["row_count"]:
            st.text("Nothing shipped matches. Shorten a text, widen the dates, or clear a field.")
        else:
            _show_totals(totals)
            _show_rows(snapshot, search, totals["row_count"])
    chosen = st.session_state.get(_ORDER)
    if chosen is not None:
        with panel("Order", settings, snapshot):
            show_order(settings, snapshot, chosen)
            st.button("Close", on_click=_close)


def _ask(today: date) -> Search:
    order, sku, lot, since, until = st.columns(5, gap="small")

    def text(place: Any, label: str, example: str, key: str) -> str:
        typed = place.text_input(label, placeholder=example, key=key, max_chars=60, bind="query-params")
        return (typed or "").strip().lower()

    return Search(
        text(order, "Order number", "e.g. 671825", "order"),
        text(sku, "SKU", "e.g. 17612", "sku"),
        text(lot, "Lot", "e.g. 250300", "lot"),
        *days_between(since, until, "shipped", today),
    )


def _show_totals(totals: dict[str, Any]) -> None:
    orders, units, rows, lots = st.columns(4)
    orders.metric("Orders", f"{totals['order_count']:,}")
    units.metric("Units", f"{totals['unit_count']:,}")
    rows.metric("Lines", f"{totals['row_count']:,}")
    lots.metric("Lots", f"{totals['lot_count']:,}")
    if totals["unknown_unit_count"]:
        st.text(f"{count(totals['unknown_unit_count'], 'unit')} of unknown SKUs come on top.")


def _show_rows(snapshot: Snapshot, search: Search, row_count: int) -> None:
    pages = -(-row_count // _PAGE_ROWS)
    turned_to = st.session_state.get(_PAGE, {})
    page = min(turned_to.get(search, 1), pages)
    start = (page - 1) * _PAGE_ROWS
    found = snapshot.table(_ROWS, *astuple(search), start)
    text = st.column_config.TextColumn
    orders = found["shipstation_order_id"].to_pylist()
    # Another snapshot, search or page has other rows in the same places; by its own key no choice moves along.
    key = f"rows-{snapshot.path.name}-{hash(search)}-{page}"
    st.dataframe(
        with_words(found.select(list(_COLUMNS)), "lot_source", LOT_SOURCES),
        hide_index=True,
        column_config={
            **{name: text(title) for name, title in _COLUMNS.items()},
            "ship_date": st.column_config.DateColumn(_COLUMNS["ship_date"], format="YYYY-MM-DD"),
            "quantity_shipped": st.column_config.NumberColumn(_COLUMNS["quantity_shipped"], format="localized"),
        },
        height=table_height(min(found.num_rows, _VISIBLE_ROWS)),
        row_height=ROW_HEIGHT,
        placeholder="",
        on_select=lambda: _choose(key, orders),
        selection_mode="single-row",
        key=key,
        alt="Shipped items; choose a row for its order",
    )
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button(
            "Newer", icon=":material/chevron_left:", disabled=page == 1, on_click=_turn, args=(search, page - 1)
        )
        st.button(
            "Older",
            icon=":material/chevron_right:",
            disabled=page == pages,
            on_click=_turn,
            args=(search, page + 1),
        )
        st.text(
            f"{start + 1:,} to {start + found.num_rows:,} of {count(row_count, 'line')}, newest first",
            width="content",
        )
        st.space("stretch")
        st.download_button(
            "Download CSV" if row_count <= _CSV_ROWS else f"Download CSV, newest {_CSV_ROWS:,}",
            lambda: _csv(snapshot, search),
            file_name="shipped-items.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )


def _csv(snapshot: Snapshot, search: Search) -> bytes:
    return csv_bytes(list(_COLUMNS), snapshot.uncached_rows(_ALL_ROWS, *astuple(search)))


def _choose(key: str, orders: Sequence[int]) -> None:
    """Remember the order of the chosen row; a newer snapshot may move the row, but not the choice."""
    rows = st.session_state[key].selection.rows
    if rows:
        st.session_state[_ORDER] = orders[rows[0]]
    else:
        _close()


def _close() -> None:
    st.session_state.pop(_ORDER, None)


def _turn(search: Search, page: int) -> None:
    """Turn to a page of this search; any other one begins at its first."""
    st.session_state[_PAGE] = {search: page}
