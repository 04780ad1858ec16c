from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from api_rows import account_at, ago, order, rows, shipment
from side_by_side import Steps, side_by_side

from ingest.client.account import Account
from ingest.errors import ApiUnreachable
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.empty_orders import MOST_REQUESTS
from ingest.sources.shipstation.load import load_changes
from sandbox import Fault, Sandbox

OPEN_FINDINGS = "select exception_type, detail from raw_shipstation.findings where resolved_at is null"
STATES = "select order_id, state from raw_shipstation.order_states order by 1"


def states(warehouse: Warehouse, *order_ids: int) -> list[tuple[Any, ...]]:
    return [(key, state) for key, state in rows(warehouse, STATES) if key in order_ids]


def order_ids(warehouse: Warehouse) -> list[int]:
    return [key for (key,) in rows(warehouse, "select order_id from raw_shipstation.orders order by 1")]


def hasty(account: Account, page_size: int = 100) -> Account:
    """Tries a failing request once, so that isolating takes no minutes."""
    return replace(account, retry_seconds=0.1, page_size=page_size)


def at_position(box: Sandbox, detail: str) -> int:
    """The order that stands where an exception says."""
    place = re.search(r"at position (\d+) of the list from (\S+) on", detail)
    assert place is not None
    dates = sorted((box.book.order(number)["modifyDate"], number) for number in range(1, 151))
    return [number for date, number in dates if date >= place[2]][int(place[1]) - 1]


def plant(_box: Sandbox) -> None:
    """Nothing: an account that had nothing to load."""


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
    box: Sandbox, account: Account, loaded: Warehouse, unreadable: list[int]
) -> None:
    for number in range(1, 151):
        box.book.put_order(order(number, ago(minutes=400 - number)))
    box.faults.poison_order_ids |= set(unreadable)
    load_changes(hasty(account, 100 if len(unreadable) < 5 else 500), loaded)
    assert order_ids(loaded) == [number for number in range(1, 151) if number not in unreadable]
    found = rows(loaded, OPEN_FINDINGS)
    assert [kind for kind, _ in found] == ["poison_payload"] * len(unreadable)
    assert sorted(at_position(box, detail) for _, detail in found) == unreadable


def test_an_unreadable_row_is_tried_again_and_loaded_once_it_can_be_read(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    for number in range(1, 31):
        box.book.put_order(order(number, ago(minutes=400 - number)))
    box.faults.poison_order_ids.add(7)
    load_changes(hasty(account), loaded)
    box.book.put_order(order(99, ago(minutes=1)))
    load_changes(hasty(account), loaded)
    assert 7 not in order_ids(loaded)
    assert len(rows(loaded, OPEN_FINDINGS)) == 1
    box.faults.poison_order_ids.clear()
    load_changes(account, loaded)
    assert 7 in order_ids(loaded)
    assert rows(loaded, OPEN_FINDINGS) == []


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


@side_by_side
def test_an_order_without_lines_is_fetched_by_its_id_whatever_its_status_unless_it_is_cancelled(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(empty(11, orderStatus="on_hold"))
    box.book.put_order(empty(12, orderStatus="cancelled"))
    box.book.put_order(empty(13, orderStatus="shipped"))
    box.book.put_order(empty(14, orderStatus="awaiting_shipment") | {"items": None})
    yield
    assert states(warehouse, 11, 12, 13, 14) == [(number, "work_in_progress") for number in (11, 13, 14)]


@side_by_side
def test_an_empty_order_that_shipstation_does_not_know_is_missing(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_order(empty(21))
    yield
    box.book.delete_order(21)
    report = yield
    assert report.ghosts["ghosts_missing"] > 0
    assert states(warehouse, 21) == [(21, "missing_in_shipstation")]


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
@side_by_side
def test_an_empty_order_that_fails_spoils_no_other_and_is_left_to_the_next_cycle(
    box: Sandbox, warehouse: Warehouse, *, status: int
) -> Steps:
    one, failing, other = range(10 * status, 10 * status + 3)
    for number in (one, failing, other):
        box.book.put_order(empty(number))
    box.faults.add(Fault(f"/orders/{failing}", status=status, times=1))
    report = yield
    assert report.ghosts["ghosts_failed"] > 0
    found = [(one, "work_in_progress"), (failing, "ghost"), (other, "work_in_progress")]
    assert states(warehouse, one, failing, other) == found
    yield
    assert {state for _, state in states(warehouse, one, failing, other)} == {"work_in_progress"}


def test_a_cycle_spends_a_bounded_number_of_requests_on_empty_orders_and_reaches_all_in_turn(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 16):
        box.book.put_order(order(number, ago(minutes=50) + timedelta(seconds=number), items=[]))
    everyone = {f"/orders/{number}" for number in range(1, 16)}
    turns = []
    for _ in range(4):
        box.requests.reset()
        load_changes(account, warehouse)
        alone = [entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")]
        assert len(alone) == len(set(alone)) == MOST_REQUESTS
        turns.append(alone)
    assert turns[0] == [f"/orders/{number}" for number in range(1, 11)]
    assert set().union(*turns[:2]) == set().union(*turns[2:]) == everyone


@side_by_side
def test_an_order_that_was_merged_into_another_is_missing_right_after_the_next_cycle(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(31, ago(hours=3)))
    box.book.put_order(order(32, ago(hours=2)))
    yield
    box.book.delete_order(32)
    box.book.put_order(order(31, ago(minutes=1), advancedOptions={"mergedOrSplit": True, "mergedIds": [32]}))
    yield
    assert states(warehouse, 31, 32) == [(32, "missing_in_shipstation")]
    yield
    assert "/orders/32" not in [entry.path for entry in box.requests.entries()]
