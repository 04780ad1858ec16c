"""The charges of one order. Storage is not charged by order."""

from __future__ import annotations

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.panels import table
from streamlit_app.data.formatted import dollars
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Dates

# Charges as billed, and restatements, which a later month bills. A day without a row in the daily report has not
# ended.
_CHARGES = """
    with details as (

        select
            ship_date,
            sum(charged_order_count)::bigint as order_count,
            sum(charged_unit_count)::bigint as unit_count,
            sum(order_charge_cents)::bigint as order_charge_cents,
            sum(handling_charge_cents)::bigint as handling_charge_cents,
            sum(charged_postage_cents)::bigint as postage_cents
        from marts.charge_details
        where shipstation_order_id = $1
        group by ship_date

    ),

    charged as (

        select
            1 as rank, ship_date, 'Order, on its first ship date' as charge, order_count as quantity,
            order_charge_cents as charge_cents
        from details where order_count <> 0
        union all
        select 2, ship_date, 'Handling', unit_count, handling_charge_cents from details where unit_count <> 0
        union all
        select 3, ship_date, 'Postage and insurance', null, postage_cents from details where postage_cents <> 0

    )

    select
        charged.rank, charged.ship_date, charged.charge, charged.quantity,
        if(days.charge_date is null, null, charged.charge_cents) as charge_cents, null as billed_month
    from charged
    left join marts.charge_report_daily as days on charged.ship_date = days.charge_date
    union all
    select 4, restated_date, cause, null, total_cents, billed_month
    from marts.charge_restatements
    where shipstation_order_id = $1
    order by ship_date, rank
"""
_IN_DOLLARS = "select *, charge_cents / 100.0 as amount from ({charges})"


def show_charges(snapshot: Snapshot, shipstation_order_id: int) -> None:
    """Show the order's charges; those of a day that has not ended are listed, but not added up."""
    st.subheader("Charges", anchor=False)
    charges = snapshot.table(_IN_DOLLARS.format(charges=_CHARGES), shipstation_order_id)
    if not charges.num_rows:
        st.text("None: nothing was shipped.")
        return
    table(
        _with_months(charges, snapshot.dates),
        {
            "ship_date": columns.day(snapshot.dates, "Day"),
            "charge": columns.text("Charge"),
            "quantity": columns.number("Quantity"),
            "amount": columns.dollars("Amount"),
        },
        alt="Charges of the order",
    )
    known = [cents for cents in charges["charge_cents"].to_pylist() if cents is not None]
    waiting = "" if len(known) == charges.num_rows else "; a day is billed once it has ended"
    st.text(f"{dollars(sum(known))} in all{waiting}.")


def _with_months(charges: pa.Table, dates: Dates) -> pa.Table:
    """Return the charges, and of restatements in which month they are billed."""
    texts = [
        f"Restated in {dates.month(row['billed_month'])}: {dates.in_sentence(row['charge'])}"
        if row["billed_month"]
        else row["charge"]
        for row in charges.to_pylist()
    ]
    return charges.set_column(charges.column_names.index("charge"), "charge", pa.array(texts, pa.string()))
