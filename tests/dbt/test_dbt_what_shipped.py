"""What counts as shipped, when, and of which product and lot: one build of many small orders."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import fulfillment, label, line, order

JAN_5, JAN_6, JAN_7 = date(2026, 1, 5), date(2026, 1, 6), date(2026, 1, 7)


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    partly = line("17612 - 250300", 5)
    bundle, single = line("18605", 1), line("17904", 2)
    discount = line(None, 1, adjustment=True, unitPrice=-5)
    orders = [
        order(1, [line("17612 - 250300", 5)]),
        order(2, [line("17612 - 250300", 1), line("18795", 1)]),
        order(3, [line("17612 - 250300", 10)], status="awaiting_shipment"),
        order(4, [line("17612-250300", 3)]),
        order(5, [line("17612", 4)], shipDate="2026-01-07"),
        order(6, [line("17612", 452)]),
        order(7, [partly]),
        order(8, [bundle, single, discount]),
        order(9, [line("17612-6", 2), line("17612 - 15", 1)]),
        order(10, [line("17613 - 250300", 2)]),
        order(11, [line(" 17612  -  250300 ", 1)]),
        order(12, [line("99999 - 250300", 7), line("GIFT CARD", 1), line(None, 2)]),
        order(13, [line("17612 - 250300", 1)]),
        order(14, [line("17612 - 250300", 1)]),
        order(15, [line("17612 - 250300", 9)]),
        order(16, None, status="awaiting_shipment"),
        order(17, [], status="on_hold"),
        order(18, [line("17612", 1)], orderNumber="100481"),
        order(19, [line("17612", 1)], orderNumber="680001", customerEmail="another@example.test"),
        order(20, [line("17612", 1)], orderNumber="680002", customerEmail="x@example.test",
              advancedOptions={"parentId": 2, "mergedIds": []}),
        order(21, [line("17612 - 250300", 3)], orderStatus="some_new_status", unheardOf={"a": [1]}),
        order(22, [line("17612", None, unitPrice=None, lineItemKey=None)], shipDate="2026-01-05"),
        order(23, [line("17612", 1)], status="shipped", shipDate="0001-01-01"),
        order(24, [line("17612", 2)], shipDate="2026-01-05"),
        order(25, [line("17904 - 250240", 3)]),
        order(26, [line("17914 - 250297", 1, unitPrice=12), line("17914-250297", 2, orderItemId=None)]),
        {"orderId": 27, "orderNumber": None, "orderStatus": None,
         "items": [None, 7, {"sku": 17612, "quantity": "2"}]},
    ]  # fmt: skip
    shipments = [
        label(101, 1, "2026-01-05", [line("17612 - 250300", 3, orderItemId=orders[0]["items"][0]["orderItemId"])]),
        label(102, 1, "2026-01-05", [line("17612 - 250300", 2, orderItemId=orders[0]["items"][0]["orderItemId"])]),
        label(103, 2, "2026-01-05", [line("17612 - 250300", 1)]),
        label(104, 2, "2026-01-07", [line("18795", 1)]),
        label(
            105, 3, "2026-01-05", [line("17612 - 250300", 10)], voided=True, voidDate="2026-01-08T09:00:00.0000000"
        ),
        label(107, 7, "2026-01-05", [line("17612 - 250300", 2, orderItemId=partly["orderItemId"])]),
        label(108, 7, "2026-01-06"),
        label(109, 7, "2026-01-07"),
        label(110, 8, "2026-01-06"),
        label(111, 9, "2026-01-06"),
        label(112, 10, "2026-01-06"),
        label(113, 11, "2026-01-06"),
        label(114, 12, "2026-01-06"),
        label(115, 13, "2026-01-06"),
        label(116, 13, "2026-01-06", isReturnLabel=True, shipmentCost=3.0),
        label(117, 14, None),
        label(118, 15, "2025-10-01"),
        label(119, 25, "2026-01-06", [line("17904 - 250240", 3)], trackingNumber=9400111, shipmentCost=7),
        label(120, 26, "2026-01-06"),
        label(121, 999, "2026-01-06", [line("17612 - 250300", 1)]),
    ]
    fulfillments = [
        fulfillment(201, 4, "2026-01-06"),
        fulfillment(202, 5, "2026-01-05", voided=True),
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", shipments, "load-1")
        raw_tables.load(connection, "fulfillments", fulfillments, "load-1")
        connection.execute("""
            insert into raw_shipstation.carriers values
                ('stamps-1', 'stamps', 11, '{}', 'l'), ('ups-1', 'ups', 21, '{"name": "UPS"}', 'l'),
                ('ups-2', 'ups', 22, '{"name": "UPS of the customer"}', 'l');
            insert into raw_shipstation.services values
                ('ups-1-g', 'ups', 'ups_ground', '{"name": "UPS Ground"}', 'l'),
                ('ups-2-g', 'ups', 'ups_ground', '{"name": "UPS Ground"}', 'l');
            insert into raw_shipstation.findings values
                ('f1', 'poison_payload', 'error', 31, null, 'Unreadable.', '2026-01-08 10:00:00+00', null, 'l'),
                ('f2', 'poison_payload', 'error', 32, null, 'Could not.', '2026-01-08 10:00:00+00', now(), 'l');
        """)
    ledger.build()
    return ledger


def shipped(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select ship_date, sku_code, lot_number, quantity_shipped from shipped_items
        where shipstation_order_id = {order_id} order by all
    """)


