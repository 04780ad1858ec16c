"""Warm builds: what came again replaces what was there, and nothing else is lost or kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import raw_tables
from arrivals import come
from ledger_under_test import Ledger, failures
from shipstation_payloads import fulfillment, label, line, order
from side_by_side import Steps, side_by_side

FRIDAY = datetime(2026, 1, 9, 18, tzinfo=UTC)
MONDAY, WEDNESDAY = FRIDAY + timedelta(days=3), FRIDAY + timedelta(days=5)


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()


@pytest.fixture(scope="module")
def built(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two shipped orders."""
    ledger = new_ledger()
    come(ledger, "orders", order(1, [line("17612 - 250300", 5)]), order(2, [line("18795", 10)]))
    come(ledger, "shipments", label(101, 1, "2026-01-05"), label(102, 2, "2026-01-06", [line("18795", 10)]))
    ledger.build()
    return ledger


@pytest.fixture
def ledger(built: Ledger, tmp_path: Path) -> Ledger:
    return built.copy(tmp_path, FRIDAY)


def note(
    ledger: Ledger, order_id: int, state: str, since_at: datetime = FRIDAY, checked_at: datetime = FRIDAY
) -> None:
    with ledger.connect() as connection:
        raw_tables.note_state(
            connection, order_id, state, raw_tables.new_load(), since_at=since_at, checked_at=checked_at
        )


def kill_after(ledger: Ledger, model: str) -> None:
    """A warm build that got as far as this model."""
    left_out = ("config.materialized:view", "resource_type:seed", "tag:reference")
    result = ledger.run("build", "--select", f"+{model}", "--exclude", *left_out, "--indirect-selection", "empty")
    assert result.success, failures(result)


@side_by_side
def test_a_warm_build_runs_every_data_test(ledger: Ledger) -> Steps:
    built = yield
    assert len(ledger.data_tests()) >= 6
    assert built >= ledger.data_tests()


@side_by_side
def test_an_edited_order_that_lost_a_line_loses_its_rows(ledger: Ledger) -> Steps:
    come(ledger, "orders", order(1, [line("17612 - 250300", 5), line("17904 - 250240", 2)]))
    come(ledger, "shipments", label(101, 1, "2026-01-05"))
    yield
    lines = "select sku_code, quantity_shipped from shipped_items where shipstation_order_id = 1 order by 1"
    assert ledger.rows(lines) == [("17612", 5), ("17904", 2)]
    come(ledger, "orders", order(1, [line("17612 - 250300", 4)]))
    yield
    assert ledger.rows(lines) == [("17612", 4)]
    assert ledger.rows("select count(*) from order_items_inbox where shipstation_order_id = 1") == [(1,)]


@side_by_side
def test_a_label_voided_next_week_leaves_the_day_week_and_month_it_was_counted_in(ledger: Ledger) -> Steps:
    # Nothing else of 18795 leaves, and nothing else on the 6th.
    sold = [line("18795", 10)]
    come(ledger, "orders", order(2, sold))
    come(ledger, "shipments", label(102, 2, "2026-01-06", sold))
    yield WEDNESDAY
    stock = "select quantity_on_hand, quantity_allocated from inventory_current where sku_code = '18795'"
    day = "select order_count, unit_count from charge_report_daily where charge_date = date '2026-01-06'"
    week = """
        select quantity_shipped from weekly_shipped_history
        where sku_code = '18795' and week_start_date = date '2026-01-05'
    """
    month = "select order_count, unit_count from charge_report_monthly"
    [(on_hand, allocated)] = ledger.rows(stock)
    [(orders, units)] = ledger.rows(month)
    assert (ledger.rows(day), ledger.rows(week), allocated) == ([(1, 10)], [(10,)], 0)
    come(
        ledger, "shipments", label(102, 2, "2026-01-06", sold, voided=True, voidDate="2026-01-14T09:00:00.0000000")
    )
    come(ledger, "orders", order(2, sold, status="awaiting_shipment"))
    yield
    assert ledger.rows("select count(*) from shipped_items where shipstation_order_id = 2") == [(0,)]
    assert (ledger.rows(day), ledger.rows(week)) == ([(0, 0)], [(0,)])
    assert ledger.rows(month) == [(orders - 1, units - 10)]
    assert ledger.rows(stock) == [(on_hand + 10, 10)]


