"""Refunds move no unit, and a quantity or amount that cannot be read is listed with its text: one build."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

# What a quantity was printed as, and how the exception shows it.
UNREADABLE = {
    "null": None,
    '"1,200"': "1,200",
    '"NaN"': "NaN",
    '"Infinity"': "Infinity",
    '"two"': "two",
    '""': "",
    '"true"': True,
    '"{"a":1}"': {"a": 1},
    '"[2]"': [2],
    '"2.5"': 2.5,
    '"2.00001"': 2.00001,
    '"1e+300"': 1e300,
    '"4611686018427387904"': 2**62,
    '"1_000"': "1_000",
    '"17612<U+200B>"': "17612\u200b",
}
READABLE: dict[int, Any] = {2: "2", 3: 3.0, 4: " 4 ", 1000: 1e3, 0: -0.0}


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    refund, goods = line("17904", -1), line("17904", 3)
    both = [line("17904", -2), line("17904", 4)]
    dear = line("18795", 1, unitPrice="12,50")
    orders = [
        order(1, [refund]),
        order(2, [goods]),
        order(3, [line("17904", -1), line("18675", 2)]),
        order(4, [line("17904", -5), line("17612", 2), line("no SKU", -3)], "awaiting_shipment"),
        order(5, both),
        order(6, [line("17914", 3, orderItemId=61)]),
        order(7, [line(None, -1, adjustment=True, unitPrice=-5), line("17914", 1)], "on_hold"),
        order(11, [line("17612", text) for text in UNREADABLE.values()], "awaiting_shipment"),
        order(12, [line("17612", printed) for printed in READABLE.values()], "cancelled"),
        order(13, [line("17612", 1)]),
        order(14, [dear], orderTotal="n/a", amountPaid=True, taxAmount=None, shippingAmount="7.5"),
        order(15, [line("18795", 1)]),
    ]
    labels = [
        label(101, 1, "2026-01-06", [refund]),
        label(102, 2, "2026-01-06", [goods]),
        label(103, 3, "2026-01-06"),
        label(105, 5, "2026-01-06", [line("17904", 4, orderItemId=None)]),
        label(106, 5, "2026-01-07"),
        label(107, 6, "2026-01-06", [line("17914", -1, orderItemId=61)]),
        label(108, 6, "2026-01-07"),
        label(113, 13, "2026-01-07", [line("17612", "1,200"), line("17612", 1)]),
        label(114, 14, "2026-01-08", shipmentCost="7.30 USD", insuranceCost=None),
        label(115, 15, "2026-01-08", shipmentCost="8.40", insuranceCost="0.10"),
        label(116, 15, "2026-01-08", shipmentCost="void", voided=True),
    ]
    ledger = new_ledger()
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", labels, "load-1")
    ledger.build()
    return ledger


def shipped(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select shipment_id, sku_code, lot_number, quantity_shipped from shipped_items
        where shipstation_order_id = {order_id} order by all
    """)


def details(ledger: Ledger, exception_type: str, order_id: int) -> list[str]:
    found = ledger.rows(f"""
        select detail from exceptions
        where exception_type = '{exception_type}' and shipstation_order_id = {order_id} order by all
    """)
    return [detail for (detail,) in found]


@pytest.mark.parametrize("order_id", [1, 3])
def test_a_line_below_zero_is_a_refund_and_listed(ledger: Ledger, order_id: int) -> None:
    assert details(ledger, "refund_line", order_id) == ['A line of -1 of SKU "17904" is a refund: no units move.']
    assert all(sku != "17904" for _, sku, *_ in shipped(ledger, order_id))


def test_a_refund_of_one_order_changes_no_lot_of_another(ledger: Ledger) -> None:
    assert shipped(ledger, 2) == [(102, "17904", "250240", 3)]
    assert shipped(ledger, 3) == [(103, "18675", "240231", 2)]
    on_hand = "select quantity_on_hand from inventory_current where sku_code = '17904'"
    assert ledger.rows(on_hand) == [(468 - 3 - 4,)]
    assert ledger.rows("select sum(quantity) from inventory_transactions where sku_code = '17904'") == [(461,)]


