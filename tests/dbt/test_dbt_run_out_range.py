"""The range of the run-out date: from how unlike the weeks were, without the ones far out of line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

THURSDAY = datetime(2026, 1, 8, 18, tzinfo=UTC)
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
