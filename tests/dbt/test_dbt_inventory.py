"""Stock, lots and the order in which units without a lot are taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

SHELF = {"17612": 1019, "17904": 468, "17914": 1410, "18675": 714, "18795": 7719}


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()


def ship(
    ledger: Ledger, order_id: int, ship_date: str, sku: str, quantity: int, *, load_id: str = "load-1"
) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(order_id, [line(sku, quantity)])], load_id)
        label_of_it = label(order_id + 5000, order_id, ship_date)
        raw_tables.load(connection, "shipments", [label_of_it], load_id, arrived_by="backfill")


def enter(ledger: Ledger, *entry: Any, **named: Any) -> None:
    with ledger.connect() as connection:
        raw_tables.enter(connection, *entry, **named)


def on_hand(ledger: Ledger, sku: str) -> int:
    (row,) = ledger.rows(f"select quantity_on_hand from inventory_current where sku_code = '{sku}'")
    return int(row[0])


def lots_of(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select lot_number, lot_source, quantity_shipped from shipped_items
        where shipstation_order_id = {order_id} order by lot_number nulls last
    """)


def test_nothing_but_the_opening_balances_is_on_the_shelf_of_an_empty_business(ledger: Ledger) -> None:
    ledger.build()
    assert dict(ledger.rows("select sku_code, quantity_on_hand from inventory_current")) == SHELF
    days = (date(2026, 1, 9) - date(2025, 9, 19)).days + 1
    assert ledger.rows("select count(*), min(inventory_date) from inventory_daily") == [
        (5 * days, date(2025, 9, 19))
    ]
    assert ledger.rows("select count(*) from charge_report_daily") == [(0,)]


def test_every_kind_of_entry_moves_the_shelf_and_two_equal_receipts_are_two(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2026-01-05", "17612", 576, "250400")
    enter(ledger, "r2", "receive", "2026-01-05", "17612", 576, "250400")
    enter(ledger, "p1", "repack", "2026-01-05", "17612", 4)
    enter(ledger, "u1", "adjust_up", "2026-01-06", "17612", 9)
    enter(ledger, "d1", "adjust_down", "2026-01-06", "17612", 6)
    enter(ledger, "c1", "count", "2026-01-07", "17612", -3)
    enter(ledger, "old", "receive", "2025-09-19", "17612", 1000)
    ledger.build()
    assert on_hand(ledger, "17612") == 1019 + 576 + 576 + 4 + 9 - 6 - 3
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_id = '17612-250400'") == [(1152,)]


def test_an_entry_nobody_can_book_is_listed_and_moves_nothing(ledger: Ledger) -> None:
    enter(ledger, "e1", "receive", "2026-01-05", "99999", 5)
    enter(ledger, "e2", "lend", "2026-01-05", "17612", 5)
    ledger.build()
    assert on_hand(ledger, "17612") == SHELF["17612"]
    assert ledger.rows("select count(*) from exceptions where exception_type = 'invalid_entry'") == [(2,)]


def test_shipments_up_to_the_opening_day_are_in_the_opening_balance_already(ledger: Ledger) -> None:
    ship(ledger, 1, "2025-09-19", "17612", 5)
    ship(ledger, 2, "2025-09-20", "17612", 7)
    ledger.build()
    assert on_hand(ledger, "17612") == SHELF["17612"] - 7


def test_forty_wanted_ten_left_are_10_and_30_of_the_next_lot(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-05", "17612 - 250237", 1009)
    enter(ledger, "r1", "receive", "2026-01-06", "17612", 100, "250400")
    ship(ledger, 2, "2026-01-06", "17612", 40)
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 10), ("250400", "fifo", 30)]
    ranks = ledger.rows(
        "select lot_number, quantity_on_hand, fifo_rank from lot_inventory where sku_code = '17612'"
    )
    assert sorted(ranks) == [("250237", 0, None), ("250400", 70, 1)]


def test_an_expiry_date_changes_what_is_proposed_and_no_lot_of_what_has_shipped(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2026-01-02", "17612", 100, "250400")
    ship(ledger, 1, "2026-01-05", "17612", 40)
    ledger.build()
    shipped = ledger.rows("from shipped_items order by all")
    assert lots_of(ledger, 1) == [("250237", "fifo", 40)]
    with ledger.connect() as connection:
        raw_tables.set_expiry(connection, "17612", "250400", "2026-12-31")
    ledger.build()
    assert ledger.rows("from shipped_items order by all") == shipped
    ranks = "select lot_number, fifo_rank, pick_rank, expiry_date from lot_inventory where fifo_rank is not null"
    assert ledger.rows(f"{ranks} and sku_code = '17612' order by 1") == [
        ("250237", 1, 2, None),
        ("250400", 2, 1, date(2026, 12, 31)),
    ]
    assert ledger.rows("select expiry_date from lots where lot_number = '250400'") == [(date(2026, 12, 31),)]


def test_what_no_lot_covers_stays_unassigned_and_still_counts_for_its_sku(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-05", "17612 - 250237", 1015)
    ship(ledger, 2, "2026-01-06", "17612", 10)
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 4), (None, "unassigned", 6)]
    assert on_hand(ledger, "17612") == -6
    listed = ledger.rows("select shipstation_order_id from exceptions where exception_type = 'unassigned_lot'")
    assert listed == [(2,)]