@side_by_side
def test_a_field_missing_from_a_payload_erases_nothing_and_a_null_does(ledger: Ledger) -> Steps:
    come(ledger, "orders", order(3, [line("17904 - 250240", 1)]))
    come(ledger, "shipments", label(103, 3, "2026-01-05"))
    yield
    lacking = label(103, 3, "2026-01-05")
    number = lacking.pop("trackingNumber")
    come(ledger, "shipments", lacking, kept_fields={103: {"trackingNumber": number}})
    yield
    tracking = "select tracking_number from orders_inbox where shipstation_order_id = 3"
    assert ledger.rows(tracking) == [("1Z103",)]
    come(ledger, "shipments", lacking | {"trackingNumber": None})
    yield
    assert ledger.rows(tracking) == [(None,)]


@side_by_side
def test_an_order_that_takes_anothers_number_makes_both_duplicates_and_giving_it_back_clears_both(
    ledger: Ledger,
) -> Steps:
    duplicates = """
        select shipstation_order_id from exceptions
        where exception_type = 'duplicate_order_number' and shipstation_order_id in (4, 5) order by all
    """
    goods = [line("17904 - 250240", 1)]
    come(ledger, "orders", order(4, goods), order(5, goods))
    come(ledger, "shipments", label(104, 4, "2026-01-05"), label(105, 5, "2026-01-05"))
    yield
    come(ledger, "orders", order(5, goods, orderNumber="680004"))
    yield
    assert ledger.rows(duplicates) == [(4,), (5,)]
    come(ledger, "orders", order(5, goods))
    yield
    assert ledger.rows(duplicates) == []


@side_by_side
def test_a_label_that_moves_to_another_order_leaves_the_first(ledger: Ledger) -> Steps:
    goods = line("17904 - 250240", 1)
    come(ledger, "orders", order(6, [goods]), order(7, [goods]))
    come(ledger, "shipments", label(106, 6, "2026-01-05"), label(107, 7, "2026-01-05", [goods]))
    yield
    left = "select shipstation_order_id from shipped_items where shipment_id = 106"
    assert ledger.rows(left) == [(6,)]
    come(ledger, "shipments", label(106, 7, "2026-01-05", [goods]))
    yield
    assert ledger.rows(left) == [(7,)]


@side_by_side
def test_a_moved_fulfillment_and_an_order_found_gone_change_orders_that_did_not_come(ledger: Ledger) -> Steps:
    come(ledger, "orders", order(10, [line("17904 - 250240", 1)]))
    come(ledger, "shipments", label(110, 10, "2026-01-05"))
    yield
    come(ledger, "orders", order(8, [line("17914", 8)]), order(9, [line("17914", 9)]))
    come(ledger, "fulfillments", fulfillment(208, 8, "2026-01-07"))
    yield
    left = "select shipstation_order_id from shipped_items where shipstation_order_id in (8, 9)"
    assert ledger.rows(left) == [(8,)]
    come(ledger, "fulfillments", fulfillment(208, 9, "2026-01-07"))
    note(ledger, 10, "missing_in_shipstation")
    yield
    assert ledger.rows(left) == [(9,)]
    assert ledger.rows("select order_status from orders_inbox where shipstation_order_id = 10") == [("cancelled",)]


@side_by_side
def test_units_on_no_label_leave_with_a_fulfillment_then_a_label_and_come_back_to_the_list_without_both(
    ledger: Ledger,
) -> Steps:
    goods = line("17914", 5)
    come(ledger, "orders", order(11, [goods]))
    come(ledger, "shipments", label(111, 11, "2026-01-05", [goods | {"quantity": 2}]))
    void = {"voided": True, "voidDate": "2026-01-08T09:00:00.0000000"}
    states = []
    for table, row in (
        ("fulfillments", fulfillment(211, 11, "2026-01-07")),
        ("shipments", label(112, 11, "2026-01-08")),
        ("shipments", label(112, 11, "2026-01-08", **void)),
        ("fulfillments", fulfillment(211, 11, "2026-01-07", **void)),
        ("orders", order(11, [goods], status="on_hold")),
    ):
        come(ledger, table, row)
        yield
        left = ledger.rows("""
            select shipment_id, quantity_shipped from shipped_items where shipstation_order_id = 11 order by all
        """)
        missing = ledger.rows("""
            select count(*) from exceptions
            where exception_type = 'units_not_on_labels' and shipstation_order_id = 11
        """)
        states.append((left, missing[0][0]))
    elsewhere, later = [(111, 2), (None, 3)], [(111, 2), (112, 3)]
    assert states == [(elsewhere, 0), (later, 0), (elsewhere, 0), ([(111, 2)], 1), ([(111, 2)], 0)]
    assert ledger.rows("select quantity_allocated from inventory_current where sku_code = '17914'") == [(3,)]


