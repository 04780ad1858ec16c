"""Warm builds: what came again replaces what was there, and nothing else is lost or kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import raw_tables
from ledger_under_test import Ledger, failures
from shipstation_payloads import Payload, fulfillment, label, line, order

FRIDAY = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two shipped orders."""
    ledger = new_ledger()
    lines = [line("17612 - 250300", 5), line("17904 - 250240", 2)]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(1, lines), order(2, [line("18795", 10)])], "load-1")
        labels = [label(101, 1, "2026-01-05"), label(102, 2, "2026-01-06", [line("18795", 10)])]
        raw_tables.load(connection, "shipments", labels, "load-1")
    ledger.build()
    return ledger


@pytest.fixture
def ledger(built: Ledger, tmp_path: Path) -> Ledger:
    return built.copy(tmp_path, FRIDAY)


def come(ledger: Ledger, table: str, payload: Payload, *, load_id: str = "load-2", **how: object) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, table, [payload], load_id, **how)  # type: ignore[arg-type]


def kill_after(ledger: Ledger, model: str) -> None:
    """A warm build that got as far as this model."""
    left_out = ("config.materialized:view", "resource_type:seed", "tag:reference")
    result = ledger.run("build", "--select", f"+{model}", "--exclude", *left_out, "--indirect-selection", "empty")
    assert result.success, failures(result)


def test_a_warm_build_runs_every_data_test(ledger: Ledger) -> None:
    assert len(ledger.data_tests()) >= 6
    assert ledger.build() >= ledger.data_tests()


def test_an_edited_order_that_lost_a_line_loses_its_rows(ledger: Ledger) -> None:
    come(ledger, "orders", order(1, [line("17612 - 250300", 4)]))
    ledger.build()
    assert ledger.rows("select sku_code, quantity_shipped from shipped_items where shipstation_order_id = 1") == [
        ("17612", 4)
    ]
    assert ledger.rows("select count(*) from order_items_inbox where shipstation_order_id = 1") == [(1,)]
    ledger.assert_same_as_full_build()


def test_a_label_voided_next_week_leaves_the_day_week_and_month_it_was_counted_in(ledger: Ledger) -> None:
    before = ledger.rows("select quantity_on_hand from inventory_current where sku_code = '18795'")
    day = "select order_count, unit_count from charge_report_daily where charge_date = date '2026-01-06'"
    week = """
        select quantity_shipped from weekly_shipped_history
        where sku_code = '18795' and week_start_date = date '2026-01-05'
    """
    assert (ledger.rows(day), ledger.rows(week)) == ([(1, 10)], [(10,)])
    voided = label(102, 2, "2026-01-06", [line("18795", 10)], voided=True, voidDate="2026-01-14T09:00:00.0000000")
    come(ledger, "shipments", voided)
    come(ledger, "orders", order(2, [line("18795", 10)], status="awaiting_shipment"))
    with ledger.connect() as connection:
        raw_tables.set_context(connection, datetime(2026, 1, 14, 18, tzinfo=UTC), run_id="run-2")
    ledger.build()
    assert ledger.rows("select count(*) from shipped_items where shipstation_order_id = 2") == [(0,)]
    assert (ledger.rows(day), ledger.rows(week)) == ([(0, 0)], [(0,)])
    assert ledger.rows("select order_count, unit_count from charge_report_monthly") == [(1, 7)]
    now = ledger.rows(
        "select quantity_on_hand, quantity_allocated from inventory_current where sku_code = '18795'"
    )
    assert now == [(before[0][0] + 10, 10)]
    ledger.assert_same_as_full_build()


def test_a_field_missing_from_a_payload_erases_nothing_and_a_null_does(ledger: Ledger) -> None:
    lacking = label(101, 1, "2026-01-05")
    number = lacking.pop("trackingNumber")
    come(ledger, "shipments", lacking, kept_fields={101: {"trackingNumber": number}})
    ledger.build()
    tracking = "select tracking_number from orders_inbox where shipstation_order_id = 1"
    assert ledger.rows(tracking) == [("1Z101",)]
    come(ledger, "shipments", lacking | {"trackingNumber": None}, load_id="load-3")
    ledger.build()
    assert ledger.rows(tracking) == [(None,)]


def test_an_order_that_takes_anothers_number_makes_both_duplicates_and_giving_it_back_clears_both(
    ledger: Ledger,
) -> None:
    duplicates = (
        "select shipstation_order_id from exceptions where exception_type = 'duplicate_order_number' order by all"
    )
    come(ledger, "orders", order(2, [line("18795", 10)], orderNumber="680001"))
    ledger.build()
    assert ledger.rows(duplicates) == [(1,), (2,)]
    come(ledger, "orders", order(2, [line("18795", 10)]), load_id="load-3")
    ledger.build()
    assert ledger.rows(duplicates) == []
    ledger.assert_same_as_full_build()


