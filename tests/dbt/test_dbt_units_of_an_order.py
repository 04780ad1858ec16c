"""Every unit of a shipped order is on a label, on a fulfillment, or in an exception: one build of many orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import Payload, fulfillment, label, line, order

JAN_5, JAN_6, JAN_7, JAN_8 = (date(2026, 1, day) for day in (5, 6, 7, 8))
FIFTH, SIXTH, SEVENTH = (f"2026-01-0{day}" for day in (5, 6, 7))
VOIDED = {"voided": True, "voidDate": "2026-01-08T09:00:00.0000000"}


def listed(row: Payload, quantity: int, **changes: Any) -> Payload:
    """A line of an order as a label prints it; with `orderItemId=None` it does not say which line it is."""
    return row | {"quantity": quantity} | changes


def nameless(sku: str, quantity: int) -> Payload:
    """An item of a label without the id of a line."""
    return line(sku, quantity, orderItemId=None)


def business() -> tuple[list[Payload], list[Payload], list[Payload]]:
    """Orders, labels and fulfillments; each order is one shape of what labels say of their goods."""
    a = {number: line(sku, quantity) for number, (sku, quantity) in {
        2: ("17904", 1), 3: ("17914", 1), 5: ("18795", 4), 6: ("18795", 5), 7: ("17612", 2),
        8: ("17612 - 250300", 2), 9: ("17904", 5), 11: ("17612", 2), 14: ("18795", 5), 15: ("18795", 2),
        16: ("18795", 9), 17: ("18795", 3), 18: ("18795", 3), 21: ("17914", 2), 22: ("18795", 7), 25: ("18795", 3),
        26: ("17612 - 250237", 2), 27: ("18605", 2),
    }.items()}  # fmt: skip
    b = {3: line("17914", 2), 11: line("17612", 2), 26: line("17612 - 250240", 2)}
    discount = line(None, 1, adjustment=True, unitPrice=-5)
    orders = [
        order(1, [line("18675", 1), line("18675", 2)]),
        order(2, [a[2], line("17904", 2)], status="awaiting_shipment"),
        order(3, [a[3], b[3]]),
        order(4, [line("18605", 1), line("18605", 2)]),
        order(5, [a[5]]),
        order(6, [a[6]]),
        order(7, [a[7], line("18795", 4)]),
        order(8, [a[8]]),
        order(9, [a[9]], status="on_hold"),
        order(10, [line("17612 - 250237", 2), line("17612 - 250240", 3)]),
        order(11, [a[11], b[11]]),
        order(12, [line("17612", 3)]),
        order(13, [line("17612 - 250237", 2)]),
        order(14, [a[14]]),
        order(15, [a[15]]),
        order(16, [a[16]]),
        order(17, [a[17]], shipDate=SEVENTH),
        order(18, [a[18]]),
        order(19, [line("18605", 1)]),
        order(20, [line("18795", 3), discount]),
        order(21, [a[21]]),
        order(22, [a[22]], status="cancelled"),
        order(23, []),
        order(24, [line(None, 2)]),
        order(25, [a[25]]),
        order(26, [a[26], b[26]]),
        order(27, [a[27]]),
    ]
    labels = [
        label(101, 1, FIFTH, [nameless("18675", 3)]), label(102, 1, SIXTH),
        label(103, 2, FIFTH, [listed(a[2], 3)]),
        label(104, 3, FIFTH, [a[3], b[3]]), label(105, 3, SIXTH),
        label(106, 4, FIFTH, [nameless("18605", 3)]),
        label(107, 5, FIFTH, [listed(a[5], 0)]),
        label(108, 6, FIFTH, [listed(a[6], 2)]),
        label(109, 7, FIFTH, [a[7]]),
        label(110, 8, FIFTH, [a[8]]), label(111, 8, SIXTH, [a[8]]),
        label(112, 9, FIFTH, [listed(a[9], 2)]),
        label(113, 10, FIFTH, [nameless("17612-250240", 1)]), label(114, 10, FIFTH, [nameless("17612-250240", 2)]),
        label(115, 10, SIXTH),
        label(116, 11, FIFTH, [b[11]]), label(117, 11, FIFTH, [nameless("17612", 1)]),
        label(118, 12, FIFTH, [line("17612", 3, orderItemId=999)]), label(119, 12, SIXTH),
        label(120, 13, FIFTH, [nameless("17612 - 250300", 2)]), label(121, 13, SIXTH),
        label(122, 14, FIFTH, [listed(a[14], 3)], **VOIDED), label(123, 14, SIXTH, [listed(a[14], 2)]),
        label(124, 15, FIFTH, [a[15]]), label(125, 15, SIXTH, [a[15]], isReturnLabel=True),
        label(126, 16, FIFTH, [listed(a[16], 1)]),
        label(127, 17, FIFTH, [listed(a[17], 1)]),
        label(128, 18, SIXTH, [a[18]]),
        label(129, 19, FIFTH, [nameless("17612", 4)]),
        label(130, 20, FIFTH, [listed(discount, 1, adjustment=False)]),
        label(131, 21, FIFTH, [listed(a[21], 2, sku="17904")]),
        label(132, 22, FIFTH, [listed(a[22], 1)]),
        label(133, 23, FIFTH, [nameless("18795", 1)]),
        label(134, 24, FIFTH, [nameless("", 2)]), label(135, 24, SIXTH),
        label(136, 25, FIFTH, [listed(a[25], 1)]), label(137, 25, SEVENTH), label(138, 25, SIXTH, []),
        label(139, 26, FIFTH, [listed(b[26], 2, sku="17612 - 250300")]), label(140, 26, SIXTH),
        label(141, 27, FIFTH, [listed(a[27], 1)]), label(142, 27, SIXTH),
    ]  # fmt: skip
    fulfillments = [
        fulfillment(201, 7, SIXTH),
        fulfillment(202, 11, SIXTH),
        fulfillment(203, 14, SEVENTH, **VOIDED),
        fulfillment(204, 16, SEVENTH), fulfillment(205, 16, SIXTH), fulfillment(206, 16, FIFTH, **VOIDED),
        fulfillment(207, 17, None),
        fulfillment(208, 18, FIFTH),
        fulfillment(209, 19, SIXTH),
        fulfillment(210, 9, SIXTH),
        fulfillment(211, 25, FIFTH),
    ]  # fmt: skip
    return orders, labels, fulfillments


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    with ledger.connect() as connection:
        for name, rows in zip(("orders", "shipments", "fulfillments"), business(), strict=True):
            raw_tables.load(connection, name, rows, "load-1")
    ledger.build()
    return ledger


def shipped(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    """Day, label, product and units; the lot is another matter."""
    return ledger.rows(f"""
        select ship_date, shipment_id, sku_code, sum(quantity_shipped)::bigint from shipped_items
        where shipstation_order_id = {order_id} group by all order by all
    """)


def lots(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    """Lot and units as labels and lines name them."""
    return ledger.rows(f"""
        select lot_number, sum(quantity_shipped)::bigint from shipped_items
        where shipstation_order_id = {order_id} and lot_source = 'shipment' group by all order by all
    """)


def exceptions(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    """What is said of the order's units."""
    return ledger.rows(f"""
        select exception_type, detail from exceptions
        where
            shipstation_order_id = {order_id}
            and exception_type in ('units_not_on_labels', 'more_shipped_than_ordered')
        order by all
    """)


