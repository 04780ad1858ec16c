"""Orders known from a label or a fulfillment only: fetched by their ids, but not for ever."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from api_rows import ago, fulfillment, order, rows, shipment, stamp

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.awaited_orders import NamedOrder, awaited_orders
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.order_states import AWAITED, EMPTY, MISSING, WORK_IN_PROGRESS, OrderState
from sandbox import Fault, Sandbox

STATES = "select order_id, state from raw_shipstation.order_states order by 1"
ORDERS = "select order_id, modify_date from raw_shipstation.orders order by 1"
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


def test_an_order_that_no_list_shows_is_fetched_by_the_id_that_a_label_or_fulfillment_names(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    long_ago = stamp(ago(days=45))
    for number, modified in ((2, None), (3, None), (4, long_ago), (5, long_ago)):
        box.book.put_order(order(number, ago(hours=2)) | {"modifyDate": modified})
    box.book.put_shipment(shipment(102, 2, ago(hours=1)))
    box.book.put_shipment(shipment(103, 3, ago(hours=1), voided=True, voidDate=stamp(ago(minutes=5))))
    box.book.put_shipment(shipment(104, 4, ago(hours=1), isReturnLabel=True))
    box.book.put_fulfillment(fulfillment(105, 5, ago(hours=1)))
    box.book.put_shipment(shipment(106, 1, ago(hours=1)) | {"orderId": None})
    assert sorted(cycle(box, account, warehouse)) == [f"/orders/{number}" for number in (2, 3, 4, 5)]
    assert rows(warehouse, ORDERS) == [(2, None), (3, None), (4, long_ago), (5, long_ago)]
    assert rows(warehouse, STATES) == []
    for _ in range(2):
        assert cycle(box, account, warehouse) == []


def test_an_order_that_shipstation_does_not_know_is_asked_for_once_and_again_when_another_label_names_it(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_shipment(shipment(9, 2, ago(hours=1)))
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert rows(warehouse, STATES) == [(2, "missing_in_shipstation")]
    for _ in range(3):
        assert cycle(box, account, warehouse) == []
    box.book.put_shipment(shipment(10, 2, ago(minutes=5)))
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert cycle(box, account, warehouse) == []
    box.book.put_order(order(2, ago(hours=2)) | {"modifyDate": None})
    box.book.put_shipment(shipment(11, 2, ago(minutes=4)))
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert (rows(warehouse, ORDERS), rows(warehouse, STATES)) == ([(2, None)], [(2, "repaired")])
    assert cycle(box, account, warehouse) == []


def test_an_order_without_a_modification_date_is_fetched_again_when_its_label_is_voided(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(2, ago(hours=2), orderStatus="shipped") | {"modifyDate": None})
    box.book.put_shipment(shipment(9, 2, ago(hours=1)))
    cycle(box, account, warehouse)
    box.book.put_order(order(2, ago(hours=2)) | {"modifyDate": None})
    box.book.put_shipment(shipment(9, 2, ago(hours=1), voided=True, voidDate=stamp(ago(minutes=5))))
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert rows(warehouse, "select order_status from raw_shipstation.orders") == [("awaiting_shipment",)]
    assert cycle(box, account, warehouse) == []


def test_an_awaited_order_without_lines_is_an_empty_one_from_then_on(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    empty = order(2, ago(hours=2), items=[], orderStatus="shipped") | {"modifyDate": None}
    box.book.put_order(empty)
    box.book.put_shipment(shipment(9, 2, ago(hours=1)))
    for _ in range(2):
        assert cycle(box, account, warehouse) == ["/orders/2"]
        assert rows(warehouse, STATES) == [(2, "work_in_progress")]
    box.book.put_order(empty | order(2, ago(hours=2)) | {"modifyDate": None})
    assert cycle(box, account, warehouse) == ["/orders/2"]
    assert rows(warehouse, STATES) == [(2, "repaired")]
    assert cycle(box, account, warehouse) == []


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


def test_an_awaited_order_that_cannot_be_had_is_asked_for_again(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.faults.add(Fault("/orders/2", status=500, times=2))
    box.faults.add(Fault("/orders/3", status=200, body=[], times=2))
    for number in (2, 3):
        box.book.put_order(order(number, ago(hours=2)) | {"modifyDate": None})
        box.book.put_shipment(shipment(100 + number, number, ago(hours=1)))
    for _ in range(2):
        assert cycle(box, account, warehouse) == ["/orders/2", "/orders/3"]
        assert rows(warehouse, STATES) == []
    assert cycle(box, account, warehouse) == ["/orders/2", "/orders/3"]
    assert rows(warehouse, ORDERS) == [(2, None), (3, None)]


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