@side_by_side
def test_an_order_shipstation_no_longer_knows_counts_as_cancelled_until_it_comes_again(ledger: Ledger) -> Steps:
    yield
    ghost = order(13, [], status="awaiting_shipment")
    come(ledger, "orders", ghost)
    since, checked = datetime(2026, 1, 5, 12, tzinfo=UTC), datetime(2026, 1, 6, tzinfo=UTC)
    note(ledger, 13, "missing_in_shipstation", since, checked)
    yield
    state = "select order_status, is_ghost, is_missing from orders_inbox where shipstation_order_id = 13"
    assert ledger.rows(state) == [("cancelled", False, True)]
    come(ledger, "orders", ghost, seen_at=datetime(2026, 1, 8, tzinfo=UTC))
    yield
    assert ledger.rows(state) == [("awaiting_shipment", True, False)]


@side_by_side
def test_an_order_gone_from_shipstation_says_what_it_was_merged_into_once_the_survivor_lists_it(
    ledger: Ledger,
) -> Steps:
    gone = """
        select severity, detail from exceptions
        where shipstation_order_id = 14 and exception_type = 'missing_in_shipstation'
    """
    come(ledger, "orders", order(15, [line("17904 - 250240", 1)]))
    come(ledger, "shipments", label(115, 15, "2026-01-05"))
    yield
    come(ledger, "orders", order(14, [line("17612", 4)], status="awaiting_shipment"))
    note(ledger, 14, "missing_in_shipstation")
    yield
    assert ledger.rows(gone) == [("warning", "ShipStation no longer knows this order; it counts as cancelled.")]
    options = {"mergedIds": [14, 77], "parentId": None}
    merged = [line("17904 - 250240", 1), line("17612 - 250300", 4)]
    come(ledger, "orders", order(15, merged, advancedOptions=options))
    yield
    assert ledger.rows(gone) == [("info", "Merged into order 680015; it counts as cancelled.")]
    assert ledger.rows("select quantity_allocated from inventory_current where sku_code = '17612'") == [(0,)]


@pytest.mark.long
@side_by_side
def test_work_in_progress_tells_its_age_and_gets_louder_after_a_day_in_builds_without_any_change(
    ledger: Ledger,
) -> Steps:
    come(ledger, "orders", order(16, [], status="awaiting_shipment"), seen_at=FRIDAY)
    note(ledger, 16, "work_in_progress", FRIDAY - timedelta(minutes=40))
    ids, listed = set(), []
    for later in (None, timedelta(hours=1), timedelta(hours=23, minutes=30), timedelta(days=3)):
        yield later and FRIDAY + later
        [(key, *words)] = ledger.rows("""
            select exception_id, severity, detail from exceptions
            where shipstation_order_id = 16 and exception_type = 'work_in_progress'
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


@side_by_side
def test_an_empty_order_that_is_edited_and_stays_empty_stays_work_in_progress_until_its_lines_come(
    ledger: Ledger,
) -> Steps:
    yield
    states = "select is_ghost, is_work_in_progress from orders_inbox where shipstation_order_id = 17"
    come(ledger, "orders", order(17, [], status="awaiting_shipment"))
    note(ledger, 17, "work_in_progress")
    come(ledger, "orders", order(17, [], status="on_hold"), seen_at=FRIDAY + timedelta(hours=1))
    yield
    assert ledger.rows(states) == [(True, True)]
    come(ledger, "orders", order(17, [line("17904", 1)], status="awaiting_shipment"))
    yield
    assert ledger.rows(states) == [(False, False)]


@side_by_side
def test_days_go_on_without_any_change(ledger: Ledger) -> Steps:
    yield MONDAY
    assert ledger.rows("select max(inventory_date) from inventory_daily") == [(date(2026, 1, 12),)]
    assert ledger.rows("select max(charge_date) from charge_report_daily") == [(date(2026, 1, 11),)]


def test_a_build_that_changes_nothing_changes_nothing(afterwards: Ledger) -> None:
    before = afterwards.tables()
    afterwards.build()
    assert afterwards.tables() == before


def test_a_killed_build_is_repeated_until_a_green_one_covers_its_loads(afterwards: Ledger) -> None:
    """What all builds before it left is what a full build makes, too."""
    come(afterwards, "orders", order(1, [line("17612 - 250300", 3)]))
    kill_after(afterwards, "int_lines_resolved")
    afterwards.build()
    afterwards.assert_same_as_full_build()


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
    come(ledger, "orders", order(2, [line("18795", 10)]))
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
    come(ledger, "orders", wanted | {"gift": True})
    ledger.build()
    assert ledger.rows(
        "select lot_number, quantity_shipped from shipped_items where shipstation_order_id = 3 order by 2"
    ) == [(None, 11), ("250237", 1019)]
    ledger.assert_same_as_full_build()
