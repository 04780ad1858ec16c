"""Orders without lines over many cycles: fetched by their id, again and again, and what becomes of them."""

from __future__ import annotations

from typing import Any

import pytest
from api_rows import ago, order, rows, stamp

from ingest.account import Account
from ingest.load import load_changes
from ingest.pacific import PACIFIC
from ingest.pipeline import Warehouse
from sandbox import Fault, Sandbox

LINE = {"orderItemId": 10, "sku": "17612", "quantity": 3, "adjustment": False}
STATES = "select order_id, state from raw_shipstation.order_states order by 1"


def fetched_alone(box: Sandbox) -> list[str]:
    return [entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")]


def test_an_order_that_stays_empty_is_fetched_in_each_cycle_and_changes_nothing_but_when(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=2), items=[]))
    load_changes(account, warehouse)
    kept = (
        "select o.*, s.* from raw_shipstation.orders as o join raw_shipstation.order_states as s using (order_id)"
    )
    first = rows(warehouse, kept)
    looked = rows(warehouse, "select looked_at from raw_shipstation.ghost_looks")
    for _ in range(4):
        box.requests.reset()
        report = load_changes(account, warehouse)
        assert (fetched_alone(box), report.ghosts["ghosts_still_empty"]) == (["/orders/1"], 1)
        assert rows(warehouse, kept) == first
        looked += rows(warehouse, "select looked_at from raw_shipstation.ghost_looks")
    assert looked == sorted(set(looked))


def test_an_empty_order_that_is_edited_has_been_empty_since_it_came(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    since = "select state, since_at from raw_shipstation.order_states"
    box.book.put_order(order(1, ago(hours=9), items=[]))
    load_changes(account, warehouse)
    first = rows(warehouse, since)
    assert first[0][0] == "work_in_progress"
    for hours in (6, 3):
        box.book.put_order(order(1, ago(hours=hours), items=None, orderStatus="on_hold"))
        assert load_changes(account, warehouse).orders_changed == 1
        assert rows(warehouse, since) == first


def test_an_order_that_loses_its_lines_again_is_empty_again(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for minutes in (40, 20):
        emptied = ago(minutes=minutes)
        box.book.put_order(order(1, emptied, items=[]))
        load_changes(account, warehouse)
        since = "select state, since_at from raw_shipstation.order_states"
        assert rows(warehouse, since) == [("work_in_progress", emptied.replace(tzinfo=PACIFIC))]
        box.book.put_order(order(1, ago(minutes=minutes - 10), items=[LINE]))
        box.requests.reset()
        load_changes(account, warehouse)
        assert rows(warehouse, STATES) == [(1, "repaired")]
        assert fetched_alone(box) == []


def test_an_empty_order_that_is_cancelled_is_fetched_no_more(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(minutes=40), items=[]))
    load_changes(account, warehouse)
    box.book.put_order(order(1, ago(minutes=30), items=[], orderStatus="cancelled"))
    box.requests.reset()
    for _ in range(2):
        load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(1, "closed")]
    assert fetched_alone(box) == []


@pytest.mark.parametrize("body", [[], {}, order(2, ago(minutes=1))], ids=["a list", "nothing", "another order"])
def test_an_answer_that_is_not_the_order_says_nothing_about_it(
    box: Sandbox, account: Account, warehouse: Warehouse, body: Any
) -> None:
    box.book.put_order(order(1, ago(hours=2), items=[]))
    box.faults.add(Fault("/orders/1", status=200, body=body, times=2))
    for _ in range(2):
        assert load_changes(account, warehouse).ghosts["ghosts_failed"] == 1
        assert rows(warehouse, STATES) == [(1, "ghost")]
        assert rows(warehouse, "select order_id from raw_shipstation.orders") == [(1,)]
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(1, "work_in_progress")]


def test_a_field_that_the_order_by_itself_lacks_is_kept(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=2), items=[], giftMessage="hello"))
    alone = order(1, ago(hours=2), items=[LINE])
    box.faults.add(Fault("/orders/1", status=200, body=alone))
    load_changes(account, warehouse)
    kept = "select payload->>'$.items[0].quantity', kept_fields->>'$.giftMessage' from raw_shipstation.orders"
    assert rows(warehouse, kept) == [("3", "hello")]


def test_an_order_merged_away_before_it_was_ever_seen_is_not_asked_for(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    merged = {"advancedOptions": {"mergedOrSplit": True, "mergedIds": [1, 77]}}
    box.book.put_order(order(1, ago(hours=2), modifyDate=stamp(ago(hours=1)), **merged))
    load_changes(account, warehouse)
    assert fetched_alone(box) == []
    assert rows(warehouse, STATES) == []