def exceptions(ledger: Ledger, order_id: int) -> set[str]:
    """What is wrong with an order; units without a lot are another matter."""
    found = ledger.rows(f"select exception_type from exceptions where shipstation_order_id = {order_id}")
    return {name for (name,) in found} - {"unassigned_lot"}


def test_two_packages_of_3_and_2_are_5_units_on_one_order(ledger: Ledger) -> None:
    assert sum(quantity for *_, quantity in shipped(ledger, 1)) == 5
    assert ledger.rows("select package_count from shipped_orders where shipstation_order_id = 1") == [(2,)]


def test_an_order_with_two_ship_dates_is_charged_once_on_the_first(ledger: Ledger) -> None:
    assert shipped(ledger, 2) == [(JAN_5, "17612", "250300", 1), (JAN_7, "18795", "11001", 1)]
    assert ledger.rows("select ship_date from shipped_orders where shipstation_order_id = 2") == [(JAN_5,)]
    charged = ledger.rows("select sum(order_count) from charge_report_daily")
    assert charged == ledger.rows("select count(*) from shipped_orders where ship_date < date '2026-01-09'")


def test_a_voided_label_counts_nowhere_and_its_order_is_allocated_again(ledger: Ledger) -> None:
    assert shipped(ledger, 3) == []
    for table in ("shipped_orders", "charge_details"):
        assert ledger.rows(f"select count(*) from {table} where shipstation_order_id = 3") == [(0,)], table
    assert ledger.rows("select is_voided from packages where shipstation_order_id = 3") == [(True,)]
    assert ledger.rows("select quantity_allocated from inventory_current where sku_code = '17612'") == [(10,)]


def test_a_shipped_order_without_a_label_counts_on_its_fulfillments_date(ledger: Ledger) -> None:
    assert shipped(ledger, 4) == [(JAN_6, "17612", "250300", 3)]
    assert ledger.rows("select shipment_id from shipped_items where shipstation_order_id = 4") == [(None,)]


def test_a_voided_fulfillment_is_none_so_the_orders_own_date_counts(ledger: Ledger) -> None:
    assert [row[0] for row in shipped(ledger, 5)] == [JAN_7]


@pytest.mark.parametrize("order_id", [6, 14, 23])
def test_a_missing_ship_date_is_an_exception_and_never_the_day_of_the_run(ledger: Ledger, order_id: int) -> None:
    assert shipped(ledger, order_id) == []
    assert "missing_ship_date" in exceptions(ledger, order_id)