@pytest.mark.parametrize(
    ("order_id", "expected"),
    [
        (1, [(JAN_5, 101, "18675", 3)]),
        (2, [(JAN_5, 103, "17904", 3)]),
        (3, [(JAN_5, 104, "17914", 3)]),
        (4, [(JAN_5, 106, "17612", 12), (JAN_5, 106, "17904", 3), (JAN_5, 106, "17914", 3)]),
        (
            27,
            [
                (day, label_id, sku, units)
                for day, label_id in ((JAN_5, 141), (JAN_6, 142))
                for sku, units in (("17612", 4), ("17904", 1), ("17914", 1))
            ],
        ),
    ],
)
def test_labels_use_up_the_lines_of_a_sku_in_their_order_so_nothing_counts_twice(
    ledger: Ledger, order_id: int, expected: list[tuple[Any, ...]]
) -> None:
    assert shipped(ledger, order_id) == expected
    assert exceptions(ledger, order_id) == []


@pytest.mark.parametrize("order_id", [5, 20])
def test_a_label_that_lists_zeros_or_discounts_only_lists_nothing_and_carries_the_goods(
    ledger: Ledger, order_id: int
) -> None:
    units = {5: 4, 20: 3}[order_id]
    assert [row[2:] for row in shipped(ledger, order_id)] == [("18795", units)]
    assert exceptions(ledger, order_id) == []


@pytest.mark.parametrize(("order_id", "units", "missing"), [(6, 2, 3), (14, 2, 3)])
def test_units_of_a_shipped_order_on_no_label_are_an_exception_and_do_not_count(
    ledger: Ledger, order_id: int, units: int, missing: int
) -> None:
    assert [row[2:] for row in shipped(ledger, order_id)] == [("18795", units)]
    assert exceptions(ledger, order_id) == [
        ("units_not_on_labels",
         f"{missing} of 18795 were ordered and shipped, but are on no label and no fulfillment; "
         "they are in no report."),
    ]  # fmt: skip


