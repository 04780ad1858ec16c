"""The average week, how long the stock lasts, and the range of that day: from how unlike the weeks were.

Weeks far out of line count in the average and not in the range.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import raw_tables
from arrivals import ship
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

THURSDAY, FRIDAY = datetime(2026, 1, 8, 18, tzinfo=UTC), datetime(2026, 1, 9, 18, tzinfo=UTC)
LAST_SUNDAY = date(2026, 1, 4)


@pytest.fixture
def report_after(new_ledger: Callable[..., Ledger]) -> Callable[..., tuple[Any, ...]]:
    """The newest row of 17612's weekly report, after weeks with so many units, the last one complete."""

    def build(*weeks: int) -> tuple[Any, ...]:
        ledger = new_ledger(THURSDAY)
        with ledger.connect() as connection:
            for back, units in enumerate(reversed(weeks), start=1):
                if units:
                    lines = [line("17612", units)]
                    day = LAST_SUNDAY - timedelta(days=7 * back - 1)
                    raw_tables.load(connection, "orders", [order(back, lines)], "load-1")
                    raw_tables.load(connection, "shipments", [label(back, back, day.isoformat(), lines)], "load-1")
        ledger.build()
        return ledger.rows("""
            select average_weekly_units, run_out_earliest_date, run_out_date, run_out_latest_date, alert_level,
                units_per_pallet
            from weekly_inventory_report
            where sku_code = '17612' order by week_start_date desc limit 1
        """)[0]

    return build


@pytest.fixture(scope="module")
def three_weeks(new_ledger: Callable[..., Ledger]) -> Ledger:
    """The business's first shipments: of the weeks of 15 and 29 December, and of this one, on Thursday."""
    ledger = new_ledger(THURSDAY)
    ship(ledger, 1, "2025-12-15", "17612", 70)
    ship(ledger, 2, "2025-12-29", "17612", 80)
    ship(ledger, 3, "2026-01-07", "17612", 90)
    ship(ledger, 4, "2025-12-15", "17914", 7)
    ledger.build()
    return ledger


def test_the_average_counts_zero_weeks_and_only_complete_ones(three_weeks: Ledger, tmp_path: Path) -> None:
    average = "select average_weekly_units, days_of_supply from inventory_current where sku_code = '17612'"
    # Weeks of 15, 22 and 29 December: 70, 0 and 80.
    assert three_weeks.rows(average) == [(50.0, pytest.approx((1019 - 240) / (50 / 7)))]
    friday = three_weeks.copy(tmp_path, FRIDAY)
    friday.build()
    assert friday.rows(average) == [(60.0, pytest.approx((1019 - 240) / (60 / 7)))]
    report = friday.rows("""
        select weeks_averaged, quantity_on_hand, run_out_date from weekly_inventory_report
        where sku_code = '17612' order by week_start_date desc limit 1
    """)
    # 779 units at 60 a week last 90.9 days from 9 January.
    assert report == [(4, 779, date(2026, 4, 9))]


def test_a_shelf_that_lasts_whole_days_runs_out_on_the_last_and_not_the_day_before(three_weeks: Ledger) -> None:
    # 1403 units at 7 in three weeks last 4209 days from Sunday the 4th; 7/3 has no exact binary fraction.
    report = three_weeks.rows("""
        select days_of_supply, run_out_date from weekly_inventory_report
        where sku_code = '17914' order by week_start_date desc limit 1
    """)
    assert report == [(4209.0, date(2026, 1, 4) + timedelta(days=4209))]
    assert three_weeks.rows("select days_of_supply from inventory_current where sku_code = '17914'") == [(4209.0,)]


def test_the_range_follows_from_the_weeks_variation(report_after: Callable[..., tuple[Any, ...]]) -> None:
    # 70, 0 and 80 deviate by 43.589; 869 units at 50 a week last 17.38 weeks; 1.28 x 43.589 / 17.38^0.5 = 13.38.
    # 869 units at 63.38 a week last 95 days, at 50 a week 121, at 36.62 a week 166.
    assert report_after(70, 0, 80) == (
        50.0,
        LAST_SUNDAY + timedelta(days=95),
        LAST_SUNDAY + timedelta(days=121),
        LAST_SUNDAY + timedelta(days=166),
        "normal",
        48,
    )


def test_a_week_far_out_of_line_counts_in_the_average_and_not_in_the_range(
    report_after: Callable[..., tuple[Any, ...]],
) -> None:
    average, earliest, run_out, latest, *_ = report_after(*[10] * 7, 200)
    assert average == 270 / 8
    assert earliest == run_out == latest


def test_one_week_alone_has_no_range_and_no_shipment_no_date(report_after: Callable[..., tuple[Any, ...]]) -> None:
    _, earliest, run_out, latest, *_ = report_after(7)
    assert run_out == LAST_SUNDAY + timedelta(days=1012)
    assert (earliest, latest) == (None, None)


def test_weeks_too_unlike_to_tell_have_no_latest_date(report_after: Callable[..., tuple[Any, ...]]) -> None:
    _, earliest, run_out, latest, level, _ = report_after(1, 0, 900)
    assert earliest is not None
    assert earliest < run_out
    assert latest is None
    assert level == "critical"
