"""Carrier bills: the files, what they charge by class, and the lines to dispute with the carrier."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.bill_upload import show_upload
from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.links import show_order_link
from streamlit_app.components.long_list import Listing, pick_row, show_list
from streamlit_app.components.panels import figure_row, page_title, panel, with_labels
from streamlit_app.data.formatted import count, dollars, plain
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import Settings, csv_bytes

_FORMATS = {
    "ups": "UPS billing file",
    "fedex": "FedEx billing file",
    "stamps_com": "Stamps.com transactions",
    "shipstation": "ShipStation adjustments",
    "mapped": "By mapping",
}
_CLASSES = {
    "adjusted": "Adjusted",
    "billed_twice": "Billed twice",
    "voided_but_billed": "Voided but billed",
    "not_ours": "Not ours",
    "ambiguous": "Fits several labels",
    "never_billed": "Never billed",
    "refund": "Refund",
    "equal": "Equal",
    "account_charge": "Account charge",
    "payment": "Paid in",
    "loaded_before": "Loaded before",
}
_DOLLARS = pa.decimal128(18, 2)
_UNDISPUTED = ("ambiguous", "refund", "equal", "account_charge", "payment", "loaded_before")
_KEPT_BILL, _KEPT_CLASS = "bill", "class"
_BILL_ROWS, _CLASS_ROWS, _LINE_ROWS = 6, 10, 14

_BILLS = """
    select
        bills.bill_id, bills.file_name, bills.bill_format, bills.first_date, bills.last_date, bills.line_count,
        bills.amount_cents / 100.0 as amount, bills.missing_cents,
        (
            select sum(lines.dispute_cents) from marts.carrier_bill_lines as lines
            where lines.bill_id = bills.bill_id
        ) / 100.0 as dispute,
        bills.imported_at
    from marts.carrier_bills as bills
    order by bills.imported_at desc, bills.bill_id
"""
_TOTALS = f"""
    select * from (
        select
            line_class, count(*) as line_count, count(distinct shipment_id) as label_count,
            sum(amount_cents) / 100.0 as amount, sum(difference_cents) / 100.0 as difference,
            sum(dispute_cents) / 100.0 as dispute
        from marts.carrier_bill_lines
        where $1 in ('', bill_id)
        group by line_class
        union all
        select 'never_billed', 0, count(*), null, null, null
        from marts.label_costs
        where bill_state = 'never_billed' and $1 = ''
        having count(*) > 0
    )
    order by list_position({list(_CLASSES)}, line_class)
"""
_LISTED = """
    from marts.carrier_bill_lines as lines
    inner join marts.carrier_bills as bills on lines.bill_id = bills.bill_id
    where $1 in ('', lines.bill_id) and if($2 = '', lines.dispute_cents > 0, lines.line_class = $2)
"""
_LINES = f"""
    select
        lines.tracking_number, lines.line_class, lines.adjustment_reason, lines.charge_description,
        lines.label_ounces / 16 as label_pounds, lines.billed_ounces / 16 as billed_pounds, lines.label_dimensions,
        lines.billed_dimensions, lines.label_cost_cents / 100.0 as label_cost,
        lines.amount_cents / 100.0 as amount,
        lines.dispute_cents / 100.0 as dispute, lines.order_number,
        coalesce(lines.reference, lines.order_number) as reference, lines.carrier_code, lines.invoice_number,
        lines.invoice_date, lines.charged_date, lines.shipstation_order_id,
        bills.file_name || ', line ' || lines.line_number as place, lines.line_key
    {_LISTED}
    order by lines.dispute_cents desc, lines.charged_date, lines.line_key
"""
_NEVER = """
    select
        tracking_number, 'never_billed' as line_class, carrier_code, label_ounces / 16 as label_pounds,
        label_dimensions, label_cost_cents / 100.0 as label_cost, order_number, ship_date, shipstation_order_id
    from marts.label_costs
    where bill_state = 'never_billed'
    order by ship_date, shipment_id