def test_what_labels_do_not_list_left_with_the_first_fulfillment(ledger: Ledger) -> None:
    assert shipped(ledger, 7) == [(JAN_5, 109, "17612", 2), (JAN_6, None, "18795", 4)]
    assert shipped(ledger, 11) == [(JAN_5, 116, "17612", 2), (JAN_5, 117, "17612", 1), (JAN_6, None, "17612", 1)]
    assert shipped(ledger, 16) == [(JAN_5, 126, "18795", 1), (JAN_6, None, "18795", 8)]
    assert shipped(ledger, 17) == [(JAN_5, 127, "18795", 1), (JAN_7, None, "18795", 2)], "the order's own day"
    assert shipped(ledger, 19) == [
        (JAN_5, 129, "17612", 4), (JAN_6, None, "17904", 1), (JAN_6, None, "17914", 1),
    ]  # fmt: skip
    assert [exceptions(ledger, order_id) for order_id in (7, 11, 16, 17, 19)] == [[]] * 5


def test_a_fulfillment_beside_labels_that_list_everything_carries_nothing(ledger: Ledger) -> None:
    assert shipped(ledger, 18) == [(JAN_6, 128, "18795", 3)]
    assert ledger.rows("select ship_date, package_count from shipped_orders where shipstation_order_id = 18") == [
        (JAN_6, 1)
    ]


def test_a_label_that_lists_nothing_goes_before_a_fulfillment_and_the_older_of_two_carries(
    ledger: Ledger,
) -> None:
    assert shipped(ledger, 25) == [(JAN_5, 136, "18795", 1), (JAN_6, 138, "18795", 2)]


def test_more_on_labels_than_was_ordered_counts_and_is_an_exception(ledger: Ledger) -> None:
    assert shipped(ledger, 8) == [(JAN_5, 110, "17612", 2), (JAN_6, 111, "17612", 2)]
    assert exceptions(ledger, 8) == [
        ("more_shipped_than_ordered", "4 of 17612 are on labels, but 2 were ordered.")
    ]


def test_what_labels_of_an_open_order_do_not_list_stays_open(ledger: Ledger) -> None:
    assert shipped(ledger, 9) == [(JAN_5, 112, "17904", 2)]
    assert [exceptions(ledger, order_id) for order_id in (2, 9)] == [[], []]
    allocated = ledger.rows("select quantity_allocated from inventory_current where sku_code = '17904'")
    assert allocated == [(3,)], "of order 9; order 2 has left"


def test_items_without_an_id_take_the_line_of_their_lot_before_others_of_their_product(ledger: Ledger) -> None:
    assert lots(ledger, 10) == [("250237", 2), ("250240", 3)]
    assert [row[1] for row in shipped(ledger, 10)] == [113, 114, 115]
    assert lots(ledger, 13) == [("250300", 2)], "packed from another lot than was ordered"
    assert shipped(ledger, 12) == [(JAN_5, 118, "17612", 3)], "its id is of no line"
    assert shipped(ledger, 24) == [(JAN_5, 134, None, 2)], "without a SKU text, like the line"


def test_an_id_says_which_line_another_lot_was_packed_for(ledger: Ledger) -> None:
    assert lots(ledger, 26) == [("250237", 2), ("250300", 2)]


def test_another_product_than_the_line_it_names_does_not_stand_for_it(ledger: Ledger) -> None:
    assert shipped(ledger, 21) == [(JAN_5, 131, "17904", 2)]
    assert [kind for kind, _ in exceptions(ledger, 21)] == ["more_shipped_than_ordered", "units_not_on_labels"]


@pytest.mark.parametrize("order_id", [15, 22, 23])
def test_return_labels_cancelled_orders_and_orders_without_lines_are_no_exception_here(
    ledger: Ledger, order_id: int
) -> None:
    assert sum(row[-1] for row in shipped(ledger, order_id)) == {15: 2, 22: 1, 23: 1}[order_id]
    assert exceptions(ledger, order_id) == []


def test_an_order_on_labels_and_a_fulfillment_is_charged_once_and_only_labels_are_packages(
    ledger: Ledger,
) -> None:
    assert ledger.rows("""
        select shipment_id, order_count, package_count, unit_count, units_by_sku, postage_cents, ship_date
        from charge_details where shipstation_order_id = 7 order by ship_date
    """) == [(109, 1, 1, 2, "17612:2", 835, JAN_5), (None, 0, 0, 4, "18795:4", 0, JAN_6)]
    assert ledger.rows("""
        select ship_date, package_count, shipping_cost_cents, tracking_number
        from shipped_orders where shipstation_order_id = 7
    """) == [(JAN_5, 1, 835, "1Z109")]
    charged = ledger.rows("select sum(order_count), sum(unit_count) from charge_report_daily")
    assert charged == [(27, sum(row[-1] for number in range(1, 28) for row in shipped(ledger, number) if row[2]))]
