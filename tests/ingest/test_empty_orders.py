"""Orders without lines over many cycles: fetched by their id, again and again, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import ago, order, rows, stamp
from side_by_side import Steps, side_by_side

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


def times_fetched(box: Sandbox, order_id: int) -> int:
    return fetched_alone(box).count(f"/orders/{order_id}")


def of(warehouse: Warehouse, order_id: int, what: str, table: str = "order_states") -> list[tuple[Any, ...]]:
    return rows(warehouse, f"select {what} from raw_shipstation.{table} where order_id = {order_id}")


@side_by_side
def test_an_order_that_stays_empty_is_fetched_in_each_cycle_and_changes_nothing_but_when(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(1, ago(hours=2), items=[]))
    yield
    first = of(warehouse, 1, "*", "orders"), of(warehouse, 1, "*")
    looked = of(warehouse, 1, "looked_at", "ghost_looks")
    for _ in range(4):
        report = yield
        assert times_fetched(box, 1) == 1
        assert report.ghosts["ghosts_still_empty"] > 0
        assert (of(warehouse, 1, "*", "orders"), of(warehouse, 1, "*")) == first
        looked += of(warehouse, 1, "looked_at", "ghost_looks")
    assert looked == sorted(set(looked))


@side_by_side
def test_an_empty_order_that_is_edited_has_been_empty_since_it_came(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_order(order(2, ago(hours=9), items=[]))
    yield
    first = of(warehouse, 2, "state, since_at")
    assert first[0][0] == "work_in_progress"
    for hours in (6, 3):
        before = of(warehouse, 2, "fetched_at", "orders")
        box.book.put_order(order(2, ago(hours=hours), items=None, orderStatus="on_hold"))
        yield
        assert of(warehouse, 2, "fetched_at", "orders") > before
        assert of(warehouse, 2, "state, since_at") == first


@side_by_side
def test_an_order_that_loses_its_lines_again_is_empty_again(box: Sandbox, warehouse: Warehouse) -> Steps:
    for minutes in (40, 20):
        emptied = ago(minutes=minutes)
        box.book.put_order(order(3, emptied, items=[]))
        yield
        assert of(warehouse, 3, "state, since_at") == [("work_in_progress", emptied.replace(tzinfo=PACIFIC))]
        box.book.put_order(order(3, ago(minutes=minutes - 10), items=[LINE]))
        yield
        assert of(warehouse, 3, "state") == [("repaired",)]
        assert times_fetched(box, 3) == 0


@side_by_side
def test_an_empty_order_that_is_cancelled_is_fetched_no_more(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_order(order(4, ago(minutes=40), items=[]))
    yield
    box.book.put_order(order(4, ago(minutes=30), items=[], orderStatus="cancelled"))
    for _ in range(2):
        yield
        assert times_fetched(box, 4) == 0
    assert of(warehouse, 4, "state") == [("closed",)]


@pytest.mark.parametrize(
    ("order_id", "body"),
    [(5, []), (6, {}), (7, order(77, ago(minutes=1)))],
    ids=["a list", "nothing", "another order"],
)
@side_by_side
def test_an_answer_that_is_not_the_order_says_nothing_about_it(
    box: Sandbox, warehouse: Warehouse, *, order_id: int, body: Any
) -> Steps:
    box.book.put_order(order(order_id, ago(hours=2), items=[]))
    box.faults.add(Fault(f"/orders/{order_id}", status=200, body=body, times=2))
    for _ in range(2):
        report = yield
        assert report.ghosts["ghosts_failed"] > 0
        assert of(warehouse, order_id, "state") == [("ghost",)]
        assert rows(
            warehouse, f"select order_id from raw_shipstation.orders where order_id in ({order_id}, 77)"
        ) == [(order_id,)]
    yield
    assert of(warehouse, order_id, "state") == [("work_in_progress",)]


@side_by_side
def test_a_field_that_the_order_by_itself_lacks_is_kept(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_order(order(8, ago(hours=2), items=[], giftMessage="hello"))
    box.faults.add(Fault("/orders/8", status=200, body=order(8, ago(hours=2), items=[LINE])))
    yield
    kept = "payload->>'$.items[0].quantity', kept_fields->>'$.giftMessage'"
    assert of(warehouse, 8, kept, "orders") == [("3", "hello")]


@side_by_side
def test_an_order_merged_away_before_it_was_ever_seen_is_not_asked_for(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    merged = {"advancedOptions": {"mergedOrSplit": True, "mergedIds": [9, 99]}}
    box.book.put_order(order(9, ago(hours=2), modifyDate=stamp(ago(hours=1)), **merged))
    yield
    for order_id in (9, 99):
        assert times_fetched(box, order_id) == 0
        assert of(warehouse, order_id, "state") == []


@pytest.mark.parametrize(
    ("order_id", "items"),
    [
        (11, []),
        pytest.param(12, None, marks=pytest.mark.long),
        (13, {"sku": "17612", "quantity": 1}),
        pytest.param(14, "none", marks=pytest.mark.long),
    ],
)
@side_by_side
def test_a_shipped_order_without_lines_is_fetched_again_until_it_has_them(
    box: Sandbox, warehouse: Warehouse, *, order_id: int, items: Any
) -> Steps:
    empty = order(order_id, ago(hours=5), items=items, orderStatus="shipped")
    box.book.put_order(empty)
    for _ in range(3):
        yield
        assert times_fetched(box, order_id) == 1
    before = of(warehouse, order_id, "fetched_at", "orders")
    box.book.put_order(empty | {"items": [LINE]})
    yield
    assert of(warehouse, order_id, "fetched_at", "orders") > before
    yield
    assert times_fetched(box, order_id) == 0
    assert of(warehouse, order_id, "state") == [("repaired",)]


@side_by_side
def test_an_empty_order_that_was_loaded_before_it_was_watched_is_fetched_when_it_is_read_again(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    """As a comparison repairs it, or a version that took shipped orders without lines for done."""
    box.book.put_order(order(21, ago(days=29), items=[], orderStatus="shipped"))
    box.book.put_order(order(22, ago(days=29), items=[], orderStatus="cancelled"))
    box.book.put_order(order(23, ago(days=29)))
    yield
    with duckdb.connect(str(warehouse.path)) as connection:
        for table in ("order_states", "ghost_looks"):
            connection.execute(f"delete from raw_shipstation.{table} where order_id between 21 and 23")
    before = [of(warehouse, order_id, "fetched_at", "orders") for order_id in (21, 22, 23)]
    yield
    assert [of(warehouse, order_id, "fetched_at", "orders") for order_id in (21, 22, 23)] == before
    assert [of(warehouse, order_id, "state") for order_id in (21, 22, 23)] == [[("work_in_progress",)], [], []]
    assert [times_fetched(box, order_id) for order_id in (21, 22, 23)] == [1, 0, 0]


@side_by_side
def test_an_order_whose_lines_vanished_from_the_payload_but_are_kept_is_not_empty(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    row = order(24, ago(hours=5))
    box.book.put_order(row)
    yield
    box.book.put_order({name: value for name, value in row.items() if name != "items"})
    for _ in range(3):
        yield
    assert of(warehouse, 24, "state") == []


def test_an_empty_order_missing_from_the_list_is_fetched_in_the_same_cycle_whatever_its_age(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=29), items=[]))
    for number in range(2, 12):
        box.book.put_order(order(number, ago(hours=2), items=[]))
    for _ in range(2):
        load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(number, "work_in_progress") for number in range(1, 12)]
    box.requests.reset()
    load_changes(account, warehouse)
    assert "/orders/1" not in fetched_alone(box), "by its age it is not due for another day"
    box.book.delete_order(1)
    box.requests.reset()
    load_changes(account, warehouse)
    assert rows(warehouse, STATES)[0] == (1, "missing_in_shipstation")
    assert len(fetched_alone(box)) == 10


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
