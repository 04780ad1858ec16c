"""The orders of the own shop: how far they are, and what keeps some of them back."""

from __future__ import annotations

import streamlit as st

from streamlit_app.journeys import show_link
from streamlit_app.panels import panel, table
from streamlit_app.snapshot import Snapshot
from streamlit_app.words import count
from workflows.settings import Settings

_STATES = """
    select state, count(*) as order_count, sum(quantity_stocked) as unit_count
    from marts.local_orders
    group by state
"""
_HELD = """
    select
        order_number, order_date, quantity_stocked,
        if(is_changed_after_shipping, 'Changed in the shop after it had shipped', upload_detail) as why
    from marts.local_orders
    where (state = 'waiting' and upload_event in ('held', 'refused')) or is_changed_after_shipping
    order by order_date, order_number
"""
_WORDS = {
    "waiting": "Waiting here",
    "uploaded": "Sent, not back yet",
    "in_shipstation": "In ShipStation",
    "shipped": "Shipped",
    "cancelled": "Cancelled",
}
_ROWS_SHOWN = 8


def show_shop_orders(settings: Settings, snapshot: Snapshot) -> None:
    """Draw the panel; nothing where no order of a shop was ever imported."""
    states = {row["state"]: row for row in snapshot.rows(_STATES)}
    if not states:
        return
    with panel("Orders of the shop", settings, snapshot):
        for place, (state, words) in zip(st.columns(len(_WORDS)), _WORDS.items(), strict=True):
            row = states.get(state, {"order_count": 0, "unit_count": 0})
            units = count(row["unit_count"], "unit")
            place.metric(words, f"{row['order_count']:,}", units, delta_color="off", delta_arrow="off")
        _show_held(snapshot)


def _show_held(snapshot: Snapshot) -> None:
    held = snapshot.table(_HELD)
    if held.num_rows:
        text = st.column_config.TextColumn
        table(
            held,
            {
                "order_number": text("Order", width="small"),
                "order_date": st.column_config.DateColumn("Ordered", format="YYYY-MM-DD", width="small"),
                "quantity_stocked": st.column_config.NumberColumn("Units", format="localized", width="small"),
                "why": text("What is the matter", width="large"),
            },
            rows_shown=_ROWS_SHOWN,
            alt="Orders of the shop that need a person, and why",
        )
        show_link("exceptions", "All exceptions")
    st.caption(
        "`orchestrate.py upload --dry-run` tells what would go to ShipStation now, with lots, and what stays."
    )