"""
_COUNT = f"select count(*) as row_count {_LISTED}"
_FIGURES = """
    select
        (select count(*) from marts.carrier_bills) as bill_count,
        coalesce(sum(billed_cents), 0) as billed_cents,
        coalesce(sum(label_cost_cents) filter (where bill_state = 'billed'), 0) as label_cost_cents,
        coalesce(sum(difference_cents), 0) as difference_cents,
        (select coalesce(sum(dispute_cents), 0) from marts.carrier_bill_lines) as dispute_cents
    from marts.label_costs
"""
_FORM = {
    "carrier_code": "Carrier",
    "invoice_number": "Invoice number",
    "invoice_date": "Invoice date",
    "tracking_number": "Tracking number",
    "charged_date": "Date",
    "line_class": "Reason",
    "adjustment_reason": "Detail",
    "charge_description": "Charge",
    "label_pounds": "Weight as labelled (lb)",
    "billed_pounds": "Weight as billed (lb)",
    "label_dimensions": "Dimensions as labelled",
    "billed_dimensions": "Dimensions as billed",
    "amount": "Amount billed",
    "dispute": "Amount disputed",
    "reference": "Reference",
}


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Carrier bills")
    with panel("Bills", settings, snapshot):
        bill = _show_bills(snapshot)
        show_upload(settings)
    if snapshot.row(_FIGURES)["bill_count"]:
        with panel("By class", settings, snapshot):
            line_class = _pick_class(snapshot, bill)
        title = _CLASSES.get(line_class, "Lines to dispute")
        with panel(title, settings, snapshot):
            _show_lines(snapshot, bill, line_class)


def _show_bills(snapshot: Snapshot) -> str:
    """Show the bills, and return the id of the selected one; empty for all."""
    bills = snapshot.table(_BILLS)
    if not bills.num_rows:
        st.text(
            "No carrier's bill has been imported. With one, this page shows where it differs from what the labels "
            "cost: weights, dimensions, surcharges, refunds, and what was billed twice."
        )
        return ""
    _show_figures(snapshot)
    chosen = pick_row(
        with_labels(bills, "bill_format", _FORMATS),
        {
            "file_name": columns.text("File", width="medium"),
            "bill_format": columns.text("Format", width="medium"),
            "first_date": columns.day(snapshot.dates, "From", width="small"),
            "last_date": columns.day(snapshot.dates, "To", width="small"),
            "line_count": columns.number("Charges", width="small"),
            "amount": columns.dollars("Amount", width="small"),
            "dispute": columns.dollars("To dispute", width="small"),
        },
        name=_KEPT_BILL,
        keys=bills["bill_id"].to_pylist(),
        alt="Carrier bills; select one to see only its lines",
        rows_shown=_BILL_ROWS,
    )
    for row in bills.to_pylist():
        if row["missing_cents"]:
            lacks = f"its invoices say {dollars(row['missing_cents'])} more than its lines"
            st.warning(plain(f"{row['file_name']} is not complete: {lacks}. Download it from the carrier again."))
    return chosen or ""


def _show_figures(snapshot: Snapshot) -> None:
    figures = snapshot.row(_FIGURES)
    row = figure_row()
    for label, cents in {
        "Billed for labels": figures["billed_cents"],
        "Labels cost": figures["label_cost_cents"],
        "Final cost differs by": figures["difference_cents"],
        "To dispute": figures["dispute_cents"],
    }.items():
        row.metric(label, dollars(cents), width="content")


def _pick_class(snapshot: Snapshot, bill: str) -> str:
    """Show the totals by class, and return the selected one; empty for what is to be disputed."""
    totals = snapshot.table(_TOTALS, bill)
    chosen = pick_row(
        with_labels(totals, "line_class", _CLASSES),
        {
            "line_class": columns.text("Class", width="medium"),
            "line_count": columns.number("Charges", width="small"),
            "label_count": columns.number("Labels", width="small"),
            "amount": columns.dollars("Amount", width="small"),
            "difference": columns.dollars("More than labels cost", width="small"),
            "dispute": columns.dollars("To dispute", width="small"),
        },
        name=_KEPT_CLASS,
        keys=totals["line_class"].to_pylist(),
        alt="Totals by class; select one to see its lines",
        rows_shown=_CLASS_ROWS,
    )
    return chosen or ""


def _show_lines(snapshot: Snapshot, bill: str, line_class: str) -> None:
    is_never = line_class == "never_billed"
    listed = snapshot.table(_NEVER).num_rows if is_never else snapshot.row(_COUNT, bill, line_class)["row_count"]
    if not listed:
        st.text("Nothing to dispute: the carriers billed what the labels cost.")
        return
    chosen = show_list(
        snapshot,
        Listing(
            name="bill_lines",
            query=_NEVER if is_never else _LINES,
            parameters=[] if is_never else [bill, line_class],
            row_count=listed,
            columns=_never_columns(snapshot) if is_never else _line_columns(snapshot),
            noun=("label", "labels") if is_never else ("charge", "charges"),
            order="oldest first" if is_never else "largest dispute first",
            alt="Labels that were never billed"
            if is_never
            else "Charges of carriers, with weights and dimensions",
            rows_shown=_LINE_ROWS,
            labelled=lambda rows: with_labels(rows, "line_class", _CLASSES),
        ),
    )
    if chosen and chosen["shipstation_order_id"]:
        show_order_link(chosen["shipstation_order_id"], f"Order {plain(chosen['order_number'] or '')}")
    if not is_never:
        use = "" if line_class in _UNDISPUTED else " for the carrier's dispute form"
        st.caption(f"{count(listed, 'charge')} as a file{use}:")
        show_downloads("shipledger-dispute", [Download("CSV", lambda: _form(snapshot, bill, line_class))])


def _line_columns(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "tracking_number": columns.text("Tracking number", width="medium", pinned=True),
        "line_class": columns.text("Class"),
        "adjustment_reason": columns.text("Why", width=95),
        "dispute": columns.dollars("To dispute", width="small"),
        "amount": columns.dollars("Billed", width="small"),
        "label_cost": columns.dollars("Label cost", width="small"),
        "label_pounds": columns.number("Label lb", format="%.2f", width="small"),
        "billed_pounds": columns.number("Billed lb", format="%.2f", width="small"),
        "label_dimensions": columns.text("Label size", width=115),
        "billed_dimensions": columns.text("Billed size", width=115),
        "carrier_code": columns.text("Carrier", width="small"),
        "charge_description": columns.text("Charge"),
        "order_number": columns.text("Order"),
        "charged_date": columns.day(snapshot.dates, "Date"),
        "place": columns.text("Place"),
    }


def _never_columns(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "tracking_number": columns.text("Tracking number", width="medium"),
        "carrier_code": columns.text("Carrier", width="small"),
        "ship_date": columns.day(snapshot.dates, "Shipped", width="small"),
        "label_cost": columns.dollars("Label cost", width="small"),
        "label_pounds": columns.number("Label lb", format="%.2f", width="small"),
        "label_dimensions": columns.text("Label size", width=115),
        "order_number": columns.text("Order", width="small"),
    }


def _form(snapshot: Snapshot, bill: str, line_class: str) -> bytes:
    lines: pa.Table = with_labels(snapshot.table(_LINES, bill, line_class), "line_class", _CLASSES)
    for name in ("amount", "dispute"):
        # A form's amounts have two decimals, also $11.30.
        at = lines.schema.get_field_index(name)
        lines = lines.set_column(at, name, lines[name].cast(_DOLLARS))
    return csv_bytes(list(_FORM.values()), zip(*(lines[name].to_pylist() for name in _FORM), strict=True))