def test_a_refund_takes_nothing_from_the_goods_beside_it_on_order_or_label(ledger: Ledger) -> None:
    assert shipped(ledger, 5) == [(105, "17904", "250240", 4)]
    assert details(ledger, "duplicate_sku_on_order", 5) == []
    assert sum(units for *_, units in shipped(ledger, 6)) == 3
    assert details(ledger, "refund_line", 6) == ['A line of -1 of SKU "17914" is a refund: no units move.']


def test_a_refund_is_not_taken_off_what_is_open_and_its_text_needs_no_product(ledger: Ledger) -> None:
    allocated = dict(ledger.rows("select sku_code, quantity_allocated from inventory_current"))
    assert (allocated["17904"], allocated["17612"], allocated["17914"]) == (0, 2, 1)
    assert ledger.rows("select total_items from orders_inbox where shipstation_order_id = 4") == [(2,)]
    kinds = ledger.rows("select exception_type, detail from exceptions where shipstation_order_id = 4 order by 2")
    assert kinds == [
        ("refund_line", 'A line of -3 of SKU "no SKU" is a refund: no units move.'),
        ("refund_line", 'A line of -5 of SKU "17904" is a refund: no units move.'),
    ]


def test_the_line_stays_on_its_order_as_it_was_sold(ledger: Ledger) -> None:
    lines = "select quantity from order_items_inbox where shipstation_order_id = {} order by line_number"
    assert ledger.rows(lines.format(5)) == [(-2,), (4,)]
    assert ledger.rows(lines.format(11)) == [(None,)] * len(UNREADABLE)
    assert ledger.rows(lines.format(12)) == [(quantity,) for quantity in READABLE]
    assert ledger.rows("select total_items from orders_inbox where shipstation_order_id = 12") == [(1009,)]


def test_a_discount_is_no_refund(ledger: Ledger) -> None:
    assert details(ledger, "refund_line", 7) == []


def test_a_quantity_that_cannot_be_read_is_listed_for_each_line_with_its_text(ledger: Ledger) -> None:
    assert sorted(details(ledger, "unreadable_quantity", 11)) == sorted(
        f'Line {number} (SKU "17612"): its quantity {shown} cannot be read, so the line counts no units.'
        for number, shown in enumerate(UNREADABLE, 1)
    )
    assert details(ledger, "unreadable_quantity", 12) == []
    assert details(ledger, "unreadable_quantity", 13) == [
        'Line 1 of label 113 (SKU "17612"): its quantity "1,200" cannot be read, so the line counts no units.'
    ]
    assert sum(units for *_, units in shipped(ledger, 13)) == 1


def test_an_amount_that_cannot_be_read_is_listed_with_its_field_and_text(ledger: Ledger) -> None:
    assert details(ledger, "unreadable_amount", 14) == [
        'Line 1 (SKU "18795"): its unitPrice "12,50" cannot be read.',
        "The insuranceCost null of label 114 cannot be read, so nothing is charged for it.",
        'The order\'s amountPaid "true" cannot be read.',
        'The order\'s orderTotal "n/a" cannot be read.',
        'The shipmentCost "7.30 USD" of label 114 cannot be read, so nothing is charged for it.',
    ]
    assert details(ledger, "unreadable_amount", 15) == [], (
        "amounts as text can be read; a void label costs nothing"
    )
    assert ledger.rows("select postage_cents from charge_report_daily where charge_date = date '2026-01-08'") == [
        (850,)
    ]


def test_units_billed_are_those_that_moved(ledger: Ledger) -> None:
    assert ledger.rows("select unit_count from charge_report_monthly") == [(3 + 2 + 4 + 3 + 1 + 1 + 1,)]
