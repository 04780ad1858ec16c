"""Orders known from a label or a fulfillment only: fetched by their ids, but not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import ago, fulfillment, order, rows, shipment, stamp
from side_by_side import Steps, side_by_side

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.awaited_orders import NamedOrder, awaited_orders
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.order_states import AWAITED, EMPTY, MISSING, WORK_IN_PROGRESS, OrderState
from sandbox import Fault, Sandbox

NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)
HOUR = timedelta(hours=1)


def fetched_alone(box: Sandbox) -> list[str]:
    return [entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")]


def cycle(box: Sandbox, account: Account, warehouse: Warehouse) -> list[str]:
    """One cycle; gives the orders it asked for by their ids."""
    box.requests.reset()
    load_changes(account, warehouse)
    return fetched_alone(box)


@pytest.mark.parametrize(
    ("is_here", "state", "asked", "awaited"),
    [
        (False, None, None, (AWAITED, NOON)),
        (False, None, 3 * HOUR, (AWAITED, NOON)),
        (False, MISSING, HOUR, (MISSING, NOON + 2 * HOUR)),
        (False, MISSING, 2 * HOUR, None),
        (False, MISSING, 3 * HOUR, None),
        (False, MISSING, None, (MISSING, NOON + 2 * HOUR)),
        (False, EMPTY, None, None),
        (True, WORK_IN_PROGRESS, None, None),
        (True, None, None, (AWAITED, NOON + 2 * HOUR)),
        (True, None, HOUR, (AWAITED, NOON + 2 * HOUR)),
        (True, None, 2 * HOUR, None),
    ],
)
def test_one_that_is_settled_is_asked_for_again_only_after_another_row_has_named_it(
    is_here: bool, state: str | None, asked: timedelta | None, awaited: tuple[str, datetime] | None
) -> None:
    """The order was named at noon, and last two hours later."""
    states = {7: OrderState(7, state, NOON - HOUR, NOON - HOUR)} if state else {}
    looks = {} if asked is None else {7: NOON + asked}
    expected = [OrderState(7, awaited[0], awaited[1], awaited[1])] if awaited else []
    assert awaited_orders([NamedOrder(7, is_here, NOON, NOON + 2 * HOUR)], states, looks) == expected


def asked(box: Sandbox, *order_ids: int) -> list[int]:
    """Which of these orders the cycle asked for by their ids, as often as it did."""
    return [order_id for order_id in order_ids for path in fetched_alone(box) if path == f"/orders/{order_id}"]


def of(warehouse: Warehouse, what: str, table: str, *order_ids: int) -> list[tuple[Any, ...]]:
    chosen = ", ".join(map(str, order_ids))
    return rows(
        warehouse, f"select {what} from raw_shipstation.{table} where order_id in ({chosen}) order by order_id"
    )


def state(warehouse: Warehouse, *order_ids: int) -> list[str]:
    return [one for (one,) in of(warehouse, "state", "order_states", *order_ids)]


@side_by_side
def test_an_order_that_no_list_shows_is_fetched_by_the_id_that_a_label_or_fulfillment_names(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    long_ago = stamp(ago(days=45))
    for number, modified in ((2, None), (3, None), (4, long_ago), (5, long_ago)):
        box.book.put_order(order(number, ago(hours=2)) | {"modifyDate": modified})
    box.book.put_shipment(shipment(102, 2, ago(hours=1)))
    box.book.put_shipment(shipment(103, 3, ago(hours=1), voided=True, voidDate=stamp(ago(minutes=5))))
    box.book.put_shipment(shipment(104, 4, ago(hours=1), isReturnLabel=True))
    box.book.put_fulfillment(fulfillment(105, 5, ago(hours=1)))
    box.book.put_shipment(shipment(106, 1, ago(hours=1)) | {"orderId": None})
    yield
    assert asked(box, 1, 2, 3, 4, 5) == [2, 3, 4, 5]
    loaded = of(warehouse, "order_id, modify_date", "orders", 1, 2, 3, 4, 5)
    assert loaded == [(2, None), (3, None), (4, long_ago), (5, long_ago)]
    assert state(warehouse, 1, 2, 3, 4, 5) == []
    for _ in range(2):
        yield
        assert asked(box, 1, 2, 3, 4, 5) == []


@side_by_side
def test_an_order_that_shipstation_does_not_know_is_asked_for_once_and_again_when_another_label_names_it(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_shipment(shipment(121, 12, ago(hours=1)))
    yield
    assert asked(box, 12) == [12]
    assert state(warehouse, 12) == ["missing_in_shipstation"]
    for _ in range(3):
        yield
        assert asked(box, 12) == []
    box.book.put_shipment(shipment(122, 12, ago(minutes=5)))
    yield
    assert asked(box, 12) == [12]
    yield
    assert asked(box, 12) == []
    box.book.put_order(order(12, ago(hours=2)) | {"modifyDate": None})
    box.book.put_shipment(shipment(123, 12, ago(minutes=4)))
    yield
    assert asked(box, 12) == [12]
    assert of(warehouse, "order_id, modify_date", "orders", 12) == [(12, None)]
    assert state(warehouse, 12) == ["repaired"]
    yield
    assert asked(box, 12) == []


@side_by_side
def test_an_order_without_a_modification_date_is_fetched_again_when_its_label_is_voided(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(22, ago(hours=2), orderStatus="shipped") | {"modifyDate": None})
    box.book.put_shipment(shipment(221, 22, ago(hours=1)))
    yield
    box.book.put_order(order(22, ago(hours=2)) | {"modifyDate": None})
    box.book.put_shipment(shipment(221, 22, ago(hours=1), voided=True, voidDate=stamp(ago(minutes=5))))
    yield
    assert asked(box, 22) == [22]
    assert of(warehouse, "order_status", "orders", 22) == [("awaiting_shipment",)]
    yield
    assert asked(box, 22) == []


@side_by_side
def test_an_awaited_order_without_lines_is_an_empty_one_from_then_on(box: Sandbox, warehouse: Warehouse) -> Steps:
    empty = order(32, ago(hours=2), items=[], orderStatus="shipped") | {"modifyDate": None}
    box.book.put_order(empty)
    box.book.put_shipment(shipment(321, 32, ago(hours=1)))
    for _ in range(2):
        yield
        assert asked(box, 32) == [32]
        assert state(warehouse, 32) == ["work_in_progress"]
    box.book.put_order(empty | order(32, ago(hours=2)) | {"modifyDate": None})
    yield
    assert asked(box, 32) == [32]
    assert state(warehouse, 32) == ["repaired"]
    yield
    assert asked(box, 32) == []


def test_awaited_and_empty_orders_share_ten_requests_a_cycle_and_all_get_their_turn(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 13):
        box.book.put_shipment(shipment(100 + number, number, ago(hours=1)))
        box.book.put_order(order(100 + number, ago(hours=1), items=[]))
    turns = [cycle(box, account, warehouse) for _ in range(3)]
    assert [len(turn) for turn in turns] == [10, 10, 10]
    awaited = {f"/orders/{number}" for number in range(1, 13)}
    assert awaited <= set().union(*turns)
    assert {f"/orders/{100 + number}" for number in range(1, 13)} <= set().union(*turns)
    assert all(sum(path in turn for turn in turns) == 1 for path in awaited), "a 404 settles it"


@side_by_side
def test_an_awaited_order_that_cannot_be_had_is_asked_for_again(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.faults.add(Fault("/orders/42", status=500, times=2))
    box.faults.add(Fault("/orders/43", status=200, body=[], times=2))
    for number in (42, 43):
        box.book.put_order(order(number, ago(hours=2)) | {"modifyDate": None})
        box.book.put_shipment(shipment(400 + number, number, ago(hours=1)))
    for _ in range(2):
        yield
        assert asked(box, 42, 43) == [42, 43]
        assert state(warehouse, 42, 43) == []
    yield
    assert asked(box, 42, 43) == [42, 43]
    assert of(warehouse, "order_id, modify_date", "orders", 42, 43) == [(42, None), (43, None)]


def test_labels_that_a_backfill_brought_or_that_came_long_ago_are_looked_through_once_a_day(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=1)))
    box.book.put_shipment(shipment(9, 2, ago(days=50)))
    cycle(box, account, warehouse)
    while not load_backfill_window(account, warehouse, datetime.now(UTC) - timedelta(days=60), None).finished:
        pass
    damage(warehouse, "update raw_shipstation.shipments set fetched_at = fetched_at - interval 2 day")
    assert cycle(box, account, warehouse) == []
    damage(warehouse, "delete from raw_shipstation.watermarks where resource = 'reference_lists'")
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert cycle(box, account, warehouse) == []


def damage(warehouse: Warehouse, sql: str) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(sql)