def test_a_lot_named_on_the_label_is_believed_and_listed_below_zero(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-05", "17612 - 250237", 1020)
    ledger.build()
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_number = '250237'") == [(-1,)]
    assert ledger.rows("select severity from exceptions where exception_type = 'lot_overdrawn'") == [("warning",)]
    assert ledger.rows("select status from lots where lot_number = '250237'") == [("overdrawn",)]
    enter(ledger, "u1", "adjust_up", "2026-01-07", "17612", 1, "250237")
    ledger.build()
    assert ledger.rows("select status from lots where lot_number = '250237'") == [("depleted",)]


def test_the_lot_of_a_receipt_and_of_a_label_are_the_same_lot(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2026-01-05", "17612", 20, " 250400 ")
    ship(ledger, 1, "2026-01-06", "17612 - 250400", 8)
    ledger.build()
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_number = '250400'") == [(12,)]
    assert ledger.rows("select is_inferred, status from lots where lot_number = '250400'") == [(False, "active")]


def test_the_opening_lot_250237_falls_when_labels_print_it_behind_its_sku(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-05", "17612 - 250237", 19)
    enter(ledger, "u1", "adjust_up", "2026-01-06", "17612", 5, "17612 - 250237")
    ledger.build()
    assert ledger.rows("select lot_id, quantity_on_hand from lot_inventory where sku_code = '17612'") == [
        ("17612-250237", 1019 - 19 + 5)
    ]


def test_a_lot_received_twice_is_one_lot_and_doubles_no_shipment(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2026-01-05", "17612", 20, "250400")
    enter(ledger, "r2", "receive", "2026-01-06", "17612", 30, "250400")
    ship(ledger, 1, "2026-01-07", "17612 - 250400", 8)
    ship(ledger, 2, "2026-01-07", "17612", 1030)
    ledger.build()
    assert lots_of(ledger, 1) == [("250400", "shipment", 8)]
    assert lots_of(ledger, 2) == [("250237", "fifo", 1019), ("250400", "fifo", 11)]
    assert ledger.rows(
        "select received_date, quantity_on_hand from lot_inventory where lot_number = '250400'"
    ) == [(date(2026, 1, 5), 50 - 8 - 11)]
    assert on_hand(ledger, "17612") == 1019 + 50 - 8 - 1030


def test_week_month_and_search_count_the_same_units_of_the_same_skus_stocked_or_not(ledger: Ledger) -> None:
    for number, (sku, quantity) in enumerate([("18315", 1), ("17613", 2), ("17612-6", 3), ("17975", 4)], start=1):
        ship(ledger, number, "2026-01-06", sku, quantity)
    ledger.build()
    # A bundle of 40 × 17975 and 4 of them; 2 of a twin of 17612 and 3 packs of 6.
    units = {"17975": 44, "17612": 20}
    per_sku = "select sku_code, sum(quantity_shipped) from {} group by all having sum(quantity_shipped) <> 0"
    assert dict(ledger.rows(per_sku.format("shipped_items"))) == units
    assert dict(ledger.rows(per_sku.format("weekly_shipped_history"))) == units
    assert ledger.rows("select unit_count, handling_charge_cents from charge_report_monthly") == [(64, 64 * 75)]
    assert ledger.rows("select unit_count from charge_report_daily where charge_date = date '2026-01-06'") == [
        (64,)
    ]


def test_a_lot_found_by_a_count_stands_in_the_queue_and_is_listed_as_in_it(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-02", "17612 - 250300", 5)
    enter(ledger, "c1", "count", "2026-01-05", "17612", 25, "250300")
    ship(ledger, 2, "2026-01-06", "17612", 1030)
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 1019), ("250300", "fifo", 11)]
    lots = (
        "select received_date, status, fifo_rank from lots inner join lot_inventory using (lot_id, received_date)"
    )
    assert ledger.rows(f"{lots} where lots.lot_number = '250300'") == [(date(2026, 1, 5), "active", 1)]


def test_a_lot_only_seen_on_a_label_is_made_on_sight(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-06", "17612 - 250999", 1)
    ledger.build()
    made = ledger.rows("select is_inferred, received_date, status from lots where lot_number = '250999'")
    assert made == [(True, None, "unreceived")]


def test_an_older_shipment_that_comes_late_shifts_the_lots_of_orders_nobody_touched(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2025-12-01", "17612", 500, "250400")
    ship(ledger, 1, "2026-01-05", "17612", 1000)
    ship(ledger, 2, "2026-01-06", "17612", 30)
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 19), ("250400", "fifo", 11)]
    ship(ledger, 3, "2026-01-02", "17612 - 250237", 10, load_id="load-2")
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 9), ("250400", "fifo", 21)]
    ledger.assert_same_as_full_build()


def test_a_late_receipt_gives_lots_to_units_that_had_none(ledger: Ledger) -> None:
    ship(ledger, 1, "2026-01-05", "17612", 1030)
    ledger.build()
    assert lots_of(ledger, 1) == [("250237", "fifo", 1019), (None, "unassigned", 11)]
    enter(ledger, "r1", "receive", "2026-01-05", "17612", 5, "250400")
    ledger.build()
    assert lots_of(ledger, 1) == [("250237", "fifo", 1019), ("250400", "fifo", 5), (None, "unassigned", 6)]
    ledger.assert_same_as_full_build()


def test_an_order_that_leaves_a_day_moves_its_neighbours_up(ledger: Ledger) -> None:
    enter(ledger, "r1", "receive", "2025-12-01", "17612", 500, "250400")
    for number, quantity in ((1, 1000), (2, 19), (3, 30)):
        ship(ledger, number, "2026-01-05", "17612", quantity)
    ledger.build()
    assert lots_of(ledger, 2) == [("250237", "fifo", 19)], "the last of the lot, and none of the next"
    assert lots_of(ledger, 3) == [("250400", "fifo", 30)]
    ship(ledger, 2, "2026-01-06", "17612", 19, load_id="load-2")
    ledger.build()
    assert lots_of(ledger, 3) == [("250237", "fifo", 19), ("250400", "fifo", 11)]
    ledger.assert_same_as_full_build()


def test_the_pallet_factor_of_a_day_is_the_one_valid_on_it(ledger: Ledger) -> None:
    ledger.build()
    pallets = ledger.rows("""
        select inventory_date, pallet_count from inventory_daily
        where sku_code = '17904' and inventory_date between date '2025-10-01' and date '2025-10-02' order by all
    """)
    # 468 units: 7.3 pallets of 64, 5.8 of 81.
    assert pallets == [(date(2025, 10, 1), 8), (date(2025, 10, 2), 6)]


def test_a_new_pallet_factor_changes_no_day_before_its_own(ledger: Ledger) -> None:
    pallets = "select inventory_date, pallet_count from inventory_daily where sku_code = '17612' order by all"
    ledger.build()
    before = dict(ledger.rows(pallets))
    with ledger.connect() as connection:
        connection.execute("""
            update seeds.pallet_factors set valid_to = '2026-01-07' where sku_code = '17612';
            insert into seeds.pallet_factors values ('17612', 64, '2026-01-08', null);
        """)
    ledger.build()
    # 1019 units: 21.2 pallets of 48, 15.9 of 64.
    changed = {day: count for day, count in ledger.rows(pallets) if count != before[day]}
    assert set(before.values()) == {22}
    assert changed == {date(2026, 1, 8): 16, date(2026, 1, 9): 16}


def test_the_average_counts_zero_weeks_and_only_complete_ones(new_ledger: Callable[..., Ledger]) -> None:
    thursday = new_ledger(datetime(2026, 1, 8, 18, tzinfo=UTC))
    ship(thursday, 1, "2025-12-15", "17612", 70)
    ship(thursday, 2, "2025-12-29", "17612", 80)
    ship(thursday, 3, "2026-01-07", "17612", 90)
    thursday.build()
    average = "select average_weekly_units, days_of_supply from inventory_current where sku_code = '17612'"
    # Weeks of 15, 22 and 29 December: 70, 0 and 80.
    assert thursday.rows(average) == [(50.0, pytest.approx((1019 - 240) / (50 / 7)))]
    with thursday.connect() as connection:
        raw_tables.set_context(connection, datetime(2026, 1, 9, 18, tzinfo=UTC))
    thursday.build()
    assert thursday.rows(average) == [(60.0, pytest.approx((1019 - 240) / (60 / 7)))]
    report = thursday.rows("""
        select weeks_averaged, quantity_on_hand, run_out_date from weekly_inventory_report
        where sku_code = '17612' order by week_start_date desc limit 1
    """)
    # 779 units at 60 a week last 90.9 days from 9 January.
    assert report == [(4, 779, date(2026, 4, 9))]


def test_a_shelf_that_lasts_whole_days_runs_out_on_the_last_and_not_the_day_before(
    new_ledger: Callable[..., Ledger],
) -> None:
    thursday = new_ledger(datetime(2026, 1, 8, 18, tzinfo=UTC))
    ship(thursday, 1, "2025-12-15", "17914", 7)
    thursday.build()
    # 1403 units at 7 in three weeks last 4209 days from Sunday the 4th; 7/3 has no exact binary fraction.
    report = thursday.rows("""
        select days_of_supply, run_out_date from weekly_inventory_report
        where sku_code = '17914' order by week_start_date desc limit 1
    """)
    assert report == [(4209.0, date(2026, 1, 4) + timedelta(days=4209))]
    assert thursday.rows("select days_of_supply from inventory_current where sku_code = '17914'") == [(4209.0,)]


def test_no_days_of_supply_and_no_run_out_when_nothing_was_shipped(ledger: Ledger) -> None:
    ledger.build()
    assert set(ledger.rows("select days_of_supply, alert_level from inventory_current")) == {(None, "normal")}
    assert set(ledger.rows("select run_out_date from weekly_inventory_report")) == {(None,)}
