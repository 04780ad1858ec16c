"""Days, ties and bounds of orders and of how they left: one build of many orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import Payload, fulfillment, label, line, order

JAN_5, JAN_6, JAN_7 = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)
FIFTH, SIXTH, SEVENTH = (f"2026-01-0{day}" for day in (5, 6, 7))
GONE, HELD_BY_TWO, SENT_BACK, ELSEWHERE, FOUR_LABELS, NAMELESS, SAME_IDS = range(201, 208)
OPEN = ["awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment"]
# As ShipStation prints it, in Pacific time, and the day in Chicago. Both change their clocks on 9 March and on
# 2 November 2025, Chicago two hours earlier.
ORDERED = {
    "2026-01-05T21:59:59.9990000": date(2026, 1, 5),
    "2026-01-05T22:00:00.0000000": date(2026, 1, 6),
    "2025-07-05T22:00:00.0000000": date(2025, 7, 6),
    "2025-11-01T21:59:59.0000000": date(2025, 11, 1),
    "2025-11-01T22:00:00.0000000": date(2025, 11, 2),
    "2025-11-02T21:59:59.0000000": date(2025, 11, 2),
    "2025-11-02T22:00:00.0000000": date(2025, 11, 3),
    "2025-03-08T21:59:59.0000000": date(2025, 3, 8),
    "2025-03-08T22:00:00.0000000": date(2025, 3, 9),
    "2025-03-09T21:59:59.0000000": date(2025, 3, 9),
    "2025-03-09T22:00:00.0000000": date(2025, 3, 10),
}


def bought(shipment_id: int, order_id: int, ship_date: str, hour: str | None, **changes: Any) -> Payload:
    """A label bought on 5 January, at an hour or nobody knows when."""
    at = None if hour is None else f"{FIFTH}T{hour}:00.0000000"
    return label(shipment_id, order_id, ship_date, createDate=at, **changes)


def business() -> tuple[list[Payload], list[Payload], list[Payload]]:
    """Orders, labels and fulfillments."""
    first, second = line("18795", 1, orderItemId=77), line("18795", 2, orderItemId=77)
    orders = [
        *(order(number, [], "cancelled", orderDate=text) for number, text in enumerate(ORDERED, start=1)),
        order(50, [], "cancelled", orderDate=None, createDate="2026-01-05T22:00:00.0000000"),
        order(GONE, [line("18795", 1)], "on_hold", orderNumber="contested"),
        order(HELD_BY_TWO, [line("18795", 1)], "on_hold", orderNumber="contested"),
        order(SENT_BACK, [line("17612", 2)]),
        order(ELSEWHERE, [line("17612", 3)], shipDate=SEVENTH, carrierCode="dhl"),
        order(FOUR_LABELS, [line("17612", 4)]),
        order(NAMELESS, [line("17612", 1)]),
        order(SAME_IDS, [first, second, line("18795", 3, orderItemId=None)], "cancelled"),
        *(
            order(300 + number, [line("18675", 10**number)], status)
            for number, status in enumerate([*OPEN, "cancelled", "some_new_status"])
        ),
        order(310, [line("18675", 5)], "awaiting_shipment"),
    ]
    labels = [
        bought(41, SENT_BACK, FIFTH, "08:00", isReturnLabel=True, shipmentCost=3, carrierCode="fedex"),
        bought(42, SENT_BACK, SIXTH, "09:00"),
        bought(61, FOUR_LABELS, SEVENTH, "10:00", carrierCode="fedex"),
        bought(62, FOUR_LABELS, SIXTH, "11:00"),
        bought(63, FOUR_LABELS, SIXTH, None),
        bought(64, FOUR_LABELS, SIXTH, "10:30"),
        bought(65, FOUR_LABELS, SIXTH, "10:30"),
        bought(71, NAMELESS, SIXTH, "10:00", carrierCode=None, serviceCode=None, shipmentCost=2.5),
        bought(81, 310, SIXTH, "10:00"),
    ]
    fulfillments = [
        fulfillment(91, ELSEWHERE, SEVENTH, carrierCode="later"),
        fulfillment(93, ELSEWHERE, SIXTH, carrierCode="tie"),
        fulfillment(92, ELSEWHERE, SIXTH),
        fulfillment(90, ELSEWHERE, None, carrierCode="undated"),
        fulfillment(89, ELSEWHERE, FIFTH, carrierCode="void", voided=True),
    ]
    return orders, labels, fulfillments


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    seen = datetime(2026, 1, 5, 12, tzinfo=UTC)
    with ledger.connect() as connection:
        for name, rows in zip(("orders", "shipments", "fulfillments"), business(), strict=True):
            raw_tables.load(connection, name, rows, "load-1", seen_at=seen)
        raw_tables.note_state(connection, GONE, "missing_in_shipstation", "load-1", since_at=seen, checked_at=seen)
    ledger.build()
    return ledger


def test_an_order_is_of_the_day_it_was_in_the_business_around_midnight_and_when_clocks_change(
    ledger: Ledger,
) -> None:
    days = dict(ledger.rows("select shipstation_order_id, order_date from orders_inbox"))
    assert {text: days[number] for number, text in enumerate(ORDERED, start=1)} == ORDERED
    assert days[50] == JAN_6, "without a date of its own it is of the day it was made"


def test_an_order_that_has_gone_contests_no_number(ledger: Ledger) -> None:
    found = ledger.rows(
        "select shipstation_order_id, has_contested_number from orders_inbox where order_number = 'contested'"
    )
    assert sorted(found) == [(GONE, False), (HELD_BY_TWO, False)]
    assert ledger.rows("select count(*) from exceptions where exception_type = 'duplicate_order_number'") == [(0,)]


def test_a_return_label_before_all_others_is_not_how_its_order_left(ledger: Ledger) -> None:
    assert ledger.rows(f"""
        select ship_date, package_count, shipping_cost_cents, tracking_number
        from shipped_orders where shipstation_order_id = {SENT_BACK}
    """) == [(JAN_6, 1, 835, "1Z42")]
    assert ledger.rows(f"""
        select ship_date, carrier_code, tracking_number from orders_inbox where shipstation_order_id = {SENT_BACK}
    """) == [(JAN_6, "ups", "1Z42")]
    assert ledger.rows(f"""
        select shipment_id, ship_date, order_count, package_count, unit_count, postage_cents
        from charge_details where shipstation_order_id = {SENT_BACK} order by 1
    """) == [(41, JAN_5, 0, 0, 0, 300), (42, JAN_6, 1, 1, 2, 835)]


def test_of_several_fulfillments_the_earliest_counts_then_the_lower_id_and_one_without_a_day_last(
    ledger: Ledger,
) -> None:
    assert ledger.rows(f"""
        select ship_date, package_count, tracking_number from shipped_orders
        where shipstation_order_id = {ELSEWHERE}
    """) == [(JAN_6, 0, "940092")]
    assert ledger.rows(f"""
        select ship_date, carrier_code, tracking_number from orders_inbox where shipstation_order_id = {ELSEWHERE}
    """) == [(JAN_6, "usps", "940092")]


def test_an_order_is_charged_with_the_label_of_its_first_day_that_was_bought_first(ledger: Ledger) -> None:
    assert ledger.rows(f"""
        select shipment_id, ship_date from charge_details
        where shipstation_order_id = {FOUR_LABELS} and order_count = 1
    """) == [(64, JAN_6)]
    assert ledger.rows(f"""
        select ship_date, package_count, tracking_number from shipped_orders
        where shipstation_order_id = {FOUR_LABELS}
    """) == [(JAN_6, 5, "1Z64")]
    assert ledger.rows(f"""
        select ship_date, carrier_code, tracking_number from orders_inbox
        where shipstation_order_id = {FOUR_LABELS}
    """) == [(JAN_6, "fedex", "1Z61")], "the label that was bought first, whatever its day"
    assert ledger.rows(f"""
        select shipment_id from shipped_items where shipstation_order_id = {FOUR_LABELS}
    """) == [(61,)], "none lists anything: the first has it all"


def test_a_label_without_carrier_or_service_is_charged_as_unknown(ledger: Ledger) -> None:
    found = ledger.rows(
        "select package_count, postage_cents from charge_report_carriers where carrier_code = 'unknown'"
    )
    assert found == [(1, 250)]


def test_lines_of_one_id_get_ids_of_their_own_and_the_first_keeps_it(ledger: Ledger) -> None:
    lines = ledger.rows(f"""
        select line_number, quantity, order_item_id from order_items_inbox
        where shipstation_order_id = {SAME_IDS} order by 1
    """)
    assert [row[:2] for row in lines] == [(1, 1), (2, 2), (3, 3)]
    assert lines[0][2] == 77
    assert lines[1][2] < 0 and lines[2][2] < 0 and lines[1][2] != lines[2][2]


def test_orders_of_each_open_state_are_promised_and_no_others(ledger: Ledger) -> None:
    allocated = ledger.rows("select quantity_allocated from inventory_current where sku_code = '18675'")
    assert allocated == [(1111,)], "neither cancelled, nor unknown, nor on a label already"
