"""Rows as ShipStation's lists give them, built from the facts of the business.

Times are milliseconds since 1970 (UTC), money is cents. Field names and JSON types follow payloads that were
published (the field profiles beside the API notes).
"""

from __future__ import annotations

from sandbox.names import Customer
from sandbox.pacific import channel_text, wall_text, wall_trimmed
from sandbox.reference import WAREHOUSE
from sandbox.resources import Row

_NO_INSURANCE = {"provider": None, "insureShipment": False, "insuredValue": 0}
_DOMESTIC = {"contents": None, "customsItems": None, "nonDelivery": None}


def money(cents: int) -> int | float:
    """Cents as the API prints money: whole amounts as integers when they are even dollars, else as floats."""
    if cents % 200 == 0:
        return cents // 100
    return cents / 100


def item_row(
    item_id: int, sku: str | None, name: str, quantity: int, cents: int, ms: int, adjustment: bool = False
) -> Row:
    """One order line."""
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


def order_row(
    order_id: int, number: str, key: str, store_id: int, customer: Customer, items: list[Row], ms: int
) -> Row:
    """A new order, paid and waiting to be shipped; `ms` is when ShipStation got it."""
    # The shop writes its own zone's wall time, a few minutes before the import.
    placed = channel_text(ms - 240_000 - order_id % 600 * 1000)
    created = wall_text(ms)
    total = round(sum(100 * item["unitPrice"] * item["quantity"] for item in items))
    tax = total * 6 // 100 if order_id % 3 == 0 else 0
    return {
        "orderId": order_id,
        "orderNumber": number,
        "orderKey": key,
        "orderDate": placed,
        "createDate": created,
        # Observed: an untouched order may have been modified a few milliseconds before it was created.
        "modifyDate": created if order_id % 9 else wall_text(ms - 3),
        "paymentDate": placed if order_id % 17 else None,
        "shipByDate": None,
        "orderStatus": "awaiting_shipment",
        "customerId": customer.customer_id if order_id % 11 else None,
        "customerUsername": customer.username,
        "customerEmail": customer.email,
        "billTo": customer.bill_to,
        "shipTo": customer.ship_to,
        "items": items,
        "orderTotal": money(total + tax),
        "amountPaid": money(total + tax),
        "taxAmount": money(tax),
        "shippingAmount": 0,
        "customerNotes": None,
        "internalNotes": None,
        "gift": False,
        "giftMessage": None,
        "paymentMethod": None if order_id % 5 else "Credit Card",
        "requestedShippingService": None if order_id % 4 == 0 else "Ground",
        "carrierCode": None,
        "serviceCode": None,
        "packageCode": None,
        "confirmation": "none",
        "shipDate": None,
        "holdUntilDate": None,
        "weight": {"value": 20 * len(items), "units": "ounces", "WeightUnits": 1},
        "dimensions": None,
        "insuranceOptions": _NO_INSURANCE,
        "internationalOptions": _DOMESTIC,
        "advancedOptions": {
            "warehouseId": WAREHOUSE,
            "nonMachinable": False,
            "saturdayDelivery": False,
            "containsAlcohol": False,
            "mergedOrSplit": False,
            "mergedIds": [],
            "parentId": None,
            "storeId": store_id,
            "customField1": None,
            "customField2": None,
            "customField3": None,
            "source": None,
            "billToParty": None,
            "billToAccount": None,
            "billToPostalCode": None,
            "billToCountryCode": None,
            "billToMyOtherAccount": None,
        },
        "tagIds": None if order_id % 6 else [8102],
        "userId": None,
        "externallyFulfilled": False,
        "externallyFulfilledBy": None,
        "externallyFulfilledById": None,
        "externallyFulfilledByName": None,
        "labelMessages": None,
    }


def shipped_item(line: Row, quantity: int) -> Row:
    """A line as a label lists it, with the units that are in this package."""
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
    """A label bought at `ms` for a parcel that leaves on `ship_date`; `items` None or [] lists none."""
    carrier, code = service
    return {
        "shipmentId": shipment_id,
        "orderId": order["orderId"],
        "orderKey": order["orderKey"],
        "userId": "5f9c2c6e-0000-4000-8000-00000000a001" if shipment_id % 8 else None,
        "customerEmail": order["customerEmail"],
        "orderNumber": order["orderNumber"],
        "createDate": wall_text(ms),
        "shipDate": ship_date,
        "shipmentCost": cents / 100,
        "insuranceCost": money(insurance_cents),
        "trackingNumber": f"{'1Z' if carrier.startswith('ups') else '94'}{shipment_id:018d}",
        "isReturnLabel": is_return,
        "batchNumber": None if shipment_id % 2 else str(100_000 + shipment_id // 40 % 900_000),
        "carrierCode": carrier,
        "serviceCode": code,
        "packageCode": "package" if shipment_id % 5 else None,
        "confirmation": None if shipment_id % 3 else "delivery",
        "warehouseId": WAREHOUSE,
        "voided": False,
        "voidDate": None,
        "marketplaceNotified": True,
        "notifyErrorMessage": None,
        "shipTo": ship_to,
        "weight": {"value": 40, "units": "ounces", "WeightUnits": 1},
        "dimensions": None,
        "insuranceOptions": {
            "provider": "shipsurance" if insurance_cents else None,
            "insureShipment": insurance_cents > 0,
            "insuredValue": 100 if insurance_cents else 0,
        },
        "advancedOptions": {
            "billToParty": None,
            "billToAccount": None,
            "billToPostalCode": None,
            "billToCountryCode": None,
            "storeId": order["advancedOptions"]["storeId"],
        },
        "shipmentItems": items,
        "labelData": None,
        "formData": None,
    }


def fulfillment_row(fulfillment_id: int, order: Row, ship_to: Row, ms: int, ship_date: str) -> Row:
    """A mark that the order was shipped elsewhere; its shipDate is a date-time at midnight."""
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
