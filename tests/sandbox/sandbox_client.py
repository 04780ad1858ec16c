"""Rows to serve, and a client that asks a sandbox for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import requests

from sandbox import Sandbox

NOON = datetime(2025, 10, 1, 19, 0, tzinfo=UTC)


def an_order(order_id: int, modified: str = "2025-10-01T08:00:00.0000000", **changes: Any) -> dict[str, Any]:
    row = {
        "orderId": order_id,
        "orderNumber": str(600000 + order_id),
        "orderKey": f"key-{order_id}",
        "orderDate": "2025-09-30T12:00:00.0000000",
        "createDate": "2025-09-30T12:05:00.0000000",
        "modifyDate": modified,
        "paymentDate": None,
        "orderStatus": "awaiting_shipment",
        "billTo": {"name": "Alba Fernley"},
        "shipTo": {"name": "Alba Fernley"},
        "items": [{"orderItemId": order_id * 10, "sku": "17612 - 250237", "name": "PT Kit", "quantity": 1}],
        "advancedOptions": {"storeId": 310002, "parentId": None, "mergedIds": []},
    }
    return row | changes


def a_label(shipment_id: int, order_id: int = 1, **changes: Any) -> dict[str, Any]:
    row = {
        "shipmentId": shipment_id,
        "orderId": order_id,
        "orderNumber": str(600000 + order_id),
        "createDate": "2025-10-01T09:00:00.0000000",
        "shipDate": "2025-10-01",
        "voidDate": None,
        "voided": False,
        "isReturnLabel": False,
        "trackingNumber": f"1Z{shipment_id}",
        "carrierCode": "ups",
        "serviceCode": "ups_ground",
        "advancedOptions": {"storeId": 310002},
        "shipmentItems": [{"orderItemId": order_id * 10, "sku": "17612 - 250237", "quantity": 1}],
    }
    return row | changes


class Client:
    """Asks one sandbox; `get` returns the answer, `rows` and `ids` what is in a list's envelope."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self._session = requests.Session()
        self._session.auth = (sandbox.settings.key, sandbox.settings.secret)

    def get(self, path: str, **parameters: Any) -> requests.Response:
        return self._session.get(self.sandbox.url + path, params=parameters, timeout=10)

    def post(self, path: str, body: Any) -> requests.Response:
        return self._session.post(self.sandbox.url + path, json=body, timeout=10)

    def rows(self, name: str, **parameters: Any) -> list[dict[str, Any]]:
        answer = self.get(f"/{name}", **parameters)
        assert answer.status_code == 200, answer.text
        rows: list[dict[str, Any]] = answer.json()[name]
        return rows

    def ids(self, **parameters: Any) -> list[int]:
        return [row["orderId"] for row in self.rows("orders", **parameters)]


Run = Callable[..., Client]
