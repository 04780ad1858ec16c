"""Days to come are in no report: a few days ahead counts on its day, what is dated far ahead is listed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import fulfillment, label, line, order
from side_by_side import Steps, side_by_side

FRIDAY = date(2026, 1, 9)
# Dates that are no day of the ledger: when stock will run out or expire, what a label has printed on it.
NO_DAYS_OF_OURS = (
    "run_out_date", "run_out_earliest_date", "run_out_latest_date", "packages.ship_date", "expiry_date",
)  # fmt: skip


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Labels dated 1, 7 and 8 days ahead and in 2062; an order and a fulfillment of far years."""
    ledger = new_ledger()
    orders = [order(n, [line("18795", n)]) for n in (1, 2, 3, 4)]
    orders += [order(5, [line("18795", 5)], shipDate="2199-12-31"), order(6, [line("18795", 6)])]
    orders += [
        order(8, [line("18795", 8)], shipDate="9999-12-31"),
        order(9, [line("18795", 9)], shipDate="2026-02-30"),
    ]
    orders += [order(7, [line("18795", 7)], "awaiting_shipment")]
    labels = [
        label(101, 1, "2026-01-10"),
        label(102, 2, "2026-01-16"),
        label(103, 3, "2026-01-17"),
        label(104, 4, "2062-11-17", [line("18795", 4)]),
        label(107, 7, "2026-01-08", [line("18795", 7)], isReturnLabel=True),
        label(108, 7, "2026-01-18", isReturnLabel=True),
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", labels, "load-1")
        raw_tables.load(connection, "fulfillments", [fulfillment(206, 6, "2061-01-01")], "load-1")
        raw_tables.enter(connection, "early", "receive", "2026-01-11", "18795", 1000, "250500")
        for lot, expires in (("250600", "2026-04-10"), ("250601", "2026-01-09")):
            raw_tables.enter(connection, lot, "receive", "2026-01-07", "18675", 10, lot)
            raw_tables.set_expiry(connection, "18675", lot, expires)
    ledger.build()
    return ledger


@pytest.fixture(scope="module")
def shared(built: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return built.copy(tmp_path_factory.mktemp("shared"), noon(9))


def noon(day: int) -> datetime:
    """In Chicago, of a day of January."""
    return datetime(2026, 1, day, 18, tzinfo=UTC)


def counted(ledger: Ledger) -> list[int]:
    """The orders that are counted as shipped."""
    found = ledger.rows("select shipstation_order_id from shipped_orders order by 1")
    assert found == ledger.rows("select distinct shipstation_order_id from shipped_items order by 1")
    return [order_id for (order_id,) in found]


def listed(ledger: Ledger) -> list[int]:
    found = ledger.rows("""
        select shipstation_order_id from exceptions where exception_type = 'future_ship_date' order by 1
    """)
    return [order_id for (order_id,) in found]


def latest_days(ledger: Ledger) -> dict[str, date]:
    """The last day in each column of days of each table."""
    columns = ledger.rows("""
        select table_name, column_name from duckdb_columns()
        where schema_name = 'marts' and data_type = 'DATE' order by all
    """)
    assert len(columns) > 15
    return {
        f"{table}.{column}": day
        for table, column in columns
        if not {column, f"{table}.{column}"} & set(NO_DAYS_OF_OURS)
        for (day,) in ledger.rows(f"select max({column}) from {table}")
        if day is not None
    }


def test_no_table_has_a_day_or_week_after_the_present_one(built: Ledger) -> None:
    late = {name for name, day in latest_days(built).items() if day > FRIDAY}
    assert late == {
        "orders_inbox.ship_date",  # an order says when it is to leave, up to a week ahead
        *("closing_days.charge_date", "closing_stock.inventory_date"),  # what closing the month now would charge
    }
    assert built.rows("""
        select sum(order_count + package_count + unit_count + postage_cents) from closing_days
        where charge_date > date '2026-01-09'
    """) == [(0,)]
    assert built.rows("select max(ship_date) from orders_inbox") == [(date(2026, 1, 16),)]


def test_a_date_more_than_seven_days_ahead_is_listed_and_seven_are_not(built: Ledger) -> None:
    assert listed(built) == [3, 4, 5, 6, 7, 8]
    details = built.rows("""
        select detail, severity from exceptions
        where exception_type = 'future_ship_date' and shipstation_order_id = 4
    """)
    assert details == [("Dated 2062-11-17, which is more than 7 days ahead; its units are in no report.", "error")]
    assert counted(built) == []
    undated = "select shipstation_order_id, detail from exceptions where exception_type = 'missing_ship_date'"
    assert built.rows(undated) == [(9, "Shipped without a readable date; its units are in no report.")]


@side_by_side
def test_each_counts_from_the_day_it_is_dated_on_in_builds_without_any_change(ledger: Ledger) -> Steps:
    seen = []
    for day in (10, 11, 15, 16, 17, 18):
        yield noon(day)
        seen.append((day, counted(ledger), listed(ledger)))
    assert seen == [
        (10, [1], [4, 5, 6, 7, 8]),
        (11, [1], [4, 5, 6, 8]),
        (15, [1], [4, 5, 6, 8]),
        (16, [1, 2], [4, 5, 6, 8]),
        (17, [1, 2, 3], [4, 5, 6, 8]),
        (18, [1, 2, 3], [4, 5, 6, 8]),
    ]
    days = ledger.rows("""
        select charge_date, order_count, unit_count, postage_cents from charge_report_daily
        where order_count > 0 or postage_cents > 0 order by 1
    """)
    assert days == [
        (date(2026, 1, 8), 0, 0, 835),
        (date(2026, 1, 10), 1, 1, 835),
        (date(2026, 1, 16), 1, 2, 835),
        (date(2026, 1, 17), 1, 3, 835),
    ]
    with TemporaryDirectory() as folder:
        ledger.copy(Path(folder), noon(18)).assert_same_as_full_build()


@side_by_side
def test_an_entry_of_a_day_to_come_is_listed_and_booked_on_its_day(ledger: Ledger) -> Steps:
    wrong = "select detail from exceptions where exception_type = 'invalid_entry'"
    on_hand = "select quantity_on_hand from inventory_current where sku_code = '18795'"
    assert ledger.rows(wrong) == [
        ("Entry early (receive, SKU 18795) is dated 2026-01-11, in the future; it is booked on that day.",)
    ]
    assert ledger.rows(on_hand) == [(7719,)]
    yield noon(11)
    assert ledger.rows(wrong) == []
    assert ledger.rows(on_hand) == [(7719 + 1000 - 1,)]


def test_a_shipped_order_dated_tomorrow_is_accounted_for_and_its_label_without_an_order_is_still_listed(
    built: Ledger, tmp_path: Path
) -> None:
    ledger = built.copy(tmp_path, noon(9))
    with ledger.connect() as connection:
        raw_tables.load(connection, "shipments", [label(199, 999, "2026-01-10", [line("18795", 1)])], "load-2")
    ledger.build()
    kinds = ledger.rows("select exception_type from exceptions where shipstation_order_id in (1, 2, 999)")
    assert kinds == [("missing_order",)]


@side_by_side
def test_a_lot_that_expires_is_listed_and_proposed_by_the_day_in_builds_without_any_change(
    ledger: Ledger,
) -> Steps:
    queue = "select lot_number, fifo_rank, pick_rank from lot_inventory where lot_number in ('250600', '250601')"
    listed_lots = "select severity, detail from exceptions where exception_type = 'lot_expiring' order by severity"
    today = ("warning", "Lot 18675-250601 expires on 2026-01-09; 10 units are on hand.")
    yesterday = ("error", "Lot 18675-250601 expired on 2026-01-09; 10 units are on hand.")
    later = ("warning", "Lot 18675-250600 expires on 2026-04-10; 10 units are on hand.")
    fifo = dict(ledger.rows(f"select lot_number, fifo_rank from ({queue})"))
    assert ledger.rows(listed_lots) == [today]
    assert ledger.rows(f"select lot_number from ({queue}) where pick_rank is not null order by pick_rank") == [
        ("250601",), ("250600",),
    ]  # fmt: skip
    yield noon(10)
    assert ledger.rows(listed_lots) == [yesterday, later]
    assert ledger.rows(f"select lot_number from ({queue}) where pick_rank is not null") == [("250600",)]
    assert dict(ledger.rows(f"select lot_number, fifo_rank from ({queue})")) == fifo
    with ledger.connect() as connection:
        connection.execute("update raw_operations.lot_states set expires = 'none'")
    yield noon(11)
    assert ledger.rows(listed_lots) == []


@side_by_side
def test_a_clock_that_goes_back_takes_back_what_has_not_come_then(ledger: Ledger) -> Steps:
    yield noon(18)
    assert counted(ledger) == [1, 2, 3]
    yield noon(9)
    assert (counted(ledger), listed(ledger)) == ([], [3, 4, 5, 6, 7, 8])


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()
