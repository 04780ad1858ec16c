from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import account_at, ago, fulfillment, order, rows, shipment, stamp
from sandboxes import quiet_sandbox

from ingest.client.account import Account
from ingest.client.pacific_time import PACIFIC
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_changes
from ingest.sources.shipstation.payload_comparison import Comparison
from ingest.sources.shipstation.reconcile import reconcile
from sandbox import Sandbox

BEGUN = ago()
FINDINGS = (
    "select finding_key from raw_shipstation.findings where resolved_at is null and finding_key like 'mismatch:%'"
)


def plant(box: Sandbox) -> None:
    """Twenty orders and ten labels of the last days."""
    for number in range(1, 21):
        box.book.put_order(order(number, BEGUN - timedelta(hours=10 * number)))
    for number in range(1, 11):
        box.book.put_shipment(shipment(100 + number, number, BEGUN - timedelta(hours=9 * number)))


def compare(
    account: Account, warehouse: Warehouse, *, repair: bool = False, synced_at: datetime | None = None
) -> Comparison:
    now = datetime.now(UTC)
    return reconcile(account, warehouse, now - timedelta(days=14), now, repair=repair, synced_at=synced_at)[0]


def differences(found: Comparison) -> list[tuple[str, int, str, tuple[str, ...]]]:
    return [(one.table, one.key, one.kind, one.fields) for one in found.differences]


def damage(warehouse: Warehouse, sql: str) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(sql)


def test_two_equal_sides_have_no_difference_and_equal_counts(account: Account, loaded: Warehouse) -> None:
    found = compare(account, loaded)
    assert differences(found) == []
    assert found.rows_there == found.rows_here == {"orders": 20, "shipments": 10, "fulfillments": 0}
    assert found.units_there == found.units_here == 40


def test_what_is_missing_here_or_differs_is_found_named_and_repaired(account: Account, loaded: Warehouse) -> None:
    damage(loaded, "delete from raw_shipstation.orders where order_id = 3")
    damage(loaded, "delete from raw_shipstation.shipments where shipment_id = 105")
    damage(
        loaded,
        "update raw_shipstation.orders set payload_hash = 'x',"
        " payload = replace(payload::varchar, 'awaiting_shipment', 'on_hold')::json where order_id = 7",
    )
    found = compare(account, loaded)
    expected = [
        ("orders", 3, "missing_here", ()),
        ("orders", 7, "different", ("orderStatus",)),
        ("shipments", 105, "missing_here", ()),
    ]
    assert sorted(differences(found)) == expected
    assert found.units_there - found.units_here == 2
    assert found.repaired == 0
    assert len(rows(loaded, FINDINGS)) == 3
    assert compare(account, loaded, repair=True).repaired == 3
    assert rows(loaded, FINDINGS) == []
    assert differences(compare(account, loaded)) == []


def test_an_order_that_shipstation_does_not_know_any_more_is_missing_there_and_repaired_as_such(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    box.book.delete_order(4)
    found = compare(account, loaded, repair=True)
    assert differences(found)[0][:3] == ("orders", 4, "missing_there")
    states = "select order_id, state from raw_shipstation.order_states"
    assert rows(loaded, states) == [(4, "missing_in_shipstation")]
    assert differences(compare(account, loaded)) == []


def test_a_label_that_is_gone_from_shipstation_is_listed_and_stays_listed(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    box.book.delete("shipments", 102)
    assert differences(compare(account, loaded, repair=True)) == [("shipments", 102, "missing_there", ())]
    assert rows(loaded, FINDINGS) == [("mismatch:shipments:102",)]


def test_what_changed_after_the_last_cycle_began_to_read_is_no_difference(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    """Also while the comparison runs: an order that leaves the span is asked for by its id."""
    synced_at = datetime.now(UTC) - timedelta(minutes=10)
    before = rows(loaded, "from raw_shipstation.orders order by order_id")
    box.book.put_order(order(3, ago(minutes=9), note="edited"))
    box.book.put_order(order(21, ago(minutes=8)))
    box.book.put_shipment(shipment(111, 3, ago(minutes=7)))
    box.book.put_shipment(shipment(104, 4, ago(hours=36), voided=True, voidDate=stamp(ago(minutes=6))))
    box.book.put_fulfillment(fulfillment(9, 5, ago(minutes=5)))
    box.on_request = lambda _: box.book.put_order(order(20, ago(minutes=-1), note="late"))
    for repair in (False, True):
        found = compare(account, loaded, repair=repair, synced_at=synced_at)
        assert differences(found) == []
        assert found.rows_there == found.rows_here
        assert found.units_there == found.units_here
    assert rows(loaded, FINDINGS) == []
    assert rows(loaded, "from raw_shipstation.orders order by order_id") == before
    late = compare(account, loaded, synced_at=synced_at - timedelta(days=1))
    assert differences(late) == []
    box.on_request = None
    found = compare(account, loaded, synced_at=datetime.now(UTC) + timedelta(hours=1))
    assert sorted({(table, key) for table, key, _, _ in differences(found)}) == [
        ("fulfillments", 9), ("orders", 3), ("orders", 20), ("orders", 21), ("shipments", 104), ("shipments", 111),
    ]  # fmt: skip


def test_a_date_that_has_not_come_excuses_no_difference(box: Sandbox, account: Account, loaded: Warehouse) -> None:
    row = order(21, datetime(2999, 1, 1))
    box.book.put_order(row)
    load_changes(account, loaded)
    box.book.put_order(row | {"note": "changed"})
    now = datetime.now(UTC)
    found, _ = reconcile(
        account, loaded, now - timedelta(days=14), datetime(2999, 2, 1, tzinfo=UTC), repair=False, synced_at=now
    )
    assert differences(found) == [("orders", 21, "different", ("note",))]


def test_a_field_that_vanished_from_a_payload_is_no_lasting_difference(
    box: Sandbox, account: Account, loaded: Warehouse
) -> None:
    row: dict[str, Any] = order(5, ago(minutes=2), giftMessage="hello")
    box.book.put_order(row)
    load_changes(account, loaded)
    box.book.put_order(
        {name: value for name, value in row.items() if name != "giftMessage"}
        | {"modifyDate": stamp(ago(minutes=1))}
    )
    load_changes(account, loaded)
    assert differences(compare(account, loaded)) == []


@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
def test_what_happened_within_the_spans_first_second_is_listed_whichever_way_its_bound_is_read(
    bounds: str, warehouse: Warehouse
) -> None:
    begin = ago(days=1)
    with quiet_sandbox(bounds=bounds) as box:
        box.book.put_order(order(1, begin + timedelta(milliseconds=500)))
        box.book.put_shipment(shipment(101, 1, begin + timedelta(milliseconds=500)))
        load_changes(account_at(box.url), warehouse)
        since = begin.replace(tzinfo=PACIFIC).astimezone(UTC)
        found, _ = reconcile(account_at(box.url), warehouse, since, datetime.now(UTC), repair=False)
    assert differences(found) == []
    assert found.rows_there == found.rows_here == {"orders": 1, "shipments": 1, "fulfillments": 0}
