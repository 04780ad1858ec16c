"""Shelf, week and bill are one ledger: failures of old that only show when reports are laid side by side."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import raw_tables
from arrivals import ship
from ledger_under_test import Ledger, failures
from side_by_side import Steps, side_by_side

from workflows.cycle.dbt_runner import WARM

MONDAY_5 = date(2026, 1, 5)
# In Chicago.
MIDNIGHT = datetime(2026, 1, 8, 6, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    """A minute before midnight in Chicago. Each test has a month of its own."""
    return new_ledger(MIDNIGHT - timedelta(minutes=1))


@side_by_side
def test_shelf_week_and_bill_stand_on_the_same_pallets_on_the_same_day(ledger: Ledger) -> Steps:
    ship(ledger, 1, date(2025, 10, 4), "17612", 60)
    ship(ledger, 2, date(2025, 10, 10), "17904", 70)
    yield
    sunday = date(2025, 10, 12)
    # 959, 398, 1410, 714 and 7719 units on pallets of 48, 81, 80, 48 and 222.
    expected = 20 + 5 + 18 + 15 + 35
    for table, day in (
        ("inventory_daily", f"inventory_date = date '{sunday}'"),
        ("weekly_inventory_report", f"week_start_date = date '{sunday - timedelta(days=6)}'"),
        ("charge_report_daily", f"charge_date = date '{sunday}'"),
    ):
        assert ledger.rows(f"select sum(pallet_count) from {table} where {day}") == [(expected,)], table


@side_by_side
def test_the_bill_ends_with_the_day_before_the_business_day_whatever_the_hour(ledger: Ledger) -> Steps:
    # Labels are dated up to three days ahead.
    for number in range(6):
        ship(ledger, 11 + number, MONDAY_5 + timedelta(days=number), "17612", 1)
    for instant, last_day in ((None, date(2026, 1, 6)), (MIDNIGHT + timedelta(minutes=1), date(2026, 1, 7))):
        yield instant
        assert ledger.rows("select max(charge_date) from charge_report_daily") == [(last_day,)]
        days = (last_day - MONDAY_5).days + 1
        assert ledger.rows("""
            select order_count, unit_count from charge_report_monthly where charge_month = date '2026-01-01'
        """) == [(days, days)]


@side_by_side
def test_66_orders_of_promotional_twins_are_107_units_of_their_products(ledger: Ledger) -> Steps:
    twins = {"17613": "17612", "17905": "17904", "17915": "17914", "18676": "18675"}
    for number in range(66):
        ship(ledger, 101 + number, date(2025, 11, 5), list(twins)[number % 4], 2 if number < 41 else 1)
    yield
    assert ledger.rows("select count(*) from shipped_orders where shipstation_order_id > 100") == [(66,)]
    counted = dict(
        ledger.rows("""
        select sku_code, sum(quantity_shipped) from shipped_items where shipstation_order_id > 100 group by all
    """)
    )
    assert set(counted) == set(twins.values())
    assert sum(counted.values()) == 107
    november = "select unit_count from charge_report_monthly where charge_month = date '2025-11-01'"
    assert ledger.rows(november) == [(107,)]


@side_by_side
def test_a_corrected_adjustment_of_9_leaves_both_entries_in_the_ledger(ledger: Ledger) -> Steps:
    with ledger.connect() as connection:
        raw_tables.enter(connection, "wrong", "adjust_up", "2026-01-05", "18795", 9)
        raw_tables.enter(connection, "right", "adjust_down", "2026-01-06", "18795", 9)
    yield
    booked = ledger.rows("""
        select transaction_date, transaction_type, quantity, reason, actor from inventory_transactions
        where transaction_type <> 'opening' and sku_code = '18795' order by all
    """)
    assert booked == [
        (date(2026, 1, 5), "adjust_up", 9, "test", "tester"),
        (date(2026, 1, 6), "adjust_down", -9, "test", "tester"),
    ]
    shelf = "select quantity_on_hand from inventory_daily where sku_code = '18795' and inventory_date = date '{}'"
    assert ledger.rows(shelf.format("2026-01-05")) == [(7728,)]
    assert ledger.rows(shelf.format("2026-01-06")) == [(7719,)]


def test_an_exception_outlives_a_build_that_fails_and_was_first_seen_when_it_was(
    new_ledger: Callable[..., Ledger],
) -> None:
    ledger = new_ledger()
    ship(ledger, 1, MONDAY_5, "99999", 3)
    ship(ledger, 2, MONDAY_5, "99998", 3)
    ledger.build()
    listed = "select order_number, exception_id, exception_type, first_seen_at from exceptions order by all"
    before = ledger.rows(listed)
    assert [kind for _, _, kind, _ in before] == ["unknown_sku", "unknown_sku"]
    ship(ledger, 1, MONDAY_5, "17612", 3)
    factor = "update seeds.pallet_factors set valid_from = '{}' where sku_code = '18795'"
    with ledger.connect() as connection:
        [(valid_from,)] = connection.execute(
            "select valid_from from seeds.pallet_factors where sku_code = '18795'"
        ).fetchall()
        connection.execute(factor.format("2025-11-01"))
    result = ledger.run("build", *WARM)
    assert "no factor for 18795" in failures(result)
    with ledger.connect() as connection:
        connection.execute(factor.format(valid_from))
    ledger.build()
    assert ledger.rows(listed) == before[1:]
