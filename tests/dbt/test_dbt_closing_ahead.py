"""A month closed on its last weekday is whole; what turns out otherwise is restated once, in the next one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import raw_tables
from closing import close, publish_marts, settings_of
from ledger_under_test import Ledger
from shipstation_payloads import Payload, label, line, order

from workflows.closes.freezing import freeze_month
from workflows.errors import ShipledgerError

# January 2026 ends on a Saturday, its last weekday is Friday the 30th.
JANUARY, FEBRUARY = date(2026, 1, 1), date(2026, 2, 1)
FRIDAY_13H = datetime(2026, 1, 30, 19, tzinfo=UTC)
# An order of 4.25 and postage of 8.35; a unit is 0.75.
ORDER_AND_POSTAGE = 425 + 835
AFTER = "label {} left on {}, when the month was closed already"


def come(ledger: Ledger, load_id: str, *labels: Payload) -> None:
    """Labels of orders of their own number less a hundred, each with what the label lists."""
    orders = [order(one["orderId"], one["shipmentItems"]) for one in labels]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, load_id, arrived_by="backfill")
        raw_tables.load(connection, "shipments", list(labels), load_id, arrived_by="backfill")


def at(ledger: Ledger, instant: datetime) -> None:
    """A later instant, built."""
    with ledger.connect() as connection:
        raw_tables.set_context(connection, instant)
    ledger.build()


def days(ledger: Ledger, first: date, last: date) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select charge_date, order_count, unit_count, postage_cents, pallet_count, is_charged_ahead
        from charge_report_daily where charge_date between '{first}' and '{last}' order by 1
    """)


def restated(ledger: Ledger) -> list[tuple[Any, ...]]:
    return ledger.rows("""
        select billed_month, restated_date, unit_count, pallet_count, total_cents, cause
        from charge_restatements order by restated_date, restatement_key
    """)


def billed(ledger: Ledger) -> int:
    [(cents,)] = ledger.rows("select sum(total_cents)::bigint from charge_report_monthly")
    return int(cents)


@pytest.fixture(scope="module")
def friday(new_ledger: Callable[..., Ledger]) -> Ledger:
    """13:00 on Friday: two labels of the month, one of today, and one bought today for Saturday."""
    ledger = new_ledger(FRIDAY_13H)
    come(
        ledger, "load-1",
        label(101, 1, "2026-01-05", [line("17612", 5)]),
        label(102, 2, "2026-01-06", [line("17904", 4)]),
        label(103, 3, "2026-01-30", [line("17612", 3)]),
        label(104, 4, "2026-01-31", [line("17612", 2)]),
    )  # fmt: skip
    ledger.build()
    return ledger


