"""Payloads as ShipStation prints them, as short as a test can state them."""

from __future__ import annotations

from itertools import count
from typing import Any

Payload = dict[str, Any]
_ids = count(700_000_001)


def line(sku: str | None, quantity: int | None, **changes: Any) -> Payload:
    """A line of an order; each has an id of its own."""
    return {
        "orderItemId": next(_ids),
        "lineItemKey": None,
        "sku": sku,
        "name": "Something",
        "quantity": quantity,
        "unitPrice": 10.5,
        "adjustment": False,
    } | changes


def order(order_id: int, lines: list[Payload] | None, status: str = "shipped", **changes: Any) -> Payload:
    """An order of 5 January 2026; `changes` replace or add fields."""
    return {
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id),
        "orderKey": f"key-{order_id}",
        "orderDate": "2026-01-05T08:00:00.0000000",
        "createDate": "2026-01-05T08:00:00.0000000",
        "modifyDate": "2026-01-05T09:30:27.5430000",
        "orderStatus": status,
        "customerEmail": f"practice-{order_id}@example.test",
        "items": lines,
        "shipDate": None,
        "carrierCode": None,
        "serviceCode": None,
        "advancedOptions": {"mergedIds": [], "parentId": None, "billToMyOtherAccount": None},
    } | changes


def label(
    shipment_id: int, order_id: int, ship_date: str | None, items: list[Payload] | None = None, **changes: Any
) -> Payload:
    """A label; `items` are the lines it lists, None when ShipStation lists none."""
    return {
        "shipmentId": shipment_id,
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id),
        "createDate": f"{ship_date or '2026-01-06'}T10:00:00.0000000",
        "shipDate": ship_date,
        "shipmentCost": 8.35,
        "insuranceCost": 0,
        "trackingNumber": f"1Z{shipment_id}",
        "isReturnLabel": False,
        "carrierCode": "ups",
        "serviceCode": "ups_ground",
        "voided": False,
        "voidDate": None,
        "shipmentItems": items,
    } | changes


def fulfillment(fulfillment_id: int, order_id: int, ship_date: str | None, **changes: Any) -> Payload:
    """An order marked as shipped elsewhere."""
    return {
        "fulfillmentId": fulfillment_id,
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id),
        "createDate": "2026-01-06T10:00:00.0000000",
        "shipDate": f"{ship_date}T00:00:00.0000000" if ship_date else None,
        "trackingNumber": f"9400{fulfillment_id}",
        "carrierCode": "usps",
        "voided": False,
        "voidDate": None,
    } | changes
