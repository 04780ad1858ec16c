"""Lot recall: who received units of a lot, which open orders to stop, and the lot's balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components import columns
from streamlit_app.components.choices import type_text
from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.links import open_order, order_url
from streamlit_app.components.long_list import Listing, pick_row, show_list
from streamlit_app.components.panels import figure_row, page_title, panel, responsive_columns, table, with_labels
from streamlit_app.data.formatted import LOT_SOURCES, LOT_STATUSES, count, plain
from streamlit_app.data.order_search import read_lot_number
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    SHIPMENTS,
    LotFacts,
    Settings,
    UsageError,
    csv_bytes,
    lot_recall_csv,
    lot_recall_pdf,
    lot_recall_xlsx,
    on_page,
    read_lot,
)

_LOTS = """
    select
        lots.lot_id, lots.sku_code, skus.product_name, lots.lot_number, lots.status, lots.received_date,
        stock.quantity_on_hand
    from marts.lots as lots
    left join marts.skus as skus on lots.sku_code = skus.sku_code
    left join marts.lot_inventory as stock on lots.lot_id = stock.lot_id
    where contains(lower(lots.lot_number), $1) and $2 in ('', lots.sku_code)
    order by lots.lot_number = $1 desc, lots.received_date desc nulls last, lots.lot_number, lots.sku_code