def test_what_no_label_lists_left_with_the_first_label_that_lists_nothing(ledger: Ledger) -> None:
    assert shipped(ledger, 7) == [(JAN_5, "17612", "250300", 2), (JAN_6, "17612", "250300", 3)]
    assert ledger.rows("select package_count from shipped_orders where shipstation_order_id = 7") == [(3,)]


def test_a_bundle_counts_as_its_components_and_a_discount_is_no_goods(ledger: Ledger) -> None:
    units = {(sku, quantity) for _, sku, _, quantity in shipped(ledger, 8)}
    assert units == {("17612", 4), ("17914", 1), ("17904", 1), ("17904", 2)}
    lines = ledger.rows("""
        select shipstation_sku_raw, sku_code, quantity, is_adjustment from order_items_inbox
        where shipstation_order_id = 8 order by line_number
    """)
    assert lines == [("18605", None, 1, False), ("17904", "17904", 2, False), (None, None, 1, True)]
    assert ledger.rows("select total_items from orders_inbox where shipstation_order_id = 8") == [(3,)]
    assert exceptions(ledger, 8) == set()


def test_packs_are_no_lots_two_of_6_and_one_of_15_are_27_units(ledger: Ledger) -> None:
    assert sum(quantity for *_, quantity in shipped(ledger, 9)) == 27
    assert {sku for _, sku, _, _ in shipped(ledger, 9)} == {"17612"}


def test_a_promotional_twin_counts_for_its_product_and_keeps_its_lot(ledger: Ledger) -> None:
    assert shipped(ledger, 10) == [(JAN_6, "17612", "250300", 2)]


def test_spaces_around_the_hyphen_do_not_matter_and_the_raw_text_is_kept(ledger: Ledger) -> None:
    assert shipped(ledger, 11) == [(JAN_6, "17612", "250300", 1)]
    raw = ledger.rows("select shipstation_sku_raw from order_items_inbox where shipstation_order_id = 11")
    assert raw == [(" 17612  -  250300 ",)]


def test_an_unknown_sku_stays_without_a_code_and_is_listed(ledger: Ledger) -> None:
    rows = shipped(ledger, 12)
    assert sum(row[3] for row in rows) == 10
    assert {row[1] for row in rows} == {None}
    assert exceptions(ledger, 12) == {"unknown_sku", "unparsed_sku"}
    listed = ledger.rows("""
        select exception_type, count(*) from exceptions where shipstation_order_id = 12 group by all order by all
    """)
    assert listed == [("unknown_sku", 1), ("unparsed_sku", 2)]


def test_a_return_label_carries_no_goods_but_its_postage_is_charged(ledger: Ledger) -> None:
    assert shipped(ledger, 13) == [(JAN_6, "17612", "250300", 1)]
    assert ledger.rows("select package_count from shipped_orders where shipstation_order_id = 13") == [(1,)]
    # Nine outbound labels at 8.35 and one at 7.00 on 6 January, and a return label at 3.00.
    assert ledger.rows("select postage_cents from charge_report_daily where charge_date = date '2026-01-06'") == [
        (9 * 835 + 700 + 300,)
    ]


def test_late_history_is_an_exception_and_in_no_report(ledger: Ledger) -> None:
    assert shipped(ledger, 15) == []
    assert exceptions(ledger, 15) == {"historical_shipment"}
    for table, day in (
        ("weekly_shipped_history", "week_start_date"),
        ("charge_report_daily", "charge_date"),
        ("charge_details", "ship_date"),
        ("shipped_orders", "ship_date"),
    ):
        assert ledger.rows(f"select min({day}) from {table}") == [(JAN_5,)], table
    moved = "select min(transaction_date) from inventory_transactions where transaction_type = 'ship'"
    assert ledger.rows(moved) == [(JAN_5,)]


@pytest.mark.parametrize("order_id", [16, 17])
def test_an_order_without_lines_is_a_ghost(ledger: Ledger, order_id: int) -> None:
    assert ledger.rows(f"select is_ghost from orders_inbox where shipstation_order_id = {order_id}") == [(True,)]
    assert exceptions(ledger, order_id) == {"ghost_order"}


