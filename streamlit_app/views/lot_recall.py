"""Lot recall: who got units of a lot, which open orders to stop, and where all its units are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import streamlit as st

from streamlit_app.components.downloads import Download, show_downloads
from streamlit_app.components.links import go
from streamlit_app.components.long_list import Listing, pick_row, show_list
from streamlit_app.components.panels import beside, panel, table, with_words
from streamlit_app.components.status_bar import Moment
from streamlit_app.data.formatted import count, plain
from streamlit_app.data.shipment_labels import LOT_SOURCES
from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    SHIPMENTS,
    LotFacts,
    Settings,
    UsageError,
    lot_recall_csv,
    lot_recall_pdf,
    lot_recall_xlsx,
    printed,
    read_lot,
)

_LOTS_SHOWN = 50

_LOTS = f"""
    select
        lots.lot_id, lots.sku_code, skus.product_name, lots.lot_number, lots.status, lots.received_date,
        stock.quantity_on_hand
    from marts.lots as lots
    left join marts.skus as skus on lots.sku_code = skus.sku_code
    left join marts.lot_inventory as stock on lots.lot_id = stock.lot_id
    where contains(lower(lots.lot_number), $1)
    order by lots.lot_number = $1 desc, lots.received_date desc nulls last, lots.lot_number, lots.sku_code
    limit {_LOTS_SHOWN}
"""
_PACKAGES = f"select *, if(is_assigned, 'fifo', 'shipment') as lot_source from ({SHIPMENTS})"


def show(settings: Settings, snapshot: Snapshot, moment: Moment) -> None:
    """Draw the view."""
    del moment
    with panel("Lot", settings, snapshot):
        lot = _ask(snapshot)
    if lot is None:
        return
    try:
        facts = read_lot(snapshot, lot["sku_code"], lot["lot_number"])
    except UsageError as problem:
        st.text(str(problem))
        return
    with panel(f"Recall of lot {lot['lot_number']}", settings, snapshot):
        _show_facts(snapshot, facts)
    with panel("Packages", settings, snapshot):
        _show_packages(snapshot, facts)


def _ask(snapshot: Snapshot) -> Mapping[str, Any] | None:
    typed = st.text_input(
        "Lot number",
        placeholder="e.g. 250300, or a part of it",
        key="number",
        max_chars=60,
        width=360,
        bind="query-params",
    )
    number = printed(typed or "").strip().lower()
    if not number:
        st.text("Type the lot number that is printed on the goods.")
        return None
    lots = snapshot.table(_LOTS, number)
    if not lots.num_rows:
        st.text(
            "No lot has this number. Type fewer digits; a label, an order line or a receipt makes a lot known."
        )
        return None
    if lots.num_rows == 1:
        return dict(lots.to_pylist()[0])
    text = st.column_config.TextColumn
    chosen = pick_row(
        lots,
        {
            "lot_number": text("Lot"),
            "sku_code": text("SKU"),
            "product_name": text("Product"),
            "status": text("Status"),
            "received_date": st.column_config.DateColumn("Received", format="YYYY-MM-DD"),
            "quantity_on_hand": st.column_config.NumberColumn("On hand", format="localized"),
        },
        name="lot",
        keys=lots["lot_id"].to_pylist(),
        alt="Lots with this number; choose one",
        rows_shown=6,
    )
    if chosen is None:
        st.caption("Several lots match. Choose one.")
        return None
    rows: list[dict[str, Any]] = lots.to_pylist()
    return next(row for row in rows if row["lot_id"] == chosen)


def _show_facts(snapshot: Snapshot, facts: LotFacts) -> None:
    st.text(f"{facts.sku_code} {facts.product_name}".strip())
    figures = st.columns(5)
    on_hand = "not stocked" if facts.quantity_on_hand is None else f"{facts.quantity_on_hand:,}"
    for place, (label, value) in zip(
        figures,
        {
            "Units shipped": f"{facts.unit_count:,}",
            "Orders": f"{facts.order_count:,}",
            "Packages": f"{facts.package_count:,}",
            "On hand": on_hand,
            "Received": f"{facts.received_date or 'unknown'}",
        }.items(),
        strict=True,
    ):
        place.metric(label, value)
    asked = (snapshot.path, facts.sku_code, facts.lot_number)
    show_downloads(
        f"shipledger-recall-{facts.sku_code}",
        [
            Download("PDF", lambda: lot_recall_pdf(*asked)),
            Download("XLSX", lambda: lot_recall_xlsx(*asked)),
            Download("CSV", lambda: lot_recall_csv(*asked)),
        ],
    )
    balance, waiting = beside("recall", [1, 1])
    with balance:
        _show_balance(facts)
    with waiting:
        _show_waiting(facts)


def _show_balance(facts: LotFacts) -> None:
    st.caption("Where the units are")
    if facts.quantity_on_hand is None:
        st.text("This product is not stocked here, so there is no balance.")
        return
    names = [movement.name for movement in facts.movements] + ["On hand"]
    units = [movement.quantity for movement in facts.movements] + [facts.quantity_on_hand]
    table(
        pa.table({"name": names, "quantity": units}),
        {
            "name": st.column_config.TextColumn("Movement"),
            "quantity": st.column_config.NumberColumn("Units", format="localized"),
        },
        alt="Where the lot's units are",
    )
    if facts.is_sound:
        st.text(facts.verdict)
    else:
        st.error(plain(facts.verdict), icon=":material/error:")


def _show_waiting(facts: LotFacts) -> None:
    st.caption("Open orders that name it: stop these")
    if not facts.open_orders:
        st.text("None.")
        return
    text = st.column_config.TextColumn
    table(
        pa.Table.from_pylist(
            [{**row, "order_status": row["order_status"].replace("_", " ")} for row in facts.open_orders]
        ),
        {
            "order_number": text("Order"),
            "order_date": st.column_config.DateColumn("Ordered", format="YYYY-MM-DD"),
            "order_status": text("Status"),
            "quantity": st.column_config.NumberColumn("Units", format="localized"),
        },
        rows_shown=8,
        alt="Open orders that name the lot",
    )


def _show_packages(snapshot: Snapshot, facts: LotFacts) -> None:
    if not facts.package_count:
        st.text("Nothing of this lot was shipped.")
        return
    st.text(f"{count(facts.package_count, 'package')} with units of it. Choose one for its order.")
    text = st.column_config.TextColumn
    chosen = show_list(
        snapshot,
        Listing(
            name="recall_packages",
            query=_PACKAGES,
            parameters=[facts.sku_code, facts.lot_number],
            row_count=facts.package_count,
            columns={
                "ship_date": st.column_config.DateColumn("Shipped", format="YYYY-MM-DD"),
                "order_number": text("Order"),
                "quantity": st.column_config.NumberColumn("Units", format="localized"),
                "lot_source": text("Lot from"),
                "consignee_name": text("Recipient"),
                "company": text("Company"),
                "city": text("City"),
                "state": text("State"),
                "postal_code": text("Postal code"),
                "country": text("Country"),
                "tracking_number": text("Tracking number"),
            },
            noun=("package", "packages"),
            order="by day",
            alt="Packages with units of the lot; choose a row for its order",
            written=lambda rows: with_words(rows, "lot_source", LOT_SOURCES),
        ),
    )
    if chosen is not None:
        go("orders", id=str(chosen["shipstation_order_id"]))