"""
_PACKAGES = f"select *, if(is_assigned, 'fifo', 'shipment') as lot_source from ({SHIPMENTS})"


def show(settings: Settings, snapshot: Snapshot) -> None:
    """Show the view."""
    page_title("Lot recall")
    with panel("Lot", settings, snapshot):
        lot = _ask(snapshot)
    if lot is None:
        return
    try:
        facts = read_lot(snapshot, lot["sku_code"], lot["lot_number"])
    except UsageError as problem:
        st.text(settings.dates.in_sentence(on_page(problem)))
        return
    with panel(f"Recall of lot {lot['lot_number']}", settings, snapshot):
        _show_facts(snapshot, facts)
    with panel("Packages", settings, snapshot):
        _show_packages(snapshot, facts)


def _ask(snapshot: Snapshot) -> Mapping[str, Any] | None:
    typed = type_text(st, "Lot number", "e.g. 250300, or a part of it", "number", ("lot",), width=360)
    sku, number = read_lot_number(typed)
    if not (number or sku):
        st.text("Enter the lot number that is printed on the goods.")
        return None
    lots = snapshot.table(_LOTS, number, sku)
    if not lots.num_rows:
        st.text("No lot with this number. Try fewer digits.")
        return None
    lot_id = lots["lot_id"][0].as_py() if lots.num_rows == 1 else _choose(snapshot, lots)
    return next((row for row in lots.to_pylist() if row["lot_id"] == lot_id), None)


def _choose(snapshot: Snapshot, lots: pa.Table) -> str | None:
    chosen = pick_row(
        with_labels(lots, "status", LOT_STATUSES),
        {
            "lot_number": columns.text("Lot"),
            "sku_code": columns.text("SKU"),
            "product_name": columns.text("Product"),
            "status": columns.text("Status"),
            "received_date": columns.day(snapshot.dates, "Received"),
            "quantity_on_hand": columns.number("On hand"),
        },
        name="lot",
        keys=lots["lot_id"].to_pylist(),
        alt="Lots with this number; select one",
        rows_shown=6,
    )
    if chosen is None:
        st.caption("Several lots match. Select one.")
    return chosen


def _show_facts(snapshot: Snapshot, facts: LotFacts) -> None:
    st.text(f"{facts.sku_code} {facts.product_name}".strip())
    figures = figure_row()
    on_hand = "not stocked" if facts.quantity_on_hand is None else f"{facts.quantity_on_hand:,}"
    for label, value in {
        "Units shipped": f"{facts.unit_count:,}",
        "Orders": f"{facts.order_count:,}",
        "Packages": f"{facts.package_count:,}",
        "On hand": on_hand,
        "Received": snapshot.dates.day(facts.received_date) if facts.received_date else "unknown",
    }.items():
        figures.metric(label, value, width="content")
    lot = (snapshot.path, facts.sku_code, facts.lot_number, snapshot.dates.locale)
    show_downloads(
        f"shipledger-recall-{facts.sku_code}",
        [
            Download("PDF", lambda: lot_recall_pdf(*lot)),
            Download("XLSX", lambda: lot_recall_xlsx(*lot)),
            Download("CSV", lambda: lot_recall_csv(*lot)),
        ],
    )
    balance, open_orders = responsive_columns("recall", [1, 1])
    with balance:
        _show_balance(facts)
    with open_orders:
        _show_open_orders(snapshot, facts)


def _show_balance(facts: LotFacts) -> None:
    st.caption("Balance of the lot")
    if facts.quantity_on_hand is None:
        st.text("This product is not stocked here, so it has no balance.")
        return
    names = [movement.name for movement in facts.movements] + ["On hand"]
    units = [movement.quantity for movement in facts.movements] + [facts.quantity_on_hand]
    table(
        pa.table({"name": names, "quantity": units}),
        {
            "name": columns.text("Movement"),
            "quantity": columns.number("Units"),
        },
        alt="Balance of the lot",
    )
    if facts.is_sound:
        st.text(facts.verdict)
    else:
        st.error(plain(facts.verdict), icon=":material/error:")


def _show_open_orders(snapshot: Snapshot, facts: LotFacts) -> None:
    st.caption("Open orders with this lot: stop these")
    if not facts.open_orders:
        st.text("None.")
        return
    rows = [
        {
            **row,
            "order_status": row["order_status"].replace("_", " "),
            "url": order_url(row["shipstation_order_id"]),
        }
        for row in facts.open_orders
    ]
    table(
        pa.Table.from_pylist(rows),
        {
            "url": columns.link("", width="small", help="Opens the order in a new tab"),
            "order_number": columns.text("Order"),
            "order_date": columns.day(snapshot.dates, "Ordered"),
            "order_status": columns.text("Status"),
            "quantity": columns.number("Units"),
        },
        rows_shown=8,
        alt="Open orders with the lot",
    )
    show_downloads(f"shipledger-open-orders-{facts.sku_code}", [Download("CSV", lambda: _open_orders_csv(rows))])


def _open_orders_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    names = {"order_number": "Order", "order_date": "Ordered", "order_status": "Status", "quantity": "Units"}
    return csv_bytes(list(names.values()), ([row[name] for name in names] for row in rows))


def _show_packages(snapshot: Snapshot, facts: LotFacts) -> None:
    if not facts.package_count:
        st.text("Nothing of this lot was shipped.")
        return
    st.text(f"{count(facts.package_count, 'package')} with units of this lot. Select one to open its order.")
    chosen = show_list(
        snapshot,
        Listing(
            name="recall_packages",
            query=_PACKAGES,
            parameters=[facts.sku_code, facts.lot_number],
            row_count=facts.package_count,
            columns={
                "ship_date": columns.day(snapshot.dates, "Shipped"),
                "order_number": columns.text("Order", pinned=True),
                "quantity": columns.number("Units"),
                "lot_source": columns.text("Lot known from"),
                "consignee_name": columns.text("Recipient"),
                "company": columns.text("Company"),
                "city": columns.text("City"),
                "state": columns.text("State"),
                "postal_code": columns.text("Postal code"),
                "country": columns.text("Country"),
                "tracking_number": columns.text("Tracking number"),
            },
            noun=("package", "packages"),
            order="by day",
            alt="Packages with units of the lot; select a row to open its order",
            labelled=lambda rows: with_labels(rows, "lot_source", LOT_SOURCES),
        ),
    )
    if chosen is not None:
        open_order(chosen["shipstation_order_id"])
