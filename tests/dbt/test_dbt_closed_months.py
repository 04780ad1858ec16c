"""A closed month stays as it was billed; what changes later is a line of the next month, with its cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import raw_tables
from closing import close
from ledger_under_test import Ledger
from shipstation_payloads import Payload, label, line, order

DECEMBER, JANUARY, FEBRUARY = date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)


def come(ledger: Ledger, load_id: str, orders: list[Payload], labels: list[Payload]) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, load_id, arrived_by="backfill")
        raw_tables.load(connection, "shipments", labels, load_id, arrived_by="backfill")


def bill(ledger: Ledger, month: date) -> tuple[Any, ...]:
    """Orders, packages, units, cents restated and in all, and whether the month is closed."""
    [row] = ledger.rows(f"""
        select order_count, package_count, unit_count, restatement_cents, total_cents, is_closed
        from charge_report_monthly where charge_month = date '{month}'
    """)
    return row


def restated(ledger: Ledger) -> list[tuple[Any, ...]]:
    return ledger.rows("""
        select billed_month, restated_date, order_count, package_count, unit_count, pallet_count, total_cents,
            cause
        from charge_restatements order by billed_month, restatement_key
    """)


def days(ledger: Ledger, month: date) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select * from charge_report_daily where date_trunc('month', charge_date) = date '{month}' order by all
    """)


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two orders of December and one of January, built on 9 January."""
    ledger = new_ledger(datetime(2026, 1, 9, 18, tzinfo=UTC))
    orders = [order(1, [line("17612", 5)]), order(2, [line("18795", 10)]), order(3, [line("17612", 1)])]
    labels = [
        label(101, 1, "2025-12-29", [line("17612", 5)]),
        label(102, 2, "2025-12-30", [line("18795", 10)]),
        label(103, 3, "2026-01-05", [line("17612", 1)]),
    ]
    come(ledger, "load-1", orders, labels)
    ledger.build()
    return ledger


def test_a_label_voided_after_the_close_is_taken_back_in_the_next_month_and_the_closed_one_stays(
    ledger: Ledger,
) -> None:
    close(ledger, DECEMBER)
    before, billed = days(ledger, DECEMBER), bill(ledger, DECEMBER)
    assert billed[:3] + billed[5:] == (2, 2, 15, True)
    assert restated(ledger) == []
    come(
        ledger,
        "load-2",
        [order(1, [line("17612", 5)], status="cancelled")],
        [label(101, 1, "2025-12-29", [line("17612", 5)], voided=True, voidDate="2026-01-08T09:00:00")],
    )
    ledger.build()
    assert days(ledger, DECEMBER) == before
    assert bill(ledger, DECEMBER) == billed
    # An order of 4.25, five units at 0.75 and postage of 8.35.
    assert restated(ledger) == [
        (JANUARY, date(2025, 12, 29), -1, -1, -5, 0, -(425 + 375 + 835), "label 101 voided"),
    ]
    assert bill(ledger, JANUARY)[3] == -1635
    ledger.assert_same_as_full_build()