def test_a_label_that_moves_to_another_order_leaves_the_first(ledger: Ledger) -> None:
    come(ledger, "shipments", label(101, 2, "2026-01-05", [line("18795", 1)]))
    ledger.build()
    assert ledger.rows(
        "select count(*) from shipped_items where shipment_id = 101 and shipstation_order_id = 1"
    ) == [(0,)]
    ledger.assert_same_as_full_build()


def test_a_moved_fulfillment_and_an_order_found_gone_change_orders_that_did_not_come(ledger: Ledger) -> None:
    for order_id in (3, 4):
        come(ledger, "orders", order(order_id, [line("17914", order_id)]))
    come(ledger, "fulfillments", fulfillment(201, 3, "2026-01-06"))
    ledger.build()
    left = "select shipstation_order_id from shipped_items where sku_code = '17914'"
    assert ledger.rows(left) == [(3,)]
    come(ledger, "fulfillments", fulfillment(201, 4, "2026-01-06"), load_id="load-3")
    with ledger.connect() as connection:
        raw_tables.note_state(
            connection, 2, "missing_in_shipstation", "load-3", since_at=FRIDAY, checked_at=FRIDAY
        )
    ledger.build()
    assert ledger.rows(left) == [(4,)]
    assert ledger.rows("select order_status from orders_inbox where shipstation_order_id = 2") == [("cancelled",)]
    ledger.assert_same_as_full_build()


def test_units_on_no_label_leave_with_a_fulfillment_then_a_label_and_come_back_to_the_list_without_both(
    ledger: Ledger,
) -> None:
    goods = line("17914", 5)
    come(ledger, "orders", order(3, [goods]))
    come(ledger, "shipments", label(103, 3, "2026-01-05", [goods | {"quantity": 2}]))
    void = {"voided": True, "voidDate": "2026-01-08T09:00:00.0000000"}
    states = []
    for number, (table, row) in enumerate([
        ("fulfillments", fulfillment(201, 3, "2026-01-06")),
        ("shipments", label(104, 3, "2026-01-07")),
        ("shipments", label(104, 3, "2026-01-07", **void)),
        ("fulfillments", fulfillment(201, 3, "2026-01-06", **void)),
        ("orders", order(3, [goods], status="on_hold")),
    ]):  # fmt: skip
        come(ledger, table, row, load_id=f"load-{number + 3}")
        ledger.build()
        left = ledger.rows("""
            select shipment_id, quantity_shipped from shipped_items where shipstation_order_id = 3 order by all
        """)
        missing = ledger.rows("select count(*) from exceptions where exception_type = 'units_not_on_labels'")
        states.append((left, missing[0][0]))
    elsewhere, later = [(103, 2), (None, 3)], [(103, 2), (104, 3)]
    assert states == [(elsewhere, 0), (later, 0), (elsewhere, 0), ([(103, 2)], 1), ([(103, 2)], 0)]
    assert ledger.rows("select quantity_allocated from inventory_current where sku_code = '17914'") == [(3,)]
    ledger.assert_same_as_full_build()


def test_a_build_that_changes_nothing_changes_nothing(ledger: Ledger) -> None:
    before = ledger.tables()
    ledger.build()
    assert ledger.tables() == before


def test_a_killed_build_is_repeated_until_a_green_one_covers_its_loads(ledger: Ledger) -> None:
    come(ledger, "orders", order(1, [line("17612 - 250300", 4)]))
    kill_after(ledger, "int_lines_resolved")
    ledger.build()
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_killed_build_that_had_moved_a_label_still_takes_it_from_the_order_it_left(ledger: Ledger) -> None:
    come(ledger, "shipments", label(101, 2, "2026-01-05", [line("18795", 1)]))
    kill_after(ledger, "stg_shipstation__shipments")
    ledger.build()
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_killed_build_that_had_taken_back_a_number_still_clears_the_other_order(ledger: Ledger) -> None:
    come(ledger, "orders", order(2, [line("18795", 10)], orderNumber="680001"))
    ledger.build()
    come(ledger, "orders", order(2, [line("18795", 10)]), load_id="load-3")
    kill_after(ledger, "stg_shipstation__orders")
    ledger.build()
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_killed_build_that_had_assigned_lots_by_an_entry_leaves_nothing_of_it_once_that_is_corrected(
    ledger: Ledger,
) -> None:
    wanted = order(3, [line("17612", 1030)])
    come(ledger, "orders", wanted)
    come(ledger, "shipments", label(103, 3, "2026-01-07"))
    ledger.build()
    with ledger.connect() as connection:
        raw_tables.enter(connection, "lost", "adjust_down", "2026-01-06", "17612", 100, "250237")
    kill_after(ledger, "int_lines_assigned")
    with ledger.connect() as connection:
        raw_tables.enter(connection, "found", "adjust_up", "2026-01-06", "17612", 100, "250237")
    ledger.build()
    come(ledger, "orders", wanted | {"gift": True}, load_id="load-3")
    ledger.build()
    assert ledger.rows(
        "select lot_number, quantity_shipped from shipped_items where shipstation_order_id = 3 order by 2"
    ) == [(None, 11), ("250237", 1019)]
    ledger.assert_same_as_full_build()


