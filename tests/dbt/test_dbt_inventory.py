"""Stock, lots and the order in which units without a lot are taken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import raw_tables
from arrivals import enter, ship
from ledger_under_test import Ledger
from side_by_side import Steps, side_by_side

SHELF = {"17612": 1019, "17904": 468, "17914": 1410, "18675": 714, "18795": 7719}
THURSDAY, FRIDAY = datetime(2026, 1, 8, 18, tzinfo=UTC), datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Thursday 8 January, and products 30001 to 30016 that are as 17612 is: one for each test."""
    ledger = new_ledger(THURSDAY)
    with ledger.connect() as connection:
        connection.execute(f"attach '{ledger.marts}' as ledger")
        for table in ("seeds.skus", "seeds.pallet_factors", "seeds.opening_balances", "ledger.marts.skus"):
            sku_id = "number::varchar as sku_id, " if table == "ledger.marts.skus" else ""
            connection.execute(f"""
                insert into {table} by name
                select of_17612.* replace ({sku_id}number::varchar as sku_code)
                from {table} as of_17612 cross join range(30001, 30017) as numbers (number)
                where sku_code = '17612'
            """)
    return ledger


@pytest.fixture(scope="module")
def empty(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    ledger.build()
    return ledger


def on_hand(ledger: Ledger, sku: str) -> int:
    (row,) = ledger.rows(f"select quantity_on_hand from inventory_current where sku_code = '{sku}'")
    return int(row[0])


def lots_of(ledger: Ledger, order_id: int) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select lot_number, lot_source, quantity_shipped from shipped_items
        where shipstation_order_id = {order_id} order by lot_number nulls last
    """)


def test_nothing_but_the_opening_balances_is_on_the_shelf_of_an_empty_business(empty: Ledger) -> None:
    assert dict(empty.rows("select sku_code, quantity_on_hand from inventory_current")) == SHELF
    days = (date(2026, 1, 9) - date(2025, 9, 19)).days + 1
    assert empty.rows("select count(*), min(inventory_date) from inventory_daily") == [
        (5 * days, date(2025, 9, 19))
    ]
    assert empty.rows("select count(*) from charge_report_daily") == [(0,)]


@side_by_side
def test_every_kind_of_entry_moves_the_shelf_and_two_equal_receipts_are_two(ledger: Ledger) -> Steps:
    enter(ledger, "r11", "receive", "2026-01-05", "30001", 576, "250400")
    enter(ledger, "r12", "receive", "2026-01-05", "30001", 576, "250400")
    enter(ledger, "p11", "repack", "2026-01-05", "30001", 4)
    enter(ledger, "u11", "adjust_up", "2026-01-06", "30001", 9)
    enter(ledger, "d11", "adjust_down", "2026-01-06", "30001", 6)
    enter(ledger, "c11", "count", "2026-01-07", "30001", -3)
    enter(ledger, "old", "receive", "2025-09-19", "30001", 1000)
    yield
    assert on_hand(ledger, "30001") == 1019 + 576 + 576 + 4 + 9 - 6 - 3
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_id = '30001-250400'") == [(1152,)]


@side_by_side
def test_an_entry_nobody_can_book_is_listed_and_moves_nothing(ledger: Ledger) -> Steps:
    enter(ledger, "e21", "receive", "2026-01-05", "99999", 5)
    enter(ledger, "e22", "lend", "2026-01-05", "30002", 5)
    yield
    assert on_hand(ledger, "30002") == 1019
    listed = "select split_part(detail, ' ', 2) from exceptions where exception_type = 'invalid_entry' order by 1"
    assert ledger.rows(listed) == [("e21",), ("e22",)]


@side_by_side
def test_shipments_up_to_the_opening_day_are_in_the_opening_balance_already(ledger: Ledger) -> Steps:
    ship(ledger, 31, "2025-09-19", "30003", 5)
    ship(ledger, 32, "2025-09-20", "30003", 7)
    yield
    assert on_hand(ledger, "30003") == 1019 - 7


@side_by_side
def test_forty_wanted_ten_left_are_10_and_30_of_the_next_lot(ledger: Ledger) -> Steps:
    ship(ledger, 41, "2026-01-05", "30004 - 250237", 1009)
    enter(ledger, "r41", "receive", "2026-01-06", "30004", 100, "250400")
    ship(ledger, 42, "2026-01-06", "30004", 40)
    yield
    assert lots_of(ledger, 42) == [("250237", "fifo", 10), ("250400", "fifo", 30)]
    ranks = ledger.rows(
        "select lot_number, quantity_on_hand, fifo_rank from lot_inventory where sku_code = '30004'"
    )
    assert sorted(ranks) == [("250237", 0, None), ("250400", 70, 1)]


@side_by_side
def test_an_expiry_date_changes_what_is_proposed_and_no_lot_of_what_has_shipped(ledger: Ledger) -> Steps:
    enter(ledger, "r51", "receive", "2026-01-02", "30005", 100, "250400")
    ship(ledger, 51, "2026-01-05", "30005", 40)
    yield
    items = "from shipped_items where sku_code = '30005' order by all"
    shipped = ledger.rows(items)
    assert lots_of(ledger, 51) == [("250237", "fifo", 40)]
    with ledger.connect() as connection:
        raw_tables.set_expiry(connection, "30005", "250400", "2026-12-31")
    yield
    assert ledger.rows(items) == shipped
    ranks = "select lot_number, fifo_rank, pick_rank, expiry_date from lot_inventory where fifo_rank is not null"
    assert ledger.rows(f"{ranks} and sku_code = '30005' order by 1") == [
        ("250237", 1, 2, None),
        ("250400", 2, 1, date(2026, 12, 31)),
    ]
    assert ledger.rows("select expiry_date from lots where lot_id = '30005-250400'") == [(date(2026, 12, 31),)]


@side_by_side
def test_what_no_lot_covers_stays_unassigned_and_still_counts_for_its_sku(ledger: Ledger) -> Steps:
    ship(ledger, 61, "2026-01-05", "30006 - 250237", 1015)
    ship(ledger, 62, "2026-01-06", "30006", 10)
    yield
    assert lots_of(ledger, 62) == [("250237", "fifo", 4), (None, "unassigned", 6)]
    assert on_hand(ledger, "30006") == -6
    listed = ledger.rows("""
        select shipstation_order_id from exceptions
        where exception_type = 'unassigned_lot' and shipstation_order_id in (61, 62)
    """)
    assert listed == [(62,)]


@side_by_side
def test_a_lot_named_on_the_label_is_believed_and_listed_below_zero(ledger: Ledger) -> Steps:
    ship(ledger, 71, "2026-01-05", "30007 - 250237", 1020)
    yield
    status = "select status from lots where lot_id = '30007-250237'"
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_id = '30007-250237'") == [(-1,)]
    assert ledger.rows("""
        select severity from exceptions where exception_type = 'lot_overdrawn' and contains(detail, '30007-250237')
    """) == [("warning",)]
    assert ledger.rows(status) == [("overdrawn",)]
    enter(ledger, "u71", "adjust_up", "2026-01-07", "30007", 1, "250237")
    yield
    assert ledger.rows(status) == [("depleted",)]


@side_by_side
def test_the_lot_of_a_receipt_and_of_a_label_are_the_same_lot(ledger: Ledger) -> Steps:
    enter(ledger, "r81", "receive", "2026-01-05", "30008", 20, " 250400 ")
    ship(ledger, 81, "2026-01-06", "30008 - 250400", 8)
    yield
    assert ledger.rows("select quantity_on_hand from lot_inventory where lot_id = '30008-250400'") == [(12,)]
    assert ledger.rows("select is_inferred, status from lots where lot_id = '30008-250400'") == [(False, "active")]


@side_by_side
def test_the_opening_lot_250237_falls_when_labels_print_it_behind_its_sku(ledger: Ledger) -> Steps:
    ship(ledger, 91, "2026-01-05", "30009 - 250237", 19)
    enter(ledger, "u91", "adjust_up", "2026-01-06", "30009", 5, "30009 - 250237")
    yield
    assert ledger.rows("select lot_id, quantity_on_hand from lot_inventory where sku_code = '30009'") == [
        ("30009-250237", 1019 - 19 + 5)
    ]


@side_by_side
def test_a_lot_received_twice_is_one_lot_and_doubles_no_shipment(ledger: Ledger) -> Steps:
    enter(ledger, "r101", "receive", "2026-01-05", "30010", 20, "250400")
    enter(ledger, "r102", "receive", "2026-01-06", "30010", 30, "250400")
    ship(ledger, 101, "2026-01-07", "30010 - 250400", 8)
    ship(ledger, 102, "2026-01-07", "30010", 1030)
    yield
    assert lots_of(ledger, 101) == [("250400", "shipment", 8)]
    assert lots_of(ledger, 102) == [("250237", "fifo", 1019), ("250400", "fifo", 11)]
    assert ledger.rows(
        "select received_date, quantity_on_hand from lot_inventory where lot_id = '30010-250400'"
    ) == [(date(2026, 1, 5), 50 - 8 - 11)]
    assert on_hand(ledger, "30010") == 1019 + 50 - 8 - 1030


@side_by_side
def test_week_month_and_search_count_the_same_units_of_the_same_skus_stocked_or_not(ledger: Ledger) -> Steps:
    # Nothing else is shipped in October.
    for number, (sku, units) in enumerate([("18315", 1), ("17613", 2), ("17612-6", 3), ("17975", 4)], start=111):
        ship(ledger, number, "2025-10-07", sku, units)
    yield
    # A bundle of 40 × 17975 and 4 of them; 2 of a twin of 17612 and 3 packs of 6.
    expected = {"17975": 44, "17612": 20}
    per_sku = """
        select sku_code, sum(quantity_shipped) from {} where date_trunc('month', {}) = date '2025-10-01'
        group by all having sum(quantity_shipped) <> 0
    """
    assert dict(ledger.rows(per_sku.format("shipped_items", "ship_date"))) == expected
    assert dict(ledger.rows(per_sku.format("weekly_shipped_history", "week_start_date"))) == expected
    assert ledger.rows("""
        select unit_count, handling_charge_cents from charge_report_monthly where charge_month = date '2025-10-01'
    """) == [(64, 64 * 75)]
    assert ledger.rows("select unit_count from charge_report_daily where charge_date = date '2025-10-07'") == [
        (64,)
    ]


@side_by_side
def test_a_lot_found_by_a_count_stands_in_the_queue_and_is_listed_as_in_it(ledger: Ledger) -> Steps:
    ship(ledger, 121, "2026-01-02", "30011 - 250300", 5)
    enter(ledger, "c121", "count", "2026-01-05", "30011", 25, "250300")
    ship(ledger, 122, "2026-01-06", "30011", 1030)
    yield
    assert lots_of(ledger, 122) == [("250237", "fifo", 1019), ("250300", "fifo", 11)]
    lots = (
        "select received_date, status, fifo_rank from lots inner join lot_inventory using (lot_id, received_date)"
    )
    assert ledger.rows(f"{lots} where lot_id = '30011-250300'") == [(date(2026, 1, 5), "active", 1)]


@side_by_side
def test_a_lot_only_seen_on_a_label_is_made_on_sight(ledger: Ledger) -> Steps:
    ship(ledger, 131, "2026-01-06", "30012 - 250999", 1)
    yield
    made = ledger.rows("select is_inferred, received_date, status from lots where lot_number = '250999'")
    assert made == [(True, None, "unreceived")]


@side_by_side
def test_an_older_shipment_that_comes_late_shifts_the_lots_of_orders_nobody_touched(ledger: Ledger) -> Steps:
    enter(ledger, "r141", "receive", "2025-12-01", "30013", 500, "250400")
    ship(ledger, 141, "2026-01-05", "30013", 1000)
    ship(ledger, 142, "2026-01-06", "30013", 30)
    yield
    assert lots_of(ledger, 142) == [("250237", "fifo", 19), ("250400", "fifo", 11)]
    ship(ledger, 143, "2026-01-02", "30013 - 250237", 10)
    yield
    assert lots_of(ledger, 142) == [("250237", "fifo", 9), ("250400", "fifo", 21)]


@side_by_side
def test_a_late_receipt_gives_lots_to_units_that_had_none(ledger: Ledger) -> Steps:
    ship(ledger, 151, "2026-01-05", "30014", 1030)
    yield
    assert lots_of(ledger, 151) == [("250237", "fifo", 1019), (None, "unassigned", 11)]
    enter(ledger, "r151", "receive", "2026-01-05", "30014", 5, "250400")
    yield
    assert lots_of(ledger, 151) == [("250237", "fifo", 1019), ("250400", "fifo", 5), (None, "unassigned", 6)]


@side_by_side
def test_an_order_that_leaves_a_day_moves_its_neighbours_up(ledger: Ledger) -> Steps:
    enter(ledger, "r161", "receive", "2025-12-01", "30015", 500, "250400")
    for number, quantity in ((161, 1000), (162, 19), (163, 30)):
        ship(ledger, number, "2026-01-05", "30015", quantity)
    yield
    assert lots_of(ledger, 162) == [("250237", "fifo", 19)], "the last of the lot, and none of the next"
    assert lots_of(ledger, 163) == [("250400", "fifo", 30)]
    ship(ledger, 162, "2026-01-06", "30015", 19)
    yield
    assert lots_of(ledger, 163) == [("250237", "fifo", 19), ("250400", "fifo", 11)]


def test_the_pallet_factor_of_a_day_is_the_one_valid_on_it(empty: Ledger) -> None:
    pallets = empty.rows("""
        select inventory_date, pallet_count from inventory_daily
        where sku_code = '17904' and inventory_date between date '2025-10-01' and date '2025-10-02' order by all
    """)
    # 468 units: 7.3 pallets of 64, 5.8 of 81.
    assert pallets == [(date(2025, 10, 1), 8), (date(2025, 10, 2), 6)]


@side_by_side
def test_a_new_pallet_factor_changes_no_day_before_its_own(ledger: Ledger) -> Steps:
    pallets = "select inventory_date, pallet_count from inventory_daily where sku_code = '30016' order by all"
    yield
    # 1019 units: 21.2 pallets of 48, 15.9 of 64.
    assert {count for _, count in ledger.rows(pallets)} == {22}
    with ledger.connect() as connection:
        connection.execute("""
            update seeds.pallet_factors set valid_to = '2026-01-07' where sku_code = '30016';
            insert into seeds.pallet_factors values ('30016', 64, '2026-01-08', null);
        """)
    yield FRIDAY
    changed = {day: count for day, count in ledger.rows(pallets) if count != 22}
    assert changed == {date(2026, 1, 8): 16, date(2026, 1, 9): 16}


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()


def test_no_days_of_supply_and_no_run_out_when_nothing_was_shipped(empty: Ledger) -> None:
    assert set(empty.rows("select days_of_supply, alert_level from inventory_current")) == {(None, "normal")}
    assert set(empty.rows("select run_out_date from weekly_inventory_report")) == {(None,)}