@pytest.fixture(scope="module")
def closed_on_friday(friday: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    ledger = friday.copy(tmp_path_factory.mktemp("closed"), FRIDAY_13H)
    close(ledger, JANUARY)
    return ledger


@pytest.fixture
def closed(closed_on_friday: Ledger, tmp_path: Path) -> Ledger:
    return closed_on_friday.copy(tmp_path, FRIDAY_13H)


def test_an_open_month_shows_only_days_that_have_ended_and_beside_them_what_its_close_would_add(
    friday: Ledger,
) -> None:
    assert days(friday, date(2026, 1, 28), date(2026, 1, 31))[-1][0] == date(2026, 1, 29)
    # 1011 of 48, 464 of 81, 1410 of 80, 714 of 48 and 7719 of 222 to a pallet: 22 + 6 + 18 + 15 + 35.
    assert friday.rows(
        "select charge_date, unit_count, pallet_count, total_cents from closing_days order by 1"
    ) == [
        (date(2026, 1, 30), 3, 96, ORDER_AND_POSTAGE + 3 * 75 + 96 * 45),
        (date(2026, 1, 31), 0, 96, 96 * 45),
    ]
    assert friday.rows("select charge_month, package_count, postage_cents from closing_carriers") == [
        (JANUARY, 1, 835)
    ]


def test_a_month_closed_on_its_last_weekday_has_every_day_and_charges_saturday_for_fridays_stock(
    closed: Ledger,
) -> None:
    assert days(closed, date(2026, 1, 29), date(2026, 2, 28)) == [
        (date(2026, 1, 29), 0, 0, 0, 96, False),
        (date(2026, 1, 30), 1, 3, 835, 96, True),
        (date(2026, 1, 31), 0, 0, 0, 96, True),
    ]
    assert len(days(closed, JANUARY, date(2026, 1, 31))) == 27, "from the first shipment on"
    assert closed.rows("select sum(package_count), sum(postage_cents) from charge_report_carriers") == [(3, 2505)]
    assert closed.rows("from closing_days") == []
    # Bought on Friday, dated on Saturday: a day to come has storage alone, and the parcel counts on its day.
    assert restated(closed) == []
    closed.assert_same_as_full_build()


def test_a_parcel_after_the_close_on_the_last_day_and_one_on_saturday_are_restated_once_in_the_next_month(
    closed: Ledger,
) -> None:
    before = days(closed, JANUARY, date(2026, 1, 31))
    come(closed, "load-2", label(105, 5, "2026-01-30", [line("17914", 1)]))
    at(closed, datetime(2026, 1, 30, 21, tzinfo=UTC))
    come(closed, "load-3", label(106, 6, "2026-01-31", [line("17914", 20)]))
    at(closed, datetime(2026, 1, 31, 18, tzinfo=UTC))
    at(closed, datetime(2026, 2, 3, 18, tzinfo=UTC))
    # 1410 units of 17914 stood on 18 pallets of 80 on both days; 1389 left on Saturday evening, on 18, too.
    assert restated(closed) == [
        (FEBRUARY, date(2026, 1, 30), 1, 0, ORDER_AND_POSTAGE + 75, AFTER.format(105, "2026-01-30")),
        (FEBRUARY, date(2026, 1, 31), 2, 0, ORDER_AND_POSTAGE + 150, AFTER.format(104, "2026-01-31")),
        (FEBRUARY, date(2026, 1, 31), 20, 0, ORDER_AND_POSTAGE + 1500, AFTER.format(106, "2026-01-31")),
    ]  # fmt: skip
    assert days(closed, JANUARY, date(2026, 1, 31)) == before
    assert [row[0] for row in days(closed, FEBRUARY, date(2026, 2, 28))] == [date(2026, 2, 1), date(2026, 2, 2)]
    closed.assert_same_as_full_build()


@pytest.mark.long
def test_what_is_billed_in_all_is_what_a_month_closed_after_its_end_would_have_been(
    closed: Ledger, friday: Ledger, tmp_path_factory: pytest.TempPathFactory
) -> None:
    late = friday.copy(tmp_path_factory.mktemp("late"), FRIDAY_13H)
    for ledger in (closed, late):
        come(ledger, "load-2", label(105, 5, "2026-01-30", [line("17904", 70)]))
        with ledger.connect() as connection:
            raw_tables.enter(connection, "e1", "receive", "2026-01-31", "17612", 480, "250500")
        at(ledger, datetime(2026, 2, 2, 18, tzinfo=UTC))
    close(late, JANUARY)
    assert restated(late) == []
    assert billed(closed) == billed(late)
    # 394 of 17904 stand on 5 pallets of 81, on both days; 1489 of 17612 on 32 of 48 from Saturday on.
    assert [row for row in restated(closed) if row[3]] == [
        (FEBRUARY, date(2026, 1, 30), 0, -2, -90,
         "pallet-days of 17904 changed by -2 from 2026-01-30 on: " + AFTER.format(105, "2026-01-30")),
        (FEBRUARY, date(2026, 1, 31), 0, 10, 450,
         "pallet-days of 17612 changed by 10 from 2026-01-31 on: " + AFTER.format(104, "2026-01-31")
         + "; receive of 480 dated back to 2026-01-31 (entry e1)"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("closed_at", "month", "ahead"),
    [
        # It ends on a Sunday.
        pytest.param(
            datetime(2026, 5, 29, 20, tzinfo=UTC), date(2026, 5, 1), [29, 30, 31], marks=pytest.mark.long
        ),
        pytest.param(datetime(2026, 5, 31, 20, tzinfo=UTC), date(2026, 5, 1), [31], marks=pytest.mark.long),
        # A Wednesday, and the year.
        pytest.param(datetime(2025, 12, 31, 20, tzinfo=UTC), date(2025, 12, 1), [31], marks=pytest.mark.long),
        (datetime(2026, 6, 1, 4, 59, tzinfo=UTC), date(2026, 5, 1), [31]),  # a minute before midnight
        pytest.param(datetime(2026, 6, 1, 5, tzinfo=UTC), date(2026, 5, 1), [], marks=pytest.mark.long),
    ],
)
def test_days_that_were_to_come_cost_nothing_more_once_they_came_as_they_were_charged(
    new_ledger: Callable[..., Ledger], closed_at: datetime, month: date, ahead: list[int]
) -> None:
    ledger = new_ledger(closed_at)
    come(ledger, "load-1", label(101, 1, f"{month}", [line("17612", 5)]))
    ledger.build()
    close(ledger, month)
    charged = ledger.rows("select day(charge_date), is_charged_ahead from charge_report_daily order by 1")
    assert [day for day, is_ahead in charged if is_ahead] == ahead
    assert [day for day, _ in charged] == list(range(1, 32))
    at(ledger, datetime(closed_at.year + (month.month == 12), month.month % 12 + 1, 3, 18, tzinfo=UTC))
    assert restated(ledger) == []
    [(bill,)] = ledger.rows(f"select total_cents from charge_report_monthly where charge_month = '{month}'")
    # 1014 of 48, 468 of 81, 1410 of 80, 714 of 48 and 7719 of 222 to a pallet, on 31 days.
    assert bill == ORDER_AND_POSTAGE + 5 * 75 + 31 * 96 * 45


@pytest.mark.parametrize("hour", [pytest.param(6, marks=pytest.mark.long), 7])
def test_the_hour_that_the_clock_change_repeats_closes_the_same_month(
    new_ledger: Callable[..., Ledger], hour: int
) -> None:
    # 2 November 2025, 01:30 in Chicago, before and after the clocks went back.
    ledger = new_ledger(datetime(2025, 11, 2, hour, 30, tzinfo=UTC))
    come(ledger, "load-1", label(101, 1, "2025-10-02", [line("17612", 5)]))
    ledger.build()
    close(ledger, date(2025, 10, 1))
    assert ledger.rows("select count(*), bool_or(is_charged_ahead) from charge_report_daily"
                       " where charge_date < '2025-11-01'") == [(30, False)]  # fmt: skip
    assert billed(ledger) == ORDER_AND_POSTAGE + 5 * 75 + 31 * 96 * 45


@pytest.mark.parametrize(
    ("table", "column"),
    [("rate_card", "rate_cents"), pytest.param("pallet_factors", "units_per_pallet", marks=pytest.mark.long)],
)
def test_a_day_to_come_has_the_rate_and_factor_of_its_own_day_and_without_one_the_close_is_refused(
    friday: Ledger, tmp_path: Path, table: str, column: str
) -> None:
    ledger = friday.copy(tmp_path, FRIDAY_13H)
    with ledger.connect() as connection:
        connection.execute(f"update seeds.{table} set valid_to = '2026-01-30' where valid_to is null")
    ledger.build()
    publish_marts(ledger, "run-1")
    what = table.removesuffix("s").replace("_", " ").removesuffix(" card")
    with pytest.raises(ShipledgerError, match=rf"seeds/{table}.csv has no {what} for 2026-01-31. Add it"):
        freeze_month(settings_of(ledger), JANUARY, "tester", "run-1")
    with ledger.connect() as connection:
        connection.execute(f"""
            insert into seeds.{table} by name
            select * replace ({column} * 2 as {column}, '2026-01-31' as valid_from, null as valid_to)
            from seeds.{table} where valid_to = '2026-01-30'
        """)
    ledger.build()
    close(ledger, JANUARY)
    storage = "select charge_date, storage_charge_cents from charge_report_daily where is_charged_ahead order by 1"
    # Twice the units on a pallet: 11 + 3 + 9 + 8 + 18.
    assert ledger.rows(storage) == [
        (date(2026, 1, 30), 96 * 45),
        (date(2026, 1, 31), 96 * 90 if table == "rate_card" else 49 * 45),
    ]
