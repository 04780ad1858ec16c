"""Looking up in ShipStation whether orders are there: by a number's beginning, page by page, with an end."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ingest.client.account import Account
from ingest.client.http import Client
from ingest.sources.xcart.order_upload import Sent, look_up, send
from sandbox import Fault, Sandbox


@pytest.fixture
def client(box: Sandbox) -> Iterator[Client]:
    with Client(Account(box.url, "sandbox", "sandbox", 1_000_000, retry_seconds=1.0)) as asking:
        yield asking


def put(box: Sandbox, order_id: int, number: str) -> None:
    wall = "2025-10-01T08:00:00.0000000"
    stamps = {"orderDate": wall, "createDate": wall, "modifyDate": wall}
    row = {"orderId": order_id, "orderNumber": number, "orderKey": f"key-{order_id}", "items": []}
    box.book.put_order(row | stamps | {"orderStatus": "awaiting_shipment"})


def asked(box: Sandbox) -> int:
    return len(box.requests.entries())


def ids(found: list[dict[str, Any]]) -> list[int]:
    return [row["orderId"] for row in found]


def test_a_longer_number_is_another_order_and_a_blank_behind_it_makes_no_other(
    box: Sandbox, client: Client
) -> None:
    put(box, 1, "6718250")
    put(box, 2, "671826")
    put(box, 3, "671826 ")
    there = look_up(client, ["671825", "671826", "671826"])
    assert {number: ids(found) for number, found in there.found.items()} == {"671825": [], "671826": [2, 3]}
    assert (there.unknown, asked(box)) == (set(), 1)


def test_numbers_that_differ_in_more_than_two_digits_are_asked_for_apart(box: Sandbox, client: Client) -> None:
    put(box, 1, "7")
    there = look_up(client, ["671825", "671899", "671900", "7"])
    assert ids(there.found["7"]) == [1]
    assert [entry.query["orderNumber"] for entry in box.requests.entries()] == ["6718", "6719", "7"]


def test_an_order_on_the_second_page_is_found(box: Sandbox, client: Client) -> None:
    for order_id in range(1, 501):
        put(box, order_id, "671824")
    put(box, 501, "671825")
    there = look_up(client, ["671825"])
    assert ids(there.found["671825"]) == [501]
    assert asked(box) == 2


def test_a_filter_that_is_not_honoured_ends_after_eight_pages_and_leaves_the_numbers_unknown(
    box: Sandbox, client: Client
) -> None:
    everything = {"orders": [{"orderId": number, "orderNumber": str(number)} for number in range(500)]}
    box.faults.add(Fault("/orders", "status", status=200, body=everything, method="GET"))
    there = look_up(client, ["671825", "671826"])
    assert (there.found, there.unknown, asked(box)) == ({}, {"671825", "671826"}, 8)


@pytest.mark.parametrize("body", [[], {}, {"orders": None}, {"orders": {}}])
def test_an_answer_of_another_shape_leaves_the_number_unknown(box: Sandbox, client: Client, body: Any) -> None:
    box.faults.add(Fault("/orders", "status", status=200, body=body, method="GET"))
    assert look_up(client, ["671825"]).unknown == {"671825"}


def test_what_shipstation_says_of_an_order_sent_counts_by_its_key_and_with_its_id(
    box: Sandbox, client: Client
) -> None:
    results: list[Any] = [
        {"orderKey": "a", "success": True, "orderId": 7},
        {"orderKey": "b", "success": True, "orderId": None},
        {"orderKey": "c", "success": False, "errorMessage": "x" * 300},
        {"orderKey": "d", "success": False},
        {"orderKey": None, "success": True, "orderId": 8},
        {"orderKey": "e", "success": "true", "orderId": 9},
        "text",
    ]
    box.faults.add(Fault("/orders/createorders", status=200, body={"results": results}, method="POST"))
    assert send(client, [{}]) == {
        "a": Sent(7, None),
        "c": Sent(None, "x" * 200),
        "d": Sent(None, "no reason given"),
    }


@pytest.mark.parametrize("body", [[], {}, {"results": None}, {"results": {}}])
def test_an_answer_to_an_upload_of_another_shape_says_nothing_of_any_order(
    box: Sandbox, client: Client, body: Any
) -> None:
    box.faults.add(Fault("/orders/createorders", status=200, body=body, method="POST"))
    assert send(client, [{}]) == {}
