"""The history of an order: its packages, void ones too, and what an acknowledged exception rests on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
import raw_tables
from arrivals import come, enter, ship
from ledger_under_test import Ledger
from shipstation_payloads import fulfillment, label, line, order
from side_by_side import Steps, side_by_side

FRIDAY = datetime(2026, 1, 9, 18, tzinfo=UTC)
ONE_HOUR_LATER, NINE_HOURS_LATER, DAYS_LATER = (
    FRIDAY + later for later in (timedelta(hours=1), timedelta(hours=9), timedelta(days=3))
)
VOIDED = {"voided": True, "voidDate": "2026-01-06T07:00:00.0000000"}


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()


@side_by_side
def test_void_labels_return_labels_and_fulfillments_stay_in_the_story_of_their_order(ledger: Ledger) -> Steps:
    come(ledger, "orders", order(1, [line("17612 - 250237", 2)]), order(2, []))
    come(
        ledger, "shipments",
        label(101, 1, "2026-01-05", insuranceCost=1.5, **VOIDED),
        label(102, 1, "2026-01-06"),
        label(103, 1, "2026-01-07", isReturnLabel=True),
    )  # fmt: skip
    come(ledger, "fulfillments", fulfillment(201, 2, "2026-01-06", **VOIDED))
    yield
    seven_in_the_morning_pacific = datetime(2026, 1, 6, 15, tzinfo=UTC)
    assert ledger.rows("""
        select shipstation_order_id, package_key, package_kind, tracking_number, postage_cents, is_voided,
            ship_date, voided_at
        from packages where shipstation_order_id in (1, 2) order by package_key
    """) == [
        (2, "fulfillment 201", "fulfillment", "9400201", 0, True, date(2026, 1, 6), seven_in_the_morning_pacific),
        (1, "label 101", "label", "1Z101", 985, True, date(2026, 1, 5), seven_in_the_morning_pacific),
        (1, "label 102", "label", "1Z102", 835, False, date(2026, 1, 6), None),
        (1, "label 103", "return_label", "1Z103", 835, False, date(2026, 1, 7), None),
    ]


@side_by_side
def test_a_label_that_moves_to_another_order_is_in_the_story_of_that_order_only(ledger: Ledger) -> Steps:
    come(ledger, "orders", order(11, [line("17612 - 250237", 2)]), order(12, []))
    come(ledger, "shipments", label(111, 11, "2026-01-05"), label(112, 11, "2026-01-06"))
    yield
    come(ledger, "shipments", label(112, 12, "2026-01-06"))
    yield ONE_HOUR_LATER
    assert ledger.rows("select shipstation_order_id from packages where shipment_id = 112") == [(12,)]


@side_by_side
def test_a_lot_stays_overdrawn_for_one_cause_until_it_is_covered_and_falls_short_again(ledger: Ledger) -> Steps:
    after_each = []
    # 714 are there.
    for instant, act in (
        (None, lambda: ship(ledger, 3, "2026-01-07", "18675 - 240231", 715)),
        (ONE_HOUR_LATER, lambda: ship(ledger, 4, "2026-01-08", "18675 - 240231", 5)),
        (NINE_HOURS_LATER, lambda: enter(ledger, "found", "adjust_up", "2026-01-08", "18675", 1000, "240231")),
        (DAYS_LATER, lambda: ship(ledger, 5, "2026-01-09", "18675 - 240231", 995)),
    ):
        act()
        yield instant
        after_each.append(
            ledger.rows("select exception_id, cause from exceptions where exception_type = 'lot_overdrawn'")
        )
    [(first_key, first_cause)], [(second_key, second_cause)], covered, [(last_key, last_cause)] = after_each
    assert (first_cause, second_cause) == ("warning: below zero since 2026-01-07",) * 2
    assert covered == []
    assert last_cause == "warning: below zero since 2026-01-09"
    assert first_key == second_key == last_key


@side_by_side
def test_the_cause_of_an_unfinished_order_is_its_state_and_not_its_age(ledger: Ledger) -> Steps:
    with ledger.connect() as connection:
        load_id = raw_tables.new_load()
        raw_tables.load(connection, "orders", [order(9, [], status="on_hold")], load_id, seen_at=FRIDAY)
        raw_tables.note_state(connection, 9, "work_in_progress", load_id, since_at=FRIDAY, checked_at=FRIDAY)
    causes = []
    for instant in (ONE_HOUR_LATER, NINE_HOURS_LATER, DAYS_LATER):
        yield instant
        causes += ledger.rows("select cause from exceptions where exception_type = 'work_in_progress'")
    assert causes == [("info: on_hold",), ("info: on_hold",), ("warning: on_hold",)]


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()
