"""What no date filter tells: orders deleted in ShipStation, fulfillments voided there."""

from __future__ import annotations

from api_rows import account_at, ago, fulfillment, order, rows

from ingest.account import Account
from ingest.load import load_changes
from ingest.pipeline import Warehouse
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
