"""What one order costs its customer: the lines it causes on the bill. Storage is nobody's in particular."""

from __future__ import annotations

import streamlit as st

from streamlit_app.panels import table
from streamlit_app.snapshot import Snapshot
from streamlit_app.words import dollars

# A day's rate is its charge by its count: the bill's own figures, so that the two never differ. In a closed month
# what was billed counts, and what changed afterwards is billed with a later month.
_CHARGES = """
    with details as (

        select
            ship_date,
            sum(coalesce(billed_order_count, order_count))::bigint as order_count,
            sum(coalesce(billed_unit_count, unit_count))::bigint as unit_count,
            sum(coalesce(billed_postage_cents, postage_cents))::bigint as postage_cents
        from marts.charge_details
        where shipstation_order_id = $1
        group by ship_date

    ),

    charged as (

        select 1 as rank, ship_date, 'Order, on its first ship date' as charge, order_count as quantity
        from details
        union all
        select 2, ship_date, 'Handling', unit_count from details
        union all
        select 3, ship_date, 'Postage and insurance', postage_cents from details

    )

    select
        charged.rank,
        charged.ship_date,
        charged.charge,
        if(charged.rank < 3, charged.quantity, null) as quantity,
        case
            when days.charge_date is null then null
            when charged.rank = 1 then charged.quantity * days.order_charge_cents // nullif(days.order_count, 0)
            when charged.rank = 2 then charged.quantity * days.handling_charge_cents // nullif(days.unit_count, 0)
            else charged.quantity
        end as charge_cents
    from charged
    left join marts.charge_report_daily as days on charged.ship_date = days.charge_date
    where charged.quantity <> 0
    union all
    select 4, restated_date, 'Restated in ' || strftime(billed_month, '%Y-%m') || ': ' || cause, null, total_cents
    from marts.charge_restatements
    where shipstation_order_id = $1
    order by ship_date, rank
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