def test_an_order_numbered_100481_is_manual(ledger: Ledger) -> None:
    origins = ledger.rows("select order_origin, count(*) from orders_inbox group by all order by all")
    assert origins == [("channel", 26), ("manual", 1)]


def test_one_number_for_two_customers_is_two_orders_and_an_alert(ledger: Ledger) -> None:
    assert ledger.rows("select count(*) from orders_inbox where order_number = '680001'") == [(2,)]
    assert "duplicate_order_number" in exceptions(ledger, 1) & exceptions(ledger, 19)


def test_a_split_order_shares_its_number_without_an_alert(ledger: Ledger) -> None:
    assert ledger.rows("select count(*) from orders_inbox where order_number = '680002'") == [(2,)]
    assert "duplicate_order_number" not in exceptions(ledger, 2) | exceptions(ledger, 20)


def test_an_unknown_status_is_shown_as_it_is_and_an_unknown_field_troubles_nobody(ledger: Ledger) -> None:
    assert ledger.rows("select order_status, total_items from orders_inbox where shipstation_order_id = 21") == [
        ("some_new_status", 3)
    ]
    assert exceptions(ledger, 21) == set()


def test_a_payload_of_nulls_and_wrong_types_is_loaded_and_counted_where_it_can_be(ledger: Ledger) -> None:
    assert ledger.rows("select order_status, total_items from orders_inbox where shipstation_order_id = 27") == [
        ("unknown", 2)
    ]
    assert shipped(ledger, 22) == []
    assert exceptions(ledger, 22) == {"unreadable_quantity"}
    assert exceptions(ledger, 27) == {"unparsed_sku", "unreadable_quantity"}


def test_a_carrier_code_of_two_accounts_doubles_nothing_and_names_no_account(ledger: Ledger) -> None:
    assert ledger.rows("select count(*), count(distinct shipstation_order_id) from orders_inbox") == [(27, 27)]
    assert ledger.rows("""
        select carrier_id, carrier_name, service_name, tracking_number from orders_inbox
        where shipstation_order_id = 25
    """) == [(None, "UPS", "UPS Ground", "9400111")]


def test_a_package_names_its_carrier_and_service_if_shipstation_does(ledger: Ledger) -> None:
    assert ledger.rows("""
        select shipment_id, carrier_name, service_name from packages
        where shipstation_order_id in (4, 25) order by shipstation_order_id
    """) == [(None, None, None), (119, "UPS", "UPS Ground")]
    assert ledger.rows("select count(*), count(distinct package_key) from packages") == [(22, 22)]


def test_one_sku_and_lot_on_two_lines_is_listed_and_both_lines_count(ledger: Ledger) -> None:
    assert sum(row[3] for row in shipped(ledger, 26)) == 3
    assert exceptions(ledger, 26) == {"duplicate_sku_on_order"}
    ids = ledger.rows("select order_item_id from order_items_inbox where shipstation_order_id = 26")
    assert len(set(ids)) == 2
    assert None not in {number for (number,) in ids}


def test_a_label_without_its_order_counts_and_is_listed(ledger: Ledger) -> None:
    assert shipped(ledger, 999) == [(JAN_6, "17612", "250300", 1)]
    assert exceptions(ledger, 999) == {"missing_order"}


def test_what_loading_noticed_is_listed_until_it_is_resolved(ledger: Ledger) -> None:
    found = ledger.rows(
        "select shipstation_order_id, first_seen_at from exceptions where exception_type = 'poison_payload'"
    )
    assert found == [(31, datetime(2026, 1, 8, 10, tzinfo=UTC))]


def test_pacific_wall_time_becomes_an_instant(ledger: Ledger) -> None:
    assert ledger.rows("select modified_at from orders_inbox where shipstation_order_id = 1") == [
        (datetime(2026, 1, 5, 17, 30, 27, 543000, tzinfo=UTC),)
    ]
