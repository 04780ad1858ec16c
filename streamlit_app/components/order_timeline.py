"""The timeline of one order: its events in ShipStation and here."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.panels import table
from streamlit_app.data.formatted import count
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings

# The rank orders events of the same instant.
_INSTANTS = """
    select 1 as rank, created_at as happened_at, 'Created in ShipStation' as what
    from marts.orders_inbox where shipstation_order_id = $1
    union all
    select 2, first_seen_at, 'First loaded'
    from marts.orders_inbox where shipstation_order_id = $1
    union all
    select 3, created_at, if(package_kind = 'fulfillment', 'Marked as shipped elsewhere, ', 'Label bought, ')
        || coalesce(tracking_number, 'without a tracking number')
    from marts.packages where shipstation_order_id = $1
    union all
    select 4, voided_at, 'Voided: ' || coalesce(tracking_number, package_key)
    from marts.packages where shipstation_order_id = $1
    union all
    select 5, first_seen_at, 'Exception: ' || detail
    from marts.exceptions where shipstation_order_id = $1
    union all
    select 6, modified_at, 'Last changed in ShipStation'
    from marts.orders_inbox where shipstation_order_id = $1
    order by rank, what
"""
_DAYS = """
    select ship_date, sum(quantity_shipped)::bigint as units, count(distinct shipment_id) as packages
    from marts.shipped_items
    where shipstation_order_id = $1
    group by ship_date
"""


def show_timeline(settings: Settings, snapshot: Snapshot, shipstation_order_id: int) -> None:
    """Show the events in order, in the business's time zone."""
    events = sorted(_events(settings, snapshot, shipstation_order_id), key=lambda event: event[:2])
    st.subheader("Timeline", anchor=False)
    table(
        pa.table({"when": [when for _, _, when, _ in events], "what": [what for *_, what in events]}),
        {
            "when": columns.text("When"),
            "what": columns.text("Event", width="large"),
        },
        alt="Timeline of the order",
    )


def _events(settings: Settings, snapshot: Snapshot, order_id: int) -> Iterator[tuple[date, float, str, str]]:
    for row in snapshot.rows(_INSTANTS, order_id):
        if row["happened_at"] is not None:
            local = row["happened_at"].astimezone(settings.timezone)
            yield local.date(), local.timestamp(), f"{local:%Y-%m-%d %H:%M}", row["what"]
    for row in snapshot.rows(_DAYS, order_id):
        shipped = f"Shipped: {count(row['units'], 'unit')}"
        packages = f" in {count(row['packages'], 'package')}" if row["packages"] else ""
        # A ship date has no time of day, so it comes after the day's events.
        yield row["ship_date"], float("inf"), f"{row['ship_date']}", shipped + packages