def test_an_order_shipstation_no_longer_knows_counts_as_cancelled_until_it_comes_again(ledger: Ledger) -> None:
    ghost = order(3, [], status="awaiting_shipment")
    come(ledger, "orders", ghost)
    with ledger.connect() as connection:
        raw_tables.note_state(
            connection, 3, "missing_in_shipstation", "load-2",
            since_at=datetime(2026, 1, 5, 12, tzinfo=UTC), checked_at=datetime(2026, 1, 6, tzinfo=UTC),
        )  # fmt: skip
    ledger.build()
    state = "select order_status, is_ghost, is_missing from orders_inbox where shipstation_order_id = 3"
    assert ledger.rows(state) == [("cancelled", False, True)]
    come(ledger, "orders", ghost, load_id="load-3", seen_at=datetime(2026, 1, 8, tzinfo=UTC))
    ledger.build()
    assert ledger.rows(state) == [("awaiting_shipment", True, False)]


def test_an_order_gone_from_shipstation_says_what_it_was_merged_into_once_the_survivor_lists_it(
    ledger: Ledger,
) -> None:
    gone = """
        select severity, detail from exceptions
        where shipstation_order_id = 3 and exception_type = 'missing_in_shipstation'
    """
    come(ledger, "orders", order(3, [line("17612", 4)], status="awaiting_shipment"))
    with ledger.connect() as connection:
        raw_tables.note_state(
            connection, 3, "missing_in_shipstation", "load-2", since_at=FRIDAY, checked_at=FRIDAY
        )
    ledger.build()
    assert ledger.rows(gone) == [("warning", "ShipStation no longer knows this order; it counts as cancelled.")]
    options = {"mergedIds": [3, 77], "parentId": None}
    survivor = order(2, [line("18795", 10), line("17612", 4)], advancedOptions=options)
    come(ledger, "orders", survivor, load_id="load-3")
    ledger.build()
    assert ledger.rows(gone) == [("info", "Merged into order 680002; it counts as cancelled.")]
    assert ledger.rows("select quantity_allocated from inventory_current where sku_code = '17612'") == [(0,)]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_work_in_progress_tells_its_age_and_gets_louder_after_a_day_in_builds_without_any_change(
    ledger: Ledger,
) -> None:
    come(ledger, "orders", order(3, [], status="awaiting_shipment"), seen_at=FRIDAY)
    with ledger.connect() as connection:
        raw_tables.note_state(
            connection, 3, "work_in_progress", "load-2",
            since_at=FRIDAY - timedelta(minutes=40), checked_at=FRIDAY,
        )  # fmt: skip
    ids, listed = set(), []
    for later in (timedelta(0), timedelta(hours=1), timedelta(hours=23, minutes=30), timedelta(days=3)):
        with ledger.connect() as connection:
            raw_tables.set_context(connection, FRIDAY + later)
        ledger.build()
        [(key, *words)] = ledger.rows("""
            select exception_id, severity, detail from exceptions
            where shipstation_order_id = 3 and exception_type = 'work_in_progress'
        """)
        ids.add(key)
        listed.append(tuple(words))
    assert listed == [
        ("info", "Without lines for less than an hour; its status is awaiting_shipment."),
        ("info", "Without lines for 1 hour; its status is awaiting_shipment."),
        ("warning", "Without lines for 24 hours; its status is awaiting_shipment."),
        ("warning", "Without lines for 3 days; its status is awaiting_shipment."),
    ]
    assert len(ids) == 1, "the same cause keeps its id"
    ledger.assert_same_as_full_build()


def test_an_empty_order_that_is_edited_and_stays_empty_stays_work_in_progress_until_its_lines_come(
    ledger: Ledger,
) -> None:
    states = "select is_ghost, is_work_in_progress from orders_inbox where shipstation_order_id = 3"
    come(ledger, "orders", order(3, [], status="awaiting_shipment"))
    with ledger.connect() as connection:
        raw_tables.note_state(connection, 3, "work_in_progress", "load-2", since_at=FRIDAY, checked_at=FRIDAY)
    come(ledger, "orders", order(3, [], status="on_hold"), load_id="load-3", seen_at=FRIDAY + timedelta(hours=1))
    ledger.build()
    assert ledger.rows(states) == [(True, True)]
    come(ledger, "orders", order(3, [line("17612", 1)], status="awaiting_shipment"), load_id="load-4")
    ledger.build()
    assert ledger.rows(states) == [(False, False)]


def test_days_go_on_without_any_change(ledger: Ledger) -> None:
    with ledger.connect() as connection:
        raw_tables.set_context(connection, FRIDAY + timedelta(days=3), run_id="run-2")
    ledger.build()
    assert ledger.rows("select max(inventory_date) from inventory_daily") == [(date(2026, 1, 12),)]
    assert ledger.rows("select max(charge_date) from charge_report_daily") == [(date(2026, 1, 11),)]
