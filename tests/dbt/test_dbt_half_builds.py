"""Failed and partial builds whose names, day or rows are different again in the next build."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
import raw_tables
from ledger_under_test import Ledger, failures
from shipstation_payloads import label, line, order

NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Three shipped orders, one of them dated ahead and one of a promotional twin; built."""
    ledger = new_ledger(NOON)
    orders = [order(1, [line("17613", 5)]), order(2, [line("18795", 9)]), order(3, [line("17904", 2)])]
    labels = [label(101, 1, "2026-01-05"), label(102, 2, "2026-01-06"), label(103, 3, "2026-01-08")]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", labels, "load-1")
    ledger.build()
    return ledger


@pytest.fixture
def ledger(built: Ledger, tmp_path: Path) -> Ledger:
    return built.copy(tmp_path, NOON)


def part(ledger: Ledger, *words: str) -> None:
    result = ledger.run("run", *words)
    assert result.success, failures(result)


def change(ledger: Ledger, sql: str) -> None:
    with ledger.connect() as connection:
        connection.execute(sql)


def at(ledger: Ledger, instant: datetime) -> None:
    with ledger.connect() as connection:
        raw_tables.set_context(connection, instant)


def finished(ledger: Ledger) -> list[int]:
    with ledger.connect() as connection:
        rows = connection.execute("select build_number from builds.builds_finished order by all").fetchall()
    return [number for (number,) in rows]


def test_a_multiplier_that_was_put_right_after_half_a_build_is_right_everywhere(ledger: Ledger) -> None:
    change(ledger, "update seeds.sku_aliases set multiplier = 7 where alias_sku = '17613'")
    part(ledger, "--select", "+int_lines_shipped")
    with ledger.connect() as connection:
        half_built = "select quantity from intermediate.int_lines_shipped where shipstation_order_id = 1"
        assert connection.execute(half_built).fetchall() == [(35,)]
    change(ledger, "update seeds.sku_aliases set multiplier = 1 where alias_sku = '17613'")
    ledger.build()
    assert ledger.rows("select quantity_shipped from shipped_items where shipstation_order_id = 1") == [(5,)]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_clock_that_was_wrong_for_half_a_build_holds_nothing_back(ledger: Ledger) -> None:
    at(ledger, datetime(2026, 1, 7, 18, tzinfo=UTC))
    part(ledger, "--select", "+shipped_items")
    assert ledger.rows("select 1 from shipped_items where shipstation_order_id = 3") == []
    at(ledger, NOON)
    ledger.build()
    assert ledger.rows("select quantity_shipped from shipped_items where shipstation_order_id = 3") == [(2,)]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_label_that_moved_before_half_a_full_refresh_counts_once(ledger: Ledger) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "shipments", [label(102, 1, "2026-01-06", [line("18795", 9)])], "load-2")
    part(ledger, "--full-refresh", "--select", "+int_orders_ever_named")
    ledger.build()
    assert ledger.rows("select distinct shipstation_order_id from shipped_items where shipment_id = 102") == [(1,)]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_full_refresh_of_a_part_forgets_no_finished_build(ledger: Ledger) -> None:
    before = finished(ledger)
    part(ledger, "--full-refresh", "--select", "int_lines_resolved+")
    assert finished(ledger) == before
    ledger.build()
    assert finished(ledger) == [*before, before[-1] + 1]


@pytest.mark.long
def test_lots_assigned_by_a_build_of_a_part_reach_the_marts_with_the_next_one(ledger: Ledger) -> None:
    with ledger.connect() as connection:
        raw_tables.enter(connection, "e1", "receive", "2026-01-02", "17612", 500, "110001")
        raw_tables.enter(connection, "e2", "adjust_down", "2026-01-03", "17612", -1019, "250237")
    part(ledger, "--select", "intermediate")
    ledger.build()
    ledger.assert_same_as_full_build()


def test_lots_that_stood_in_another_order_then_are_walked_again(ledger: Ledger) -> None:
    """As after an import that knows other days on which lots came: the movements are the same."""
    change(
        ledger,
        "update intermediate.int_lots_taken set received_date = date '2020-01-01', balance = balance + 7"
        " where lot_number = '250237'",
    )
    ledger.build()
    with ledger.connect() as connection:
        stale = connection.execute(
            "from intermediate.int_lots_taken where received_date < date '2021-01-01'"
        ).fetchall()
    assert stale == []
    ledger.assert_same_as_full_build()
