"""Orders without lines over many cycles: fetched by their id, again and again, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import ago, order, rows, stamp

from ingest.client.account import Account
from ingest.client.pacific_time import PACIFIC
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_changes
from ingest.sources.shipstation.reconcile import reconcile
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


@pytest.mark.parametrize(
    "items",
    [
        [],
        pytest.param(None, marks=pytest.mark.long),
        {"sku": "17612", "quantity": 1},
        pytest.param("none", marks=pytest.mark.long),
    ],
)
def test_a_shipped_order_without_lines_is_fetched_again_until_it_has_them(
    box: Sandbox, account: Account, warehouse: Warehouse, items: Any
) -> None:
    empty = order(1, ago(hours=5), items=items, orderStatus="shipped")
    box.book.put_order(empty)
    for _ in range(3):
        box.requests.reset()
        load_changes(account, warehouse)
        assert fetched_alone(box) == ["/orders/1"]
    box.book.put_order(empty | {"items": [LINE]})
    assert load_changes(account, warehouse).orders_changed == 1
    box.requests.reset()
    load_changes(account, warehouse)
    assert fetched_alone(box) == []
    assert rows(warehouse, STATES) == [(1, "repaired")]


def test_an_empty_order_missing_from_the_list_is_fetched_in_the_same_cycle_whatever_its_age(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=29), items=[]))
    for number in range(2, 32):
        box.book.put_order(order(number, ago(hours=2), items=[]))
    for _ in range(4):
        load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(number, "work_in_progress") for number in range(1, 32)]
    box.requests.reset()
    load_changes(account, warehouse)
    assert "/orders/1" not in fetched_alone(box), "by its age it is not due for another day"
    box.book.delete_order(1)
    box.requests.reset()
    load_changes(account, warehouse)
    assert rows(warehouse, STATES)[0] == (1, "missing_in_shipstation")
    assert len(fetched_alone(box)) == 10


def test_an_empty_order_that_was_loaded_before_it_was_watched_is_fetched_when_it_is_read_again(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    """As a comparison repairs it, or a version that took shipped orders without lines for done."""
    box.book.put_order(order(1, ago(days=29), items=[], orderStatus="shipped"))
    box.book.put_order(order(2, ago(days=29), items=[], orderStatus="cancelled"))
    box.book.put_order(order(3, ago(days=29)))
    load_changes(account, warehouse)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("delete from raw_shipstation.order_states; delete from raw_shipstation.ghost_looks")
    box.requests.reset()
    assert load_changes(account, warehouse).orders_changed == 0
    assert (rows(warehouse, STATES), fetched_alone(box)) == ([(1, "work_in_progress")], ["/orders/1"])


def test_an_order_whose_lines_vanished_from_the_payload_but_are_kept_is_not_empty(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    row = order(1, ago(hours=5))
    box.book.put_order(row)
    load_changes(account, warehouse)
    box.book.put_order({name: value for name, value in row.items() if name != "items"})
    for _ in range(3):
        load_changes(account, warehouse)
    assert rows(warehouse, STATES) == []


def test_an_empty_order_that_a_comparison_brought_is_fetched_by_the_next_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    load_changes(account, warehouse)
    now = datetime.now(UTC)
    box.book.put_order(order(1, ago(days=40), items=[]))
    box.book.put_order(order(2, ago(days=40)))
    reconcile(account, warehouse, now - timedelta(days=50), now, repair=False)
    assert rows(warehouse, STATES) == []
    reconcile(account, warehouse, now - timedelta(days=50), now, repair=True)
    assert rows(warehouse, STATES) == [(1, "ghost")]
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(1, "work_in_progress")]
