"""ShipStation's lists that are read by date, and the kind of record that each of them holds."""

from __future__ import annotations

from ingest.client.list_walk import ListQuery
from ingest.sources.shipstation.records import FULFILLMENTS, ORDERS, SHIPMENTS, RecordKind

ORDERS_BY_MODIFY_DATE = ListQuery("/orders", "orders", "orderId", "modifyDate", "modifyDate", "ModifyDate")
_WITH_ITEMS = {"includeShipmentItems": "true"}
SHIPMENTS_BY_CREATE_DATE = ListQuery(
    "/shipments", "shipments", "shipmentId", "createDate", "createDate", "CreateDate", _WITH_ITEMS
)
# A void joins this list wherever its creation date sorts it and never leaves: page numbers cannot skip a row.
SHIPMENTS_BY_VOID_DATE = ListQuery(
    "/shipments", "shipments", "shipmentId", "voidDate", "voidDate", "CreateDate", _WITH_ITEMS, by_key=False
)
FULFILLMENTS_BY_CREATE_DATE = ListQuery(
    "/fulfillments", "fulfillments", "fulfillmentId", "createDate", "createDate", "CreateDate"
)

API_LISTS: dict[str, tuple[RecordKind, ListQuery]] = {
    "orders": (ORDERS, ORDERS_BY_MODIFY_DATE),
    "shipments": (SHIPMENTS, SHIPMENTS_BY_CREATE_DATE),
    "voids": (SHIPMENTS, SHIPMENTS_BY_VOID_DATE),
    "fulfillments": (FULFILLMENTS, FULFILLMENTS_BY_CREATE_DATE),
}
