from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_rows import account_at, ago, order, rows, shipment

from ingest.client.account import Account
from ingest.errors import ApiUnreachable
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.empty_orders import MOST_REQUESTS
from ingest.sources.shipstation.load import load_changes
from sandbox import Fault, Sandbox

OPEN_FINDINGS = "select exception_type, detail from raw_shipstation.findings where resolved_at is null"
STATES = "select order_id, state from raw_shipstation.order_states order by 1"


def order_ids(warehouse: Warehouse) -> list[int]:
    return [key for (key,) in rows(warehouse, "select order_id from raw_shipstation.orders order by 1")]


def hasty(account: Account, page_size: int = 100) -> Account:
    """Gives up a failing request after half a second, so that isolating takes no minutes."""
    return replace(account, retry_seconds=0.8, page_size=page_size)


def at_position(box: Sandbox, detail: str) -> int:
    """The order that stands where an exception says."""
    place = re.search(r"at position (\d+) of the list from (\S+) on", detail)
    assert place is not None
    dates = sorted((box.book.order(number)["modifyDate"], number) for number in range(1, 151))
    return [number for date, number in dates if date >= place[2]][int(place[1]) - 1]


@pytest.mark.parametrize(
    "unreadable",
    [
        [1],
        pytest.param([77], marks=pytest.mark.long),
        [150],
        pytest.param([40, 41, 90], marks=pytest.mark.long),
        [*range(1, 11), *range(12, 151, 2)],
    ],
)
def test_a_row_that_spoils_its_page_is_listed_with_its_position_and_all_others_are_loaded(
    box: Sandbox, account: Account, warehouse: Warehouse, unreadable: list[int]
) -> None:
    load_changes(account, warehouse)
    for number in range(1, 151):
        box.book.put_order(order(number, ago(minutes=400 - number)))
    box.faults.poison_order_ids |= set(unreadable)
    # With many bad rows, each is tried once only.
    load_changes(hasty(account) if len(unreadable) < 5 else replace(account, retry_seconds=0.1), warehouse)
    assert order_ids(warehouse) == [number for number in range(1, 151) if number not in unreadable]
    found = rows(warehouse, OPEN_FINDINGS)
    assert [kind for kind, _ in found] == ["poison_payload"] * len(unreadable)
    assert sorted(at_position(box, detail) for _, detail in found) == unreadable


