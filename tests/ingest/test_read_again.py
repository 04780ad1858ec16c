"""What no date filter shows: orders deleted in ShipStation, fulfillments voided there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from api_rows import account_at, ago, fulfillment, order, rows

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from sandbox import Fault, Sandbox

STATES = "select order_id, state from raw_shipstation.order_states where state <> 'repaired' order by 1"


def test_an_order_deleted_in_shipstation_is_missing_right_after_the_next_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 6):
        box.book.put_order(order(number, ago(days=6 - number)))
    load_changes(account, warehouse)
    box.book.delete_order(2)
    box.requests.reset()
    load_changes(account, warehouse)
    assert rows(warehouse, STATES) == [(2, "missing_in_shipstation")]
    assert len(box.requests.entries()) == 5
    box.requests.reset()
    load_changes(account, warehouse)
    assert len(box.requests.entries()) == 4


def test_a_fulfillment_voided_later_is_known_after_the_next_cycle(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=3)))
    box.book.put_fulfillment(fulfillment(9, 1, ago(days=2)))
    load_changes(account, warehouse)
    box.book.put_fulfillment(fulfillment(9, 1, ago(days=2), voidDate="2026-01-09T10:00:00.0000000", voided=True))
    load_changes(account, warehouse)
    assert rows(warehouse, "select void_date from raw_shipstation.fulfillments") == [
        ("2026-01-09T10:00:00.0000000",)
    ]


def test_reading_again_fills_a_page_and_no_more(box: Sandbox, warehouse: Warehouse) -> None:
    account = account_at(box.url, page_size=10)
    for number in range(1, 41):
        box.book.put_order(order(number, ago(hours=50 - number)))
    load_changes(account, warehouse)
    box.requests.reset()
    report = load_changes(account, warehouse)
    assert (report.orders_fetched, report.orders_changed) == (6, 0)
    assert len(box.requests.entries()) == 4


def test_many_orders_that_a_faulty_list_leaves_out_stay_what_they_are(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 31):
        box.book.put_order(order(number, ago(hours=40 - number)))
    load_changes(account, warehouse)
    before = rows(warehouse, "from raw_shipstation.orders order by order_id")
    box.faults.add(Fault("/orders", status=200, body={"orders": [], "total": 0, "page": 1, "pages": 0}, times=1))
    box.requests.reset()
    load_changes(account, warehouse)
    assert len(box.requests.entries()) == 14
    assert rows(warehouse, STATES) == []
    box.requests.reset()
    load_changes(account, warehouse)
    assert len(box.requests.entries()) == 4
    assert rows(warehouse, "from raw_shipstation.orders order by order_id") == before


def test_orders_that_a_list_leaves_out_for_long_are_asked_for_in_turn(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 26):
        box.book.put_order(order(number, ago(hours=40 - number)))
    load_changes(account, warehouse)
    box.book.delete_order(25)
    nothing = {"orders": [], "total": 0, "page": 1, "pages": 0}
    box.faults.add(Fault("/orders", status=200, body=nothing, query={"sortBy": "ModifyDate"}))
    box.requests.reset()
    for _ in range(3):
        load_changes(account, warehouse)
    asked = {entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")}
    assert asked == {f"/orders/{number}" for number in range(1, 26)}
    assert rows(warehouse, STATES) == [(25, "missing_in_shipstation")]


def test_a_backfill_asks_for_no_order_that_its_list_lacks(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in (1, 2):
        box.book.put_order(order(number, ago(days=number)))
    load_changes(account, warehouse)
    box.book.delete_order(1)
    box.requests.reset()
    load_backfill_window(account, warehouse, datetime.now(UTC) - timedelta(days=5), None)
    assert [entry.path for entry in box.requests.entries() if entry.path.startswith("/orders/")] == []
    assert rows(warehouse, STATES) == []


def test_while_a_row_cannot_be_read_no_other_is_taken_for_gone(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    hasty = replace(account, retry_seconds=0.1, page_size=5)
    for number in range(1, 4):
        box.book.put_order(order(number, ago(hours=9 - number)))
    load_changes(hasty, warehouse)
    box.book.delete_order(2)
    box.faults.poison_order_ids.add(3)
    for _ in range(3):
        load_changes(hasty, warehouse)
        assert rows(warehouse, STATES) == []
    box.faults.clear()
    for _ in range(2):
        load_changes(hasty, warehouse)
    assert rows(warehouse, STATES) == [(2, "missing_in_shipstation")]


def test_a_row_without_a_usable_id_is_listed_once_and_all_others_are_loaded(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    listed = [order(1, ago(hours=3)), order(2, ago(hours=2)) | {"orderId": None}, order(3, ago(hours=1))]
    box.faults.add(Fault("/orders", status=200, body={"orders": listed, "total": 3, "page": 1, "pages": 1}))
    found = (
        "select finding_key, order_number, first_seen_at, resolved_at from raw_shipstation.findings"
        " where exception_type = 'unidentified_payload'"
    )
    load_changes(account, warehouse)
    assert rows(warehouse, "select order_id from raw_shipstation.orders order by 1") == [(1,), (3,)]
    [(key, number, first_seen, resolved)] = rows(warehouse, found)
    assert (number, resolved) == ("680002", None)
    for _ in range(2):
        load_changes(account, warehouse)
        assert rows(warehouse, found) == [(key, number, first_seen, None)]
