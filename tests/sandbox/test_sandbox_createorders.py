"""POST /orders/createorders: upsert by orderKey, locked orders, at most 100."""

from __future__ import annotations

from typing import Any

import pytest
from sandbox_client import Run, an_order


def new(key: str | None, **changes: Any) -> dict[str, Any]:
    row: dict[str, Any] = {
        "orderNumber": "700001",
        "orderDate": "2025-10-01T09:00:00.0000000",
        "orderStatus": "awaiting_shipment",
        "billTo": {"name": "A"},
        "shipTo": {"name": "A"},
        "items": [{"sku": "17612", "name": "PT Kit", "quantity": 2, "unitPrice": 9.5}],
    }
    return row | ({"orderKey": key} if key else {}) | changes


def test_a_new_key_makes_an_order_that_lists_show(run: Run) -> None:
    client = run(an_order(5))
    answer = client.post("/orders/createorders", [new("a")]).json()
    assert answer["hasErrors"] is False
    (result,) = answer["results"]
    assert (result["success"], result["errorMessage"], result["orderKey"]) == (True, None, "a")
    order = client.get(f"/orders/{result['orderId']}").json()
    assert order["createDate"] == order["modifyDate"] == "2025-10-01T12:00:00.0000000"
    assert order["items"][0]["createDate"] == "2025-10-01T12:00:00"
    assert result["orderId"] in client.ids(orderNumber="700001")


def test_a_known_key_replaces_lines_and_keeps_id_and_create_date(run: Run) -> None:
    client = run(an_order(5))
    answer = client.post("/orders/createorders", [new("key-5", orderNumber="600005")]).json()
    assert answer["results"][0]["orderId"] == 5
    order = client.get("/orders/5").json()
    assert (order["createDate"], order["modifyDate"]) == (
        "2025-09-30T12:05:00.0000000",
        "2025-10-01T12:00:00.0000000",
    )
    assert [line["sku"] for line in order["items"]] == ["17612"]
    assert client.ids() == [5]


@pytest.mark.parametrize("status", ["shipped", "cancelled"])
def test_a_shipped_or_cancelled_order_is_locked(run: Run, status: str) -> None:
    client = run(an_order(5, orderStatus=status))
    answer = client.post("/orders/createorders", [new("key-5"), new("b")]).json()
    assert answer["hasErrors"] is True
    assert [result["success"] for result in answer["results"]] == [False, True]
    assert status in answer["results"][0]["errorMessage"]
    assert client.get("/orders/5").json()["orderNumber"] == "600005"


def test_one_key_twice_in_a_request_is_one_order(run: Run) -> None:
    client = run()
    results = client.post("/orders/createorders", [new("a"), new("a", gift=True)]).json()["results"]
    assert results[0]["orderId"] == results[1]["orderId"]
    assert [row["gift"] for row in client.rows("orders")] == [True]


def test_an_order_without_a_key_gets_one(run: Run) -> None:
    (result,) = run().post("/orders/createorders", [new(None)]).json()["results"]
    assert len(result["orderKey"]) == 32


def test_what_is_missing_is_named(run: Run) -> None:
    client = run()
    answer = client.post("/orders/createorders", [{"orderNumber": "1"}, "text"]).json()
    assert answer["hasErrors"] is True
    assert "shipTo" in answer["results"][0]["errorMessage"]
    assert client.ids() == []


def test_100_orders_are_taken_and_101_refused(run: Run) -> None:
    client = run()
    orders = [new(f"k{number}") for number in range(101)]
    refused = client.post("/orders/createorders", orders)
    assert (refused.status_code, client.ids()) == (400, [])
    taken = client.post("/orders/createorders", orders[:100]).json()["results"]
    assert len({result["orderId"] for result in taken}) == 100


@pytest.mark.parametrize("body", [{}, [], "x"])
def test_a_body_that_is_no_list_of_orders_is_refused(run: Run, body: Any) -> None:
    assert run().post("/orders/createorders", body).status_code == 400
