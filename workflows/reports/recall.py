"""A lot's recall: every order with units of it, its recipient, and where all its units are."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows.reports.document import Column, Document, Figure, Figures, Kind, Table, Text
from workflows.reports.lot_facts import LotFacts, read_lot
from workflows.reports.snapshot_source import Source, open_snapshot
from workflows.reports.tables import csv_bytes, xlsx_bytes

# A package is the label the units left with; what was marked as shipped elsewhere has its order's tracking number.
SHIPMENTS = """
    with items as (

        select
            shipstation_order_id, shipment_id, order_number, ship_date,
            bool_or(lot_source = 'fifo') as is_assigned,
            sum(quantity_shipped)::bigint as quantity
        from marts.shipped_items
        where sku_code = $1 and lot_number = $2
        group by all

    ),

    -- Units without a label left with the first fulfillment.
    elsewhere as (

        select
            shipstation_order_id,
            first(
                tracking_number order by ship_date nulls last, split_part(package_key, ' ', 2)::bigint
            ) as tracking_number
        from marts.packages
        where package_kind = 'fulfillment' and not is_voided
        group by shipstation_order_id

    )

    select
        items.ship_date, items.order_number, items.quantity, items.is_assigned, items.shipstation_order_id,
        coalesce(packages.tracking_number, elsewhere.tracking_number, orders.tracking_number) as tracking_number,
        recipients.consignee_name, recipients.company, recipients.city, recipients.state, recipients.postal_code,
        recipients.country
    from items
    left join marts.packages as packages on items.shipment_id = packages.shipment_id
    left join elsewhere
        on items.shipment_id is null and items.shipstation_order_id = elsewhere.shipstation_order_id
    left join marts.shipped_orders as orders on items.shipstation_order_id = orders.shipstation_order_id
    left join marts.order_consignees as recipients on items.shipstation_order_id = recipients.shipstation_order_id
    order by items.ship_date, items.order_number, items.shipstation_order_id, items.shipment_id
"""
_FILE_COLUMNS = (
    "ship_date",
    "order_number",
    "quantity",
    "lot_source",
    "tracking_number",
    "consignee_name",
    "company",
    "city",
    "state",
    "postal_code",
    "country",
    "shipstation_order_id",
)


@dataclass(frozen=True)
class Recall(LotFacts):
    """The balance of a lot, and its packages.

    Attributes:
        shipments: One row for each package with units of it: `ship_date`, `order_number`, `quantity`, `lot_source`
            (`shipment` when the label names the lot, `fifo` when it was assigned), `tracking_number`,
            `consignee_name`, `company`, `city`, `state`, `postal_code`, `country`, `shipstation_order_id`.
    """

    shipments: tuple[dict[str, Any], ...]


def read_recall(source: Source, sku_code: str, lot_number: str) -> Recall:
    """Read the recall of a lot.

    Raises:
        UsageError: It knows no such lot.
    """
    facts = read_lot(source, sku_code, lot_number)
    shipments = tuple(
        {**row, "lot_source": "fifo" if row["is_assigned"] else "shipment"}
        for row in source.rows(SHIPMENTS, sku_code, lot_number)
    )
    return Recall(**vars(facts), shipments=shipments)


def lot_recall_pdf(snapshot: Path, sku_code: str, lot_number: str, locale: str) -> bytes:
    """Return the recall of a lot as a PDF. It has personal data, so it is made on request and stored nowhere.

    Args:
        snapshot: The version's own file, not the link to the current one.
        sku_code: The product's code.
        lot_number: The lot.
        locale: How dates are printed; see the settings.

    Raises:
        UsageError: There is no such lot.
        SnapshotUnusable: The snapshot is gone or damaged.
    """
    # Imported late: the page imports this module, and only a download needs what draws it.
    from workflows.reports.pdf import make_pdf

    with open_snapshot(snapshot, locale) as source:
        document = _document(source, read_recall(source, sku_code, lot_number))
    return make_pdf(document)


def lot_recall_csv(snapshot: Path, sku_code: str, lot_number: str, locale: str) -> bytes:
    """Return the packages of a recall as CSV, for programs: with ISO dates; the rest as in `lot_recall_pdf`."""
    with open_snapshot(snapshot, locale) as source:
        recall = read_recall(source, sku_code, lot_number)
    return csv_bytes(_FILE_COLUMNS, _file_rows(recall))


def lot_recall_xlsx(snapshot: Path, sku_code: str, lot_number: str, locale: str) -> bytes:
    """Return the packages of a recall as a workbook; arguments and errors as in `lot_recall_pdf`."""
    with open_snapshot(snapshot, locale) as source:
        recall = read_recall(source, sku_code, lot_number)
        return xlsx_bytes("Lot recall", _FILE_COLUMNS, _file_rows(recall), source.as_of, source.dates)


def _file_rows(recall: Recall) -> list[list[Any]]:
    return [[row[column] for column in _FILE_COLUMNS] for row in recall.shipments]


def _document(source: Source, recall: Recall) -> Document:
    return source.document(
        title="Lot Recall",
        period=f"Lot {recall.lot_number} of {recall.sku_code} {recall.product_name}",
        is_wide=True,
        parts=[
            Figures(
                [
                    Figure("Units shipped", recall.unit_count),
                    Figure("Orders", recall.order_count),
                    Figure("Packages", recall.package_count),
                    Figure("Units on hand", recall.quantity_on_hand),
                    Figure("Received", recall.received_date, Kind.DATE),
                ]
            ),
            Text("Confidential: names and places of customers. Destroy the print when the recall is over."),
            _balance(recall),
            _waiting(recall),
            _shipments(recall),
        ],
    )


def _balance(recall: Recall) -> Table:
    if recall.quantity_on_hand is None:
        return Table("Where the units are", [], [], empty="This product is not stocked here: there is no balance.")
    return Table(
        title="Where the units are",
        columns=[
            Column("name", "Movement", width=3),
            Column("quantity", "Units", Kind.COUNT),
            Column("", "", width=6),
        ],
        rows=[{"name": movement.name, "quantity": movement.quantity} for movement in recall.movements],
        totals={"name": "On hand", "quantity": recall.quantity_on_hand},
        note=recall.verdict,
        empty="Nothing of this lot has moved.",
    )


def _waiting(recall: Recall) -> Table:
    return Table(
        title="Orders to stop",
        columns=[
            Column("order_number", "Order", width=2),
            Column("order_date", "Ordered", Kind.DATE, width=2),
            Column("order_status", "Status", width=3),
            Column("quantity", "Units", Kind.COUNT),
            Column("", "", width=4),
        ],
        rows=recall.open_orders,
        empty="No open order names this lot.",
    )


def _shipments(recall: Recall) -> Table:
    return Table(
        title="Packages",
        columns=[
            Column("ship_date", "Shipped", Kind.DATE, width=1.5),
            Column("order", "Order", width=1.2),
            Column("quantity", "Units", Kind.COUNT, width=0.9),
            Column("consignee_name", "Recipient", width=2.4),
            Column("company", "Company", width=2.2),
            Column("city", "City", width=1.7),
            Column("state", "State", width=0.8),
            Column("postal_code", "Postal code", width=1.2),
            Column("country", "", width=0.6),
            Column("tracking_number", "Tracking number", width=2.6),
        ],
        rows=[
            {**row, "order": row["order_number"] + (" *" if row["lot_source"] == "fifo" else "")}
            for row in recall.shipments
        ],
        totals={"ship_date": "Total", "quantity": recall.unit_count},
        note="* The label names no lot; the oldest lot with stock was taken, first in, first out.",
        empty="Nothing of this lot has shipped.",
    )
