"""What one order costs its customer: the lines it causes on the bill. Storage is nobody's in particular."""

from __future__ import annotations

import streamlit as st

from streamlit_app.panels import table
from streamlit_app.snapshot import Snapshot
from streamlit_app.words import dollars

# A day's rate is its charge by its count: the bill's own figures, so that the two never differ.
_CHARGES = """
    with charged as (

        select ship_date, 'Order, on its first ship date' as charge, 1 as quantity, null::bigint as postage_cents
        from marts.shipped_orders
        where shipstation_order_id = $1
        union all
        select ship_date, 'Handling' as charge, sum(quantity_shipped)::bigint as quantity, null as postage_cents
        from marts.shipped_items
        where shipstation_order_id = $1 and sku_code is not null
        group by ship_date
        union all
        select ship_date, 'Postage and insurance' as charge, count(*) as quantity, sum(postage_cents)::bigint
        from marts.packages
        where shipstation_order_id = $1 and is_charged
        group by ship_date

    )

    select
        charged.ship_date, charged.charge, charged.quantity,
        case
            when days.charge_date is null then null
            when charged.postage_cents is not null then charged.postage_cents
            when charged.charge = 'Handling'
                then charged.quantity * days.handling_charge_cents // nullif(days.unit_count, 0)
            else days.order_charge_cents // nullif(days.order_count, 0)
        end as charge_cents
    from charged
    left join marts.charge_report_daily as days on charged.ship_date = days.charge_date
    order by charged.ship_date, charged.charge
"""
_IN_DOLLARS = "select *, charge_cents / 100.0 as amount from ({charges})"


def show_charges(snapshot: Snapshot, shipstation_order_id: int) -> None:
    """Draw the order's charges; those of a day that has not ended are named, not counted."""
    st.caption("Charges it caused")
    charges = snapshot.table(_IN_DOLLARS.format(charges=_CHARGES), shipstation_order_id)
    if not charges.num_rows:
        st.text("None: nothing of it was shipped.")
        return
    number = st.column_config.NumberColumn
    table(
        charges,
        {
            "ship_date": st.column_config.DateColumn("Day", format="YYYY-MM-DD"),
            "charge": st.column_config.TextColumn("Charge"),
            "quantity": number("Number", format="localized"),
            "amount": number("Amount", format="dollar"),
        },
        alt="Charges the order caused",
    )
    known = [cents for cents in charges["charge_cents"].to_pylist() if cents is not None]
    waiting = "" if len(known) == charges.num_rows else "; a day is billed once it has ended"
    st.text(f"{dollars(sum(known))} in all{waiting}.")
