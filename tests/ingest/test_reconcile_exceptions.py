"""What a comparison lists stays listed until it is right, and one order that cannot be had ends no run."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import ago, fulfillment, order, rows, shipment, stamp

from ingest.client.account import Account
from ingest.errors import ApiUnreachable
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.payload_comparison import Comparison
from ingest.sources.shipstation.reconcile import reconcile
from sandbox import Fault, Sandbox

OPEN = (
    "select finding_key, first_seen_at from raw_shipstation.findings"
    " where resolved_at is null and finding_key like 'mismatch:%' order by 1"
)
BEGUN = ago()
STATES = "select order_id, state from raw_shipstation.order_states order by 1"


def compare(account: Account, warehouse: Warehouse, days: float = 14, *, repair: bool = False) -> Comparison:
    now = datetime.now(UTC)
    return reconcile(account, warehouse, now - timedelta(days=days), now, repair=repair)[0]


def damage(warehouse: Warehouse, sql: str) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(sql)


def open_exceptions(warehouse: Warehouse) -> list[str]:
    return [key for key, _ in rows(warehouse, OPEN)]


def kinds(found: Comparison) -> list[tuple[int, str]]:
    return [(one.key, one.kind) for one in found.differences]


def plant(box: Sandbox) -> None:
    """Ten orders and labels, one of each day."""
    for number in range(1, 11):
        box.book.put_order(order(number, BEGUN - timedelta(days=number)))
        box.book.put_shipment(shipment(100 + number, number, BEGUN - timedelta(days=number)))


def test_what_was_found_outside_the_compared_span_stays(account: Account, loaded: Warehouse) -> None:
    damage(loaded, "delete from raw_shipstation.orders where order_id in (2, 9)")
    damage(loaded, "delete from raw_shipstation.shipments where shipment_id = 109")
    compare(account, loaded)
    found = ["mismatch:orders:2", "mismatch:orders:9", "mismatch:shipments:109"]
    assert open_exceptions(loaded) == found
    first_seen = rows(loaded, OPEN)
    for days in (5, 14):
        compare(account, loaded, days=days)
        assert rows(loaded, OPEN) == first_seen
    compare(account, loaded, days=5, repair=True)
    assert open_exceptions(loaded) == found[1:]
    compare(account, loaded, repair=True)
    assert open_exceptions(loaded) == []
    damage(loaded, "delete from raw_shipstation.orders where order_id = 9")
    compare(account, loaded)
    assert open_exceptions(loaded) == ["mismatch:orders:9"]


def test_with_more_differences_than_are_listed_none_that_lasts_is_taken_for_right(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    damage(loaded, "delete from raw_shipstation.shipments where shipment_id = 109")
    compare(account, loaded)
    for number in range(1000, 1205):
        box.book.put_order(order(number, ago(days=3)))
    assert compare(account, loaded).missing_here == 206
    assert "mismatch:shipments:109" in open_exceptions(loaded)


def test_an_order_that_cannot_be_had_by_its_id_ends_no_run_and_is_not_taken_for_gone(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    box.faults.add(Fault("/orders/4", status=500))
    box.faults.add(Fault("/orders/5", status=200, body=[]))
    box.faults.add(Fault("/orders/7", status=200, body={}))
    box.faults.add(Fault("/orders/8", status=200, body=order(9, ago(minutes=1))))
    for gone in range(4, 9):
        box.book.delete_order(gone)
    found = compare(replace(account, retry_seconds=0.1), loaded, repair=True)
    assert kinds(found) == [(6, "missing_there")]
    assert rows(loaded, STATES) == [(6, "missing_in_shipstation")]
    box.faults.clear()
    assert kinds(compare(account, loaded, repair=True)) == [(key, "missing_there") for key in (4, 5, 7, 8)]
    assert rows(loaded, STATES) == [(key, "missing_in_shipstation") for key in range(4, 9)]


@pytest.mark.parametrize(("failing", "ends"), [((1, 2, 3, 4, 6, 7, 8), False), ((1, 2, 3, 4, 5), True)])
def test_when_five_orders_in_a_row_cannot_be_had_it_is_shipstation_that_is_down(
    box: Sandbox, account: Account, loaded: Warehouse, failing: tuple[int, ...], ends: bool
) -> None:
    for gone in range(1, 10):
        box.book.delete_order(gone)
    for order_id in failing:
        box.faults.add(Fault(f"/orders/{order_id}", status=500))
    with pytest.raises(ApiUnreachable) if ends else nullcontext():
        found = compare(replace(account, retry_seconds=0.1), loaded, repair=True)
        assert kinds(found) == [(5, "missing_there"), (9, "missing_there")]
    assert rows(loaded, STATES) == [(key, "missing_in_shipstation") for key in (() if ends else (5, 9))]


def test_an_exception_disappears_when_a_later_load_brings_its_row(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    box.book.put_fulfillment(fulfillment(209, 9, ago(days=9)))
    box.book.put_order(order(11, ago(days=40)))
    damage(loaded, "update raw_shipstation.orders set payload_hash = 'x', payload = '{}' where order_id in (2, 9)")
    damage(loaded, "delete from raw_shipstation.shipments where shipment_id in (102, 109)")
    compare(account, loaded, days=50)
    labels = ["mismatch:shipments:102", "mismatch:shipments:109"]
    assert open_exceptions(loaded) == [
        "mismatch:fulfillments:209", "mismatch:orders:11", "mismatch:orders:2", "mismatch:orders:9", *labels
    ]  # fmt: skip
    box.book.put_shipment(shipment(109, 9, ago(days=9), voided=True, voidDate=stamp(ago(minutes=5))))
    load_changes(account, loaded)
    assert open_exceptions(loaded) == ["mismatch:orders:11", labels[0]]
    backfill(account, loaded, days=20)
    assert open_exceptions(loaded) == ["mismatch:orders:11"]
    backfill(account, loaded, days=50)
    assert open_exceptions(loaded) == []
    resolved = rows(loaded, "select finding_key, resolved_at from raw_shipstation.findings order by all")
    load_changes(account, loaded)
    assert rows(loaded, "select finding_key, resolved_at from raw_shipstation.findings order by all") == resolved


def backfill(account: Account, warehouse: Warehouse, days: float) -> None:
    since = datetime.now(UTC) - timedelta(days=days)
    while not load_backfill_window(account, warehouse, since, None).finished:
        pass


def test_an_exception_about_an_order_that_a_cycle_fetched_by_its_id_is_resolved_by_the_answer(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    undated = box.book.order(5)
    box.book.delete_order(4)
    box.book.put_order(undated | {"modifyDate": None, "note": "changed"})
    box.book.put_shipment(shipment(115, 5, ago(minutes=5)))
    compare(account, loaded)
    assert open_exceptions(loaded) == ["mismatch:orders:4", "mismatch:orders:5", "mismatch:shipments:115"]
    load_changes(account, loaded)
    assert rows(loaded, STATES)[0] == (4, "missing_in_shipstation")
    assert open_exceptions(loaded) == []
    damage(
        loaded, "update raw_shipstation.findings set resolved_at = null where finding_key = 'mismatch:orders:4'"
    )
    assert kinds(compare(account, loaded)) == []
    assert open_exceptions(loaded) == []


def test_an_order_that_was_gone_and_is_listed_again_just_as_it_was_is_no_longer_missing(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    row: dict[str, Any] = box.book.order(4)
    for _ in range(2):
        box.book.delete_order(4)
        load_changes(account, loaded)
        assert rows(loaded, STATES) == [(4, "missing_in_shipstation")]
        box.book.put_order(row)
        load_changes(account, loaded)
        assert rows(loaded, STATES) == [(4, "repaired")]


def test_a_comparison_finds_an_order_that_was_gone_and_is_listed_again_just_as_it_was(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    row: dict[str, Any] = box.book.order(4)
    box.book.delete_order(4)
    load_changes(account, loaded)
    box.book.put_order(row)
    found = compare(account, loaded)
    assert [(one.key, one.kind, one.fields) for one in found.differences] == [(4, "different", ("orderStatus",))]
    assert open_exceptions(loaded) == ["mismatch:orders:4"]
    assert compare(account, loaded, repair=True).repaired == 1
    assert rows(loaded, STATES) == [(4, "repaired")]
    assert kinds(compare(account, loaded)) == []
    assert open_exceptions(loaded) == []
