"""Orders, labels and fulfillments in the form of ShipStation's payloads.

Times are milliseconds since 1970 (UTC), money is cents. Field names and JSON types follow published payloads (the
field profiles of the API notes).
"""

from __future__ import annotations

from sandbox.names import Customer
from sandbox.pacific import channel_text, wall_text, wall_trimmed
from sandbox.reference import WAREHOUSE
from sandbox.resources import Row

_NO_INSURANCE = {"provider": None, "insureShipment": False, "insuredValue": 0}
_DOMESTIC = {"contents": None, "customsItems": None, "nonDelivery": None}


def money(cents: int) -> int | float:
    """Return cents as the API prints money: an even number of dollars as an integer, else a float."""
    if cents % 200 == 0:
        return cents // 100
    return cents / 100


def item_row(
    item_id: int, sku: str | None, name: str, quantity: int, cents: int, ms: int, adjustment: bool = False
) -> Row:
    """Return an order line."""
    stamp = wall_trimmed(ms)
    odd = item_id & 1
    return {
        "orderItemId": item_id,
        "lineItemKey": str(item_id - 1_190_000_000_000) if odd else None,
        "sku": sku,
        "name": name,
        "imageUrl": None,
        "weight": None if adjustment else {"value": 20.0 if odd else 20, "units": "ounces", "WeightUnits": 1},
        "quantity": quantity,
        "unitPrice": money(cents),
        "taxAmount": None if odd else 0,
        "shippingAmount": None,
        "warehouseLocation": None,
        "options": [],
        "productId": None if sku is None else 5_000_000,
        "fulfillmentSku": None,
        "adjustment": adjustment,
        "upc": None,
        "createDate": stamp,
        "modifyDate": stamp,
    }


# Fields that every new order has alike.
_NEW_ORDER: Row = {
    "shipByDate": None,
    "orderStatus": "awaiting_shipment",
    "shippingAmount": 0,
    "customerNotes": None,
    "internalNotes": None,
    "gift": False,
    "giftMessage": None,
    "carrierCode": None,
    "serviceCode": None,
    "packageCode": None,
    "confirmation": "none",
    "shipDate": None,
    "holdUntilDate": None,
    "dimensions": None,
    "insuranceOptions": _NO_INSURANCE,
    "internationalOptions": _DOMESTIC,
    "userId": None,
    "externallyFulfilled": False,
    "externallyFulfilledBy": None,
    "externallyFulfilledById": None,
    "externallyFulfilledByName": None,
    "labelMessages": None,
}
_BILLING = dict.fromkeys(("billToParty", "billToAccount", "billToPostalCode", "billToCountryCode"))
_NEW_OPTIONS: Row = {
    "warehouseId": WAREHOUSE,
    "nonMachinable": False,
    "saturdayDelivery": False,
    "containsAlcohol": False,
    "mergedOrSplit": False,
    "mergedIds": [],
    "parentId": None,
    **dict.fromkeys(("customField1", "customField2", "customField3", "source", "billToMyOtherAccount")),
    **_BILLING,
}
# Fields that every label has alike.
_NEW_LABEL: Row = {
    "warehouseId": WAREHOUSE,
    "voided": False,
    "voidDate": None,
    "marketplaceNotified": True,
    "notifyErrorMessage": None,
    "weight": {"value": 40, "units": "ounces", "WeightUnits": 1},
    "dimensions": None,
    "labelData": None,
    "formData": None,
}


