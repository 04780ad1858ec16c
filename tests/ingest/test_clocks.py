from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import pytest
from api_rows import account_at, ago, order, rows, wall
from sandboxes import quiet_sandbox

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from sandbox import Book, Clock, Sandbox

OPEN_FINDINGS = "select detail from raw_shipstation.findings where resolved_at is null"


def order_ids(warehouse: Warehouse) -> list[int]:
    return [key for (key,) in rows(warehouse, "select order_id from raw_shipstation.orders order by 1")]


@pytest.mark.parametrize("skew_minutes", [-50, 50])
def test_a_server_clock_that_differs_from_ours_loses_nothing_and_is_no_future(
    warehouse: Warehouse, skew_minutes: int
) -> None:
    with quiet_sandbox(clock_skew_seconds=skew_minutes * 60) as box:
        account, clock = account_at(box.url), box.clock
        box.book.put_order(order(1, wall(clock)))
        load_changes(account, warehouse)
        box.book.put_order(order(2, wall(clock)))
        report = load_changes(account, warehouse)
        assert order_ids(warehouse) == [1, 2]
        assert report.watermark_after is not None
        assert abs(report.watermark_after - clock.now()) < timedelta(minutes=1)
        assert rows(warehouse, OPEN_FINDINGS) == []
        assert report.orders_fetched == 2, "the watermark was used, not the fallback of 30 days"


def set_watermark(warehouse: Warehouse, at: datetime) -> None:
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("update raw_shipstation.watermarks set watermark_at = ?", [at])


def test_a_watermark_in_the_future_falls_back_to_30_days_and_says_so(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=3)))
    load_changes(account, warehouse)
    set_watermark(warehouse, datetime.now(UTC) + timedelta(days=2))
    box.book.put_order(order(2, ago(days=29)))
    report = load_changes(account, warehouse)
    assert order_ids(warehouse) == [1, 2]
    assert report.watermark_after is not None
    assert report.watermark_after < datetime.now(UTC)
    assert "in the future" in rows(warehouse, OPEN_FINDINGS)[0][0]
    load_changes(account, warehouse)
    assert rows(warehouse, OPEN_FINDINGS) == []


def test_a_watermark_of_a_load_that_was_cut_off_does_not_count(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=3)))
    first = load_changes(account, warehouse)
    box.book.put_order(order(2, ago(days=2)))
    load_changes(account, warehouse)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "delete from raw_shipstation._dlt_loads"
            " where load_id = (select max(load_id) from raw_shipstation._dlt_loads)"
        )
    assert load_changes(account, warehouse).watermark_before == first.watermark_after


@pytest.mark.parametrize("compare", ["wall_times", "instants"])
def test_around_the_missing_spring_hour_nothing_is_missed(compare: str, warehouse: Warehouse) -> None:
    clock = Clock(fixed_at=datetime(2026, 3, 8, 9, 58, tzinfo=UTC))  # 01:58, two minutes before it is 03:00
    with quiet_sandbox(Book(clock, compare), compare=compare) as box:
        account = account_at(box.url)
        box.book.put_order(order(1, wall(clock)))
        load_backfill_window(account, warehouse, clock.now() - timedelta(hours=1), None)
        clock.advance(5 * 60)
        box.book.put_order(order(2, wall(clock)))
        load_changes(account, warehouse)
        clock.advance(40 * 60)
        box.book.put_order(order(3, wall(clock)))
        report = load_changes(account, warehouse)
        assert order_ids(warehouse) == [1, 2, 3]
        assert report.watermark_after == datetime(2026, 3, 8, 10, 43, tzinfo=UTC)


@pytest.mark.long
@pytest.mark.parametrize("compare", ["wall_times", pytest.param("instants", marks=pytest.mark.long)])
def test_a_whole_night_of_edits_through_the_repeated_hour_ends_equal(compare: str, warehouse: Warehouse) -> None:
    clock = Clock(fixed_at=datetime(2026, 11, 1, 7, 30, tzinfo=UTC))  # 00:30
    with quiet_sandbox(Book(clock, compare), compare=compare) as box:
        account = account_at(box.url, page_size=5)
        statuses = ("on_hold", "awaiting_shipment")
        for step in range(20):
            is_second_pass = clock.now() >= datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
            second_pass = ("modifyDate",) if is_second_pass and wall(clock).hour == 1 else ()
            for number in (step + 1, (step % 4) + 1):
                row = order(number, wall(clock), orderStatus=statuses[step % 2])
                box.book.put("orders", row, second_pass)
            load_changes(account, warehouse)
            clock.advance(10 * 60)
        load_changes(account, warehouse)
        here = rows(warehouse, "select order_id, modify_date, order_status from raw_shipstation.orders order by 1")
        there = [box.book.order(number) for number in range(1, 21)]
        assert here == [(row["orderId"], row["modifyDate"], row["orderStatus"]) for row in there]
