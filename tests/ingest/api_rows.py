"""Payloads as the API gives them, only as large as a test needs, and a look at what was loaded."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import duckdb
import orjson

from ingest.client.account import Account
from ingest.client.pacific_time import PACIFIC
from ingest.pipeline import Warehouse
from sandbox import Clock, Sandbox


def account_at(url: str, **changes: Any) -> Account:
    given: dict[str, Any] = {"requests_per_minute": 1_000_000, "retry_seconds": 20.0, "read_seconds": 5.0}
    return Account(url, "sandbox", "sandbox", **(given | changes))


def pacific_now() -> datetime:
    return datetime.now(PACIFIC).replace(tzinfo=None)


def wall(clock: Clock) -> datetime:
    """Pacific wall time by a sandbox's clock."""
    return clock.now().astimezone(PACIFIC).replace(tzinfo=None)


def ago(**span: float) -> datetime:
    """Pacific wall time that long ago, without a fraction of a second."""
    return pacific_now().replace(microsecond=0) - timedelta(**span)


def stamp(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0"


def order(order_id: int, modified: datetime, **fields: Any) -> dict[str, Any]:
    """An order as the API gives it, only as large as a test needs."""
    return {
        "orderId": order_id,
        "orderNumber": str(680000 + order_id),
        "orderKey": f"key-{order_id}",
        "orderStatus": "awaiting_shipment",
        "orderDate": stamp(modified),
        "createDate": stamp(modified),
        "modifyDate": stamp(modified),
        "items": [{"orderItemId": order_id * 10, "sku": "17612 - 250300", "quantity": 2, "adjustment": False}],
        **fields,
    }


def shipment(shipment_id: int, order_id: int, created: datetime, **fields: Any) -> dict[str, Any]:
    """A label as the API gives it."""
    return {
        "shipmentId": shipment_id,
        "orderId": order_id,
        "orderNumber": str(680000 + order_id),
        "createDate": stamp(created),
        "shipDate": created.date().isoformat(),
        "voided": False,
        "voidDate": None,
        "isReturnLabel": False,
        "trackingNumber": f"TN{shipment_id}",
        "shipmentItems": None,
        **fields,
    }


def fulfillment(fulfillment_id: int, order_id: int, created: datetime, **fields: Any) -> dict[str, Any]:
    """An order marked as shipped, as the API gives it."""
    return {
        "fulfillmentId": fulfillment_id,
        "orderId": order_id,
        "orderNumber": str(680000 + order_id),
        "createDate": stamp(created),
        "shipDate": created.date().isoformat(),
        "voidDate": None,
        "voided": False,
        **fields,
    }


def spoil(box: Sandbox, name: str, row: dict[str, Any], note: bytes) -> None:
    """Serve a row with a note whose text is given byte for byte, whether the row is JSON then or not."""
    box.book.load(name, row, orjson.dumps(row)[:-1] + b',"note":' + note + b"}")


def rows(warehouse: Warehouse, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse.path)) as connection:
        return connection.execute(sql).fetchall()