def test_an_unreadable_row_is_tried_again_and_loaded_once_it_can_be_read(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    load_changes(account, warehouse)
    for number in range(1, 31):
        box.book.put_order(order(number, ago(minutes=400 - number)))
    box.faults.poison_order_ids.add(7)
    load_changes(hasty(account), warehouse)
    box.book.put_order(order(99, ago(minutes=1)))
    load_changes(hasty(account), warehouse)
    assert 7 not in order_ids(warehouse)
    assert len(rows(warehouse, OPEN_FINDINGS)) == 1
    box.faults.poison_order_ids.clear()
    load_changes(account, warehouse)
    assert 7 in order_ids(warehouse)
    assert rows(warehouse, OPEN_FINDINGS) == []


def test_a_server_that_is_down_is_not_taken_for_bad_rows(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 31):
        box.book.put_order(order(number, ago(minutes=400 - number)))
    box.faults.add(Fault("/orders", status=500))
    with pytest.raises(ApiUnreachable):
        load_changes(hasty(account), warehouse)
    assert len(box.requests.entries()) < 40
    assert rows(warehouse, "select count(*) from duckdb_tables() where table_name = 'orders'") == [(0,)]


def empty(number: int, **fields: Any) -> dict[str, Any]:
    return order(number, ago(minutes=50), items=[], **fields)


def quietly(box: Sandbox, row: dict[str, Any]) -> None:
    """Change an order without touching its modification date."""
    box.book.put_order(row)


def test_an_empty_order_whose_lines_arrive_is_repaired_even_without_a_new_modification_date(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, page_size=2)
    empty = order(1, ago(hours=5), items=[])
    box.book.put_order(empty)
    box.book.put_order(order(2, ago(minutes=1)))
    report = load_changes(account, warehouse)
    assert report.ghosts["ghosts_still_empty"] == 1
    assert rows(warehouse, STATES) == [(1, "work_in_progress")]
    quietly(box, empty | {"items": [{"orderItemId": 10, "sku": "17612", "quantity": 3}]})
    report = load_changes(account, warehouse)
    assert report.ghosts["ghosts_repaired"] == 1
    assert rows(warehouse, STATES) == [(1, "repaired")]
    lines = "select payload->>'$.items[0].quantity' from raw_shipstation.orders where order_id = 1"
    assert rows(warehouse, lines) == [("3",)]
    box.requests.reset()
    load_changes(account, warehouse)
    assert "/orders/1" not in [entry.path for entry in box.requests.entries()]


def test_an_order_without_lines_is_fetched_by_its_id_whatever_its_status_unless_it_is_cancelled(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(empty(1, orderStatus="on_hold"))
    box.book.put_order(empty(2, orderStatus="cancelled"))
    box.book.put_order(empty(3, orderStatus="shipped"))
    box.book.put_order(empty(4, orderStatus="awaiting_shipment") | {"items": None})
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(number, "work_in_progress") for number in (1, 3, 4)]


def test_an_empty_order_that_shipstation_does_not_know_is_missing(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(empty(1))
    load_changes(account, warehouse)
    box.book.delete_order(1)
    report = load_changes(account, warehouse)
    assert report.ghosts["ghosts_missing"] == 1
    assert rows(warehouse, STATES) == [(1, "missing_in_shipstation")]


def test_a_429_ends_the_looking_at_once_but_not_the_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 6):
        box.book.put_order(empty(number))
    box.faults.add(Fault("/orders/", status=429, reset_seconds=0, after=2))
    box.book.put_shipment(shipment(70, 1, ago(minutes=3)))
    report = load_changes(account, warehouse)
    assert report.shipments_changed == 1
    assert report.ghosts["ghosts_checked"] == 2
    alone = [entry for entry in box.requests.entries() if entry.path.startswith("/orders/")]
    assert len(alone) == 3


@pytest.mark.parametrize("status", [500, 502])
def test_an_empty_order_that_fails_spoils_no_other_and_is_left_to_the_next_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse, status: int
) -> None:
    for number in (1, 2, 3):
        box.book.put_order(empty(number))
    box.faults.add(Fault("/orders/2", status=status, times=1))
    report = load_changes(account, warehouse)
    assert (report.ghosts["ghosts_failed"], report.ghosts["ghosts_still_empty"]) == (1, 2)
    assert rows(warehouse, STATES) == [(1, "work_in_progress"), (2, "ghost"), (3, "work_in_progress")]
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(number, "work_in_progress") for number in (1, 2, 3)]


def test_a_cycle_spends_a_bounded_number_of_requests_on_empty_orders_and_reaches_all_in_turn(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 26):
        box.book.put_order(order(number, ago(minutes=50) + timedelta(seconds=number), items=[]))
    everyone = {f"/orders/{number}" for number in range(1, 26)}
    turns = []
    for _ in range(6):
        box.requests.reset()
        load_changes(account, warehouse)
        alone = [entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")]
        assert len(alone) == len(set(alone)) == MOST_REQUESTS
        turns.append(alone)
    assert turns[0] == [f"/orders/{number}" for number in range(1, 11)]
    assert set().union(*turns[:3]) == set().union(*turns[3:]) == everyone


def test_an_order_that_was_merged_into_another_is_missing_right_after_the_next_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=3)))
    box.book.put_order(order(2, ago(hours=2)))
    load_changes(account, warehouse)
    box.book.delete_order(2)
    box.book.put_order(order(1, ago(minutes=1), advancedOptions={"mergedOrSplit": True, "mergedIds": [2]}))
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(2, "missing_in_shipstation")]
    box.requests.reset()
    load_changes(account, warehouse)
    assert "/orders/2" not in [entry.path for entry in box.requests.entries()]
