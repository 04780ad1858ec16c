"""POST /orders/createorders: new orders, and changes of open ones, by `orderKey`.

Rules: at most 100 at once; upsert by orderKey; shipped and cancelled orders are locked (the API notes).
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sandbox.book import Book
from sandbox.pacific import is_second_pass, to_ms, wall_text, wall_trimmed
from sandbox.reference import MANUAL_STORE, WAREHOUSE
from sandbox.resources import ORDERS, Row

MAX_ORDERS = 100
_FIRST_ORDER_ID = 600_000_000
_LOCKED = ("shipped", "cancelled")
_REQUIRED = ("orderNumber", "orderDate", "orderStatus", "billTo", "shipTo")


def create_orders(book: Book, orders: list[Any], now: datetime) -> Row:
    """Store each order of a request at `now`, and return a result for each."""
    with book.lock:
        keys = {
            record.facets[ORDERS.facets.index("orderKey")]: record.id
            for record in book.newest("orders")
            if record.facets[ORDERS.facets.index("orderKey")] is not None
        }
        results = [_create_one(book, order, keys, now) for order in orders]
    return {"hasErrors": not all(result["success"] for result in results), "results": results}


def _create_one(book: Book, order: Any, keys: dict[Any, int], now: datetime) -> Row:
    given: Row = order if isinstance(order, dict) else {}
    result: Row = {"orderId": 0, "orderNumber": given.get("orderNumber"), "orderKey": given.get("orderKey")}
    missing = [name for name in _REQUIRED if given.get(name) is None]
    if missing:
        return result | {"success": False, "errorMessage": f"{', '.join(missing)} is required."}
    key = given.get("orderKey") or uuid.uuid5(uuid.NAMESPACE_OID, repr((given["orderNumber"], now))).hex
    order_id = keys.get(key)
    old = book.order(order_id) if order_id is not None else None
    if old is not None and old.get("orderStatus") in _LOCKED:
        text = f"Order is {old['orderStatus']} and cannot be updated."
        return result | {"orderId": order_id, "success": False, "errorMessage": text}
    if order_id is None:
        order_id = 1 + max(book.highest_id("orders"), _FIRST_ORDER_ID)
    keys[key] = order_id
    ms = to_ms(now)
    row = (old or _blank(ms)) | given | {"orderId": order_id, "orderKey": key, "modifyDate": wall_text(ms)}
    options = (old or _blank(ms))["advancedOptions"] or {}
    row["advancedOptions"] = options | (given.get("advancedOptions") or {})
    row["items"] = [
        _line(line, order_id * 1000 + number, ms) for number, line in enumerate(given.get("items") or [], 1)
    ]
    book.put("orders", row, ("createDate", "modifyDate") if is_second_pass(ms) else ())
    return result | {"orderId": order_id, "orderKey": key, "success": True, "errorMessage": None}


def _blank(ms: int) -> Row:
    return {
        "createDate": wall_text(ms),
        "paymentDate": None,
        "shipByDate": None,
        "customerId": None,
        "customerUsername": None,
        "customerEmail": None,
        "orderTotal": 0,
        "amountPaid": 0,
        "taxAmount": 0,
        "shippingAmount": 0,
        "customerNotes": None,
        "internalNotes": None,
        "gift": False,
        "carrierCode": None,
        "serviceCode": None,
        "packageCode": None,
        "confirmation": "none",
        "shipDate": None,
        "holdUntilDate": None,
        "advancedOptions": {
            "warehouseId": WAREHOUSE,
            "mergedOrSplit": False,
            "mergedIds": [],
            "parentId": None,
            "storeId": MANUAL_STORE,
        },
        "tagIds": None,
        "userId": None,
        "externallyFulfilled": False,
        "externallyFulfilledBy": None,
    }


def _line(line: Any, item_id: int, ms: int) -> Row:
    given: Row = line if isinstance(line, dict) else {}
    blank = {"lineItemKey": None, "sku": None, "name": "", "quantity": 0, "unitPrice": 0, "adjustment": False}
    stamps = {"orderItemId": item_id, "createDate": wall_trimmed(ms), "modifyDate": wall_trimmed(ms)}
    return blank | given | stamps
