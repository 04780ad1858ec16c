"""One number on two orders: fine for a split, else an alert with its reason; and the number of now is shown."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import Payload, label, line, order
from side_by_side import Steps, side_by_side

MASKED = "Invalid Request"
TWICE = "One customer has 2 orders numbered {}, and none is a split of another."
DIFFERENT = "Different customers have orders numbered {}."


def sold(order_id: int, number: str, status: str = "shipped", **changes: Any) -> Payload:
    return order(order_id, [line("17612 - 250237", 2)], status, orderNumber=number, **changes)


def split(parent: int | None = None, merged: list[int] | None = None) -> Payload:
    return {"parentId": parent, "mergedIds": merged or []}


ORDERS = [
    sold(1, "1-twice", customerId=7, customerEmail="p@x.test"),
    sold(2, "1-twice", customerId=7, customerEmail="other@x.test"),
    sold(3, "2-masked", customerId=8, customerEmail=MASKED),
    sold(4, "2-masked", customerId=9, customerEmail=MASKED),
    sold(5, "3-shared", customerId=8, customerEmail="relay@market.test"),
    sold(6, "3-shared", customerId=9, customerEmail="relay@market.test"),
    sold(7, "4-half-known", customerId=8, customerEmail="p@x.test"),
    sold(8, "4-half-known", customerId=None, customerEmail=" P@x.test "),
    sold(9, "5-without-ids", customerId=None, customerEmail="a@x.test"),
    sold(10, "5-without-ids", customerId=None, customerEmail="b@x.test"),
    sold(11, "6-masked-names", customerId=None, customerEmail=MASKED, customerUsername="alice"),
    sold(12, "6-masked-names", customerId=0, customerEmail=MASKED, customerUsername="bob"),
    sold(13, "7-nobody", customerId=None, customerEmail=None),
    sold(14, "7-nobody", customerId=8, customerEmail=None),
    sold(21, "split", customerId=7),
    sold(22, "split", customerId=7, advancedOptions=split(21)),
    sold(23, "split", customerId=7, advancedOptions=split(22)),
    sold(24, "merged", customerId=7, advancedOptions=split(None, [25])),
    sold(25, "merged", customerId=7),
    sold(26, "split-lost", customerId=7, advancedOptions=split(999)),
    sold(27, "split-lost", customerId=7, advancedOptions=split(999)),
    sold(28, "again", "cancelled", customerId=7),
    sold(29, "again", customerId=7),
    sold(31, "8-merged-and-used", customerId=7, advancedOptions=split(None, [700])),
    sold(32, "8-merged-and-used", customerId=8),
    sold(33, "9-split-and-used", customerId=7),
    sold(34, "9-split-and-used", customerId=7, advancedOptions=split(33)),
    sold(35, "9-split-and-used", customerId=8),
    sold(41, " 100999 ", "on_hold"),
    sold(42, "\u2003100998\u00a0", "on_hold"),
    sold(43, "671999 ", customerId=7),
    sold(44, "\u200b671999", customerId=8),
    sold(45, "  ", "on_hold"),
    sold(46, "   ", "on_hold"),
]


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger, load_id = new_ledger(), raw_tables.new_load()
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", ORDERS, load_id)
        labels = [
            label(100 + row["orderId"], row["orderId"], "2026-01-06") for row in ORDERS if row["orderId"] < 30
        ]
        raw_tables.load(connection, "shipments", labels, load_id)
    return ledger


def alerts(ledger: Ledger) -> dict[int, tuple[Any, ...]]:
    """By order: detail, id and cause."""
    found = ledger.rows("""
        select shipstation_order_id, detail, exception_id, cause from exceptions
        where exception_type = 'duplicate_order_number'
    """)
    return {order_id: alert for order_id, *alert in found}


@side_by_side
def test_each_order_of_a_number_used_twice_is_an_alert_with_its_reason_and_a_split_or_merge_is_none(
    ledger: Ledger,
) -> Steps:
    yield
    unknown = "2 orders are numbered {}, and it is not known whether they are of one customer."
    expected = {
        (1, 2): TWICE.format("1-twice"),
        (3, 4): DIFFERENT.format("2-masked"),
        (5, 6): DIFFERENT.format("3-shared"),
        (7, 8): TWICE.format("4-half-known"),
        (9, 10): DIFFERENT.format("5-without-ids"),
        (11, 12): DIFFERENT.format("6-masked-names"),
        (13, 14): unknown.format("7-nobody"),
        (31, 32): DIFFERENT.format("8-merged-and-used"),
        (33, 35): DIFFERENT.format("9-split-and-used"),
        (43, 44): DIFFERENT.format("671999"),
    }
    assert {order_id: detail for order_id, (detail, *_) in alerts(ledger).items()} == {
        order_id: detail for pair, detail in expected.items() for order_id in pair
    }
    contested = ledger.rows("select shipstation_order_id from orders_inbox where has_contested_number order by 1")
    assert [order_id for (order_id,) in contested] == sorted(order_id for pair in expected for order_id in pair)


@side_by_side
def test_spaces_around_a_number_are_not_part_of_it(ledger: Ledger) -> Steps:
    yield
    assert ledger.rows("""
        select shipstation_order_id, order_number, order_origin from orders_inbox
        where shipstation_order_id between 41 and 46 order by 1
    """) == [
        (41, "100999", "manual"),
        (42, "100998", "manual"),
        (43, "671999", "channel"),
        (44, "671999", "channel"),
        (45, None, "channel"),
        (46, None, "channel"),
    ]


@side_by_side
def test_what_is_forgotten_of_customers_makes_no_alert_and_changes_none(ledger: Ledger) -> Steps:
    yield
    before = alerts(ledger)
    with ledger.connect() as connection:
        for row in ORDERS:
            rest = {name: value for name, value in row.items() if not name.startswith(("customerE", "customerU"))}
            connection.execute(
                "update raw_shipstation.orders set payload = ?, payload_hash = 'figures:' || payload_hash,"
                " _dlt_load_id = 'retention' where order_id = ?",
                [json.dumps(rest), row["orderId"]],
            )
    yield
    after = alerts(ledger)
    assert {key: alert[1:] for key, alert in after.items()} == {key: alert[1:] for key, alert in before.items()}
    assert after[3] == before[3], "an id is no personal data and still tells"
    assert after[9][0] == (
        "2 orders are numbered 5-without-ids, and it is not known whether they are of one customer."
    )


@side_by_side
def test_a_third_order_of_a_number_is_another_cause(ledger: Ledger) -> Steps:
    yield
    yield
    before = alerts(ledger)
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [sold(15, "1-twice ", customerId=7)], raw_tables.new_load())
    yield
    after = alerts(ledger)
    assert {after[key][0] for key in (1, 2, 15)} == {
        "One customer has 3 orders numbered 1-twice, and none is a split of another."
    }
    assert (before[1][2], after[1][2]) == ("error: 2 orders", "error: 3 orders")


@side_by_side
def test_a_renumbered_order_shows_its_number_of_now_everywhere_and_its_label_keeps_the_old_one(
    ledger: Ledger,
) -> Steps:
    items = [line("17612 - 250237", 1), line("no such SKU", 1)]
    was = order(51, items, orderNumber="680051")
    sent = label(151, 51, "2026-01-07", items, orderNumber="680051")
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [was], raw_tables.new_load())
        raw_tables.load(connection, "shipments", [sent], raw_tables.new_load())
    yield
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [was | {"orderNumber": "680051-B"}], raw_tables.new_load())
    yield
    for table in ("orders_inbox", "shipped_orders", "shipped_items", "charge_details", "exceptions"):
        numbers = ledger.rows(f"select distinct order_number from {table} where shipstation_order_id = 51")
        assert numbers == [("680051-B",)], table
    with ledger.connect() as connection:
        kept = connection.execute(
            "select order_number from staging.stg_shipstation__shipments where shipment_id = 151"
        )
        assert kept.fetchall() == [("680051",)]


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()