def order_row(
    order_id: int, number: str, key: str, store_id: int, customer: Customer, items: list[Row], ms: int
) -> Row:
    """Return a new order, paid and awaiting shipment, that ShipStation received at `ms`."""
    # The shop writes its own time zone's wall time, a few minutes before the import.
    placed = channel_text(ms - 240_000 - order_id % 600 * 1000)
    created = wall_text(ms)
    total = round(sum(100 * item["unitPrice"] * item["quantity"] for item in items))
    tax = total * 6 // 100 if order_id % 3 == 0 else 0
    return _NEW_ORDER | {
        "orderId": order_id,
        "orderNumber": number,
        "orderKey": key,
        "orderDate": placed,
        "createDate": created,
        # Observed: the modify date of an untouched order may be a few milliseconds before its create date.
        "modifyDate": created if order_id % 9 else wall_text(ms - 3),
        "paymentDate": placed if order_id % 17 else None,
        "customerId": customer.customer_id if order_id % 11 else None,
        "customerUsername": customer.username,
        "customerEmail": customer.email,
        "billTo": customer.bill_to,
        "shipTo": customer.ship_to,
        "items": items,
        "orderTotal": money(total + tax),
        "amountPaid": money(total + tax),
        "taxAmount": money(tax),
        "paymentMethod": None if order_id % 5 else "Credit Card",
        "requestedShippingService": None if order_id % 4 == 0 else "Ground",
        "weight": {"value": 20 * len(items), "units": "ounces", "WeightUnits": 1},
        "advancedOptions": _NEW_OPTIONS | {"storeId": store_id, "mergedIds": []},
        "tagIds": None if order_id % 6 else [8102],
    }


def shipped_item(line: Row, quantity: int) -> Row:
    """Return a line of a label, with the units in this package."""
    copied = ("orderItemId", "lineItemKey", "sku", "name", "imageUrl", "weight", "unitPrice", "productId")
    row = {name: line[name] for name in copied}
    row["quantity"] = quantity
    row["warehouseLocation"] = row["options"] = row["fulfillmentSku"] = None
    return row


def shipment_row(
    shipment_id: int,
    order: Row,
    ship_to: Row,
    service: tuple[str, str],
    items: list[Row] | None,
    ms: int,
    ship_date: str,
    cents: int,
    insurance_cents: int = 0,
    is_return: bool = False,
) -> Row:
    """Return a label bought at `ms` for a parcel that ships on `ship_date`; `items` may be None or empty."""
    return _NEW_LABEL | {
        "shipmentId": shipment_id,
        **{name: order[name] for name in ("orderId", "orderKey", "customerEmail", "orderNumber")},
        "userId": "5f9c2c6e-0000-4000-8000-00000000a001" if shipment_id % 8 else None,
        "createDate": wall_text(ms),
        "shipDate": ship_date,
        "shipmentCost": cents / 100,
        "insuranceCost": money(insurance_cents),
        "trackingNumber": f"{'1Z' if service[0].startswith('ups') else '94'}{shipment_id:018d}",
        "isReturnLabel": is_return,
        "batchNumber": None if shipment_id % 2 else str(100_000 + shipment_id // 40 % 900_000),
        "carrierCode": service[0],
        "serviceCode": service[1],
        "packageCode": "package" if shipment_id % 5 else None,
        "confirmation": None if shipment_id % 3 else "delivery",
        "shipTo": ship_to,
        "insuranceOptions": {
            "provider": "shipsurance" if insurance_cents else None,
            "insureShipment": insurance_cents > 0,
            "insuredValue": 100 if insurance_cents else 0,
        },
        "advancedOptions": _BILLING | {"storeId": order["advancedOptions"]["storeId"]},
        "shipmentItems": items,
    }


def fulfillment_row(fulfillment_id: int, order: Row, ship_to: Row, ms: int, ship_date: str) -> Row:
    """Return a fulfillment: the order was shipped elsewhere. Its shipDate is a date-time at midnight."""
    return {
        "fulfillmentId": fulfillment_id,
        "orderId": order["orderId"],
        "orderNumber": order["orderNumber"],
        "userId": "5f9c2c6e-0000-4000-8000-00000000a002",
        "customerEmail": order["customerEmail"],
        "trackingNumber": f"EXT{fulfillment_id:09d}",
        "createDate": wall_text(ms),
        "shipDate": ship_date + "T00:00:00.0000000",
        "voidDate": None,
        "deliveryDate": None,
        "carrierCode": None if fulfillment_id % 9 == 0 else "UPS",
        "fulfillmentProviderCode": None,
        "fulfillmentServiceCode": None,
        "fulfillmentFee": 0 if fulfillment_id % 2 else 0.0,
        "voidRequested": False,
        "voided": False,
        "marketplaceNotified": True,
        "notifyErrorMessage": None,
        "shipTo": ship_to,
    }
