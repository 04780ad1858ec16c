"""Which empty orders are fetched by their id, and what a payload makes of one: tables, without a server."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.sources.shipstation.empty_orders import due_orders
from ingest.sources.shipstation.order_states import (
    AWAITED,
    CLOSED,
    EMPTY,
    MISSING,
    REPAIRED,
    WORK_IN_PROGRESS,
    OrderState,
    merged_ids,
    state_after,
)

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
EMPTY_SINCE = NOW - timedelta(hours=3)
SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
LINE = {"orderItemId": 10, "sku": "17612", "quantity": 2}


def empty(order_id: int, age: timedelta) -> OrderState:
    return OrderState(order_id, EMPTY, NOW - age, NOW - age)


@pytest.mark.parametrize(
    ("age", "last_look", "due"),
    [
        (0 * HOUR, None, True),
        (HOUR, SECOND, True),
        (DAY - SECOND, SECOND, True),
        (DAY, SECOND, False),
        (DAY, HOUR - SECOND, False),
        (DAY, HOUR, True),
        (2 * DAY, 2 * HOUR - SECOND, False),
        (2 * DAY, 2 * HOUR, True),
        (24 * DAY, DAY - SECOND, False),
        (24 * DAY, DAY, True),
        (240 * DAY, 10 * DAY - SECOND, False),
        (240 * DAY, 10 * DAY, True),
        (240 * DAY, None, True),
        (-MINUTE, SECOND, True),
    ],
)
def test_a_young_one_is_due_in_each_cycle_and_an_older_one_after_a_24th_of_its_age(
    age: timedelta, last_look: timedelta | None, due: bool
) -> None:
    last_fetched = {} if last_look is None else {7: NOW - last_look}
    assert due_orders([empty(7, age)], last_fetched, NOW) == ([empty(7, age)] if due else [])


def test_the_longest_not_seen_comes_first_and_those_never_seen_by_their_age() -> None:
    waiting_orders = [
        empty(1, HOUR),
        empty(2, 2 * HOUR),
        empty(3, 3 * HOUR),
        empty(4, 40 * DAY),
        empty(5, 2 * HOUR),
    ]
    last_fetched = {1: NOW - 30 * MINUTE, 3: NOW - 10 * MINUTE, 4: NOW - 2 * DAY}
    assert [order.order_id for order in due_orders(waiting_orders, last_fetched, NOW)] == [4, 2, 5, 1, 3]


@pytest.mark.parametrize("waiting", [1, 9, 10, 11, 25, 40])
def test_over_ten_turns_all_come_in_turn_and_none_starves(waiting: int) -> None:
    waiting_orders = [empty(number, HOUR - number * SECOND) for number in range(1, waiting + 1)]
    last_fetched: dict[int, datetime] = {}
    last_turn = dict.fromkeys(range(1, waiting + 1), -1)
    for turn in range(10):
        now = NOW + turn * 5 * MINUTE
        due = [order.order_id for order in due_orders(waiting_orders, last_fetched, now)]
        assert len(due) == len(set(due)) == min(waiting, 10)
        left = last_turn.keys() - set(due)
        assert max(last_turn[number] for number in due) <= min((last_turn[number] for number in left), default=10)
        last_fetched |= dict.fromkeys(due, now)
        last_turn |= dict.fromkeys(due, turn)
        assert turn - min(last_turn.values()) <= waiting / 10


def test_old_ones_get_their_turn_among_more_young_ones_than_a_cycle_may_fetch() -> None:
    old = [empty(100 + number, 30 * DAY) for number in range(5)]
    young = [empty(number, HOUR) for number in range(1, 31)]
    last_fetched = dict.fromkeys(range(100, 105), NOW - 31 * HOUR) | dict.fromkeys(range(1, 31), NOW - 5 * MINUTE)
    turns: list[set[int]] = []
    for turn in range(10):
        now = NOW + turn * 5 * MINUTE
        due = {order.order_id for order in due_orders([*young, *old], last_fetched, now)}
        last_fetched |= dict.fromkeys(due, now)
        turns.append(due)
    assert turns[0] >= {100, 101, 102, 103, 104}, "they were not seen for 31 hours"
    assert all(due < set(range(1, 31)) for due in turns[1:-1]), "their next turn is 30 hours later"
    assert set().union(*turns[1:4]) | turns[0] >= set(range(1, 31))


def numbers(due: list[OrderState]) -> list[int]:
    return [order.order_id for order in due]


@pytest.mark.parametrize(
    ("gone", "others", "due"),
    [
        (1, 0, [100]),
        (1, 30, [100, *range(1, 10)]),
        (8, 30, [*range(100, 108), 1, 2]),
        (10, 0, list(range(100, 110))),
        (10, 1, [*range(100, 109), 1]),
        (12, 30, [*range(100, 108), 1, 2]),
        (12, 0, list(range(100, 110))),
    ],
)
def test_those_that_are_missing_from_the_list_come_first_whatever_their_age_and_leave_two_turns_to_the_others(
    gone: int, others: int, due: list[int]
) -> None:
    """By their age those in the list are due, and those that are missing from it are not."""
    unlisted = [empty(100 + number, 400 * DAY) for number in range(gone)]
    listed = [empty(number, 500 * DAY) for number in range(1, others + 1)]
    last_fetched = {order.order_id: NOW - MINUTE for order in unlisted} | {
        order.order_id: NOW - 21 * DAY for order in listed
    }
    found = due_orders([*listed, *unlisted], last_fetched, NOW, {order.order_id for order in unlisted})
    assert numbers(found) == due


def test_those_missing_from_the_list_come_in_turn_too() -> None:
    unlisted = [empty(number, 400 * DAY) for number in range(1, 26)]
    last_fetched = dict.fromkeys(range(1, 26), NOW - HOUR)
    seen: set[int] = set()
    for turn in range(3):
        due = numbers(due_orders(unlisted, last_fetched, NOW + turn * MINUTE, set(range(1, 26))))
        last_fetched |= dict.fromkeys(due, NOW + turn * MINUTE)
        seen |= set(due)
    assert len(seen) == 25


def before(state: str) -> OrderState:
    return OrderState(1, state, EMPTY_SINCE, EMPTY_SINCE)


@pytest.mark.parametrize(
    ("payload", "known", "alone", "after"),
    [
        ({"items": [LINE]}, None, False, None),
        ({"items": [LINE]}, None, True, None),
        ({"items": [LINE]}, EMPTY, False, REPAIRED),
        ({"items": [LINE]}, WORK_IN_PROGRESS, True, REPAIRED),
        ({"items": [LINE]}, MISSING, False, REPAIRED),
        ({"items": [LINE], "orderStatus": "cancelled"}, EMPTY, False, REPAIRED),
        ({"items": [LINE]}, AWAITED, True, None),
        ({"items": [], "orderStatus": "cancelled"}, AWAITED, True, None),
        ({"items": []}, AWAITED, True, WORK_IN_PROGRESS),
        ({"items": []}, EMPTY, False, EMPTY),
        ({"items": None}, EMPTY, True, WORK_IN_PROGRESS),
        ({"items": []}, WORK_IN_PROGRESS, False, WORK_IN_PROGRESS),
        ({"items": []}, MISSING, False, EMPTY),
        ({"items": []}, MISSING, True, WORK_IN_PROGRESS),
        ({"items": [], "orderStatus": "shipped"}, EMPTY, True, WORK_IN_PROGRESS),
        ({"items": None, "orderStatus": "shipped"}, WORK_IN_PROGRESS, False, WORK_IN_PROGRESS),
        ({"items": [], "orderStatus": "cancelled"}, None, False, None),
        ({"items": [], "orderStatus": "cancelled"}, MISSING, False, CLOSED),
        ({"items": [], "orderStatus": "cancelled"}, WORK_IN_PROGRESS, True, CLOSED),
        ({}, EMPTY, False, EMPTY),
    ],
)
def test_what_a_payload_makes_of_an_order(
    payload: dict[str, Any], known: str | None, alone: bool, after: str | None
) -> None:
    given = {"orderStatus": "on_hold"} | payload
    expected = OrderState(1, after, EMPTY_SINCE, NOW) if after else None
    assert state_after(1, given, before(known) if known else None, NOW, alone=alone) == expected


@pytest.mark.parametrize(
    ("modified", "since"),
    [
        ("2026-11-20T09:30:00.0000000", datetime(2026, 11, 20, 17, 30, tzinfo=UTC)),
        ("2026-11-01T01:30:00.0000000", datetime(2026, 11, 1, 8, 30, tzinfo=UTC)),
        ("2026-11-20T10:00:01.0000000", NOW),
        ("2999-01-01T00:00:00.0000000", NOW),
        ("no date", NOW),
        (None, NOW),
    ],
)
@pytest.mark.parametrize("status", ["awaiting_shipment", "shipped"])
def test_an_order_has_been_empty_since_its_own_modification_and_never_since_the_future(
    modified: str | None, since: datetime, status: str
) -> None:
    payload = {"items": [], "orderStatus": status, "modifyDate": modified}
    assert state_after(1, payload, None, NOW) == OrderState(1, EMPTY, since, NOW)


@pytest.mark.parametrize(
    ("options", "merged"),
    [
        ({"mergedIds": [2, 3]}, [2, 3]),
        ({"mergedIds": [1, 2, "3", None]}, [2]),
        ({"mergedIds": []}, []),
        ({"mergedIds": None}, []),
        ({}, []),
        (None, []),
        ("none", []),
    ],
)
def test_an_order_is_never_merged_into_itself(options: Any, merged: list[int]) -> None:
    assert merged_ids({"orderId": 1, "advancedOptions": options}) == merged
