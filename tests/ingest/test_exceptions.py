"""When an exception is written, stays or is resolved, and what counts as a difference: without a server."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingest.client.payload import Payload
from ingest.exceptions import ExceptionRow, changed_exceptions
from ingest.sources.shipstation.load_exceptions import resolved_mismatches
from ingest.sources.shipstation.payload_comparison import (
    Comparison,
    Difference,
    differing_fields,
    exception_of,
    number_of,
    units,
)

FIRST = datetime(2026, 11, 20, 18, tzinfo=UTC)


def an_exception(key: str, seen_at: datetime = FIRST) -> ExceptionRow:
    return ExceptionRow(key, "watermark_fallback", "warning", "A sentence.", seen_at)


def test_an_exception_is_written_once_stays_is_resolved_once_and_begins_again_when_it_comes_back() -> None:
    still_open: dict[str, ExceptionRow] = {}
    written: list[list[tuple[datetime, bool]]] = []
    for hour, is_there in enumerate([True, True, True, False, False, True, True, False]):
        now = FIRST + timedelta(hours=hour)
        noticed = [an_exception("watermark:orders", now)] if is_there else []
        rows = changed_exceptions(noticed, still_open, lambda _: True, now)
        still_open |= {row.finding_key: row for row in rows}
        still_open = {key: row for key, row in still_open.items() if row.resolved_at is None}
        written.append([(row.first_seen_at, row.resolved_at == now) for row in rows])
    again = FIRST + timedelta(hours=5)
    assert written == [[(FIRST, False)], [], [], [(FIRST, True)], [], [(again, False)], [], [(again, True)]]


def test_what_a_cycle_did_not_check_stays_open() -> None:
    still_open = {"watermark:orders:missing": an_exception("watermark:orders:missing")}
    assert changed_exceptions([], still_open, lambda _: False, FIRST) == []


def test_a_comparisons_exception_is_resolved_by_its_own_row_and_no_other() -> None:
    keys = [
        "mismatch:orders:7",
        "mismatch:orders:70",
        "mismatch:shipments:7",
        "watermark:orders:7",
        "poison:/orders:7",
    ]
    assert resolved_mismatches(keys, {"orders": {7, 8}, "shipments": {70}, "fulfillments": {7}}) == {keys[0]}


def test_an_exception_that_is_resolved_and_raised_again_stays() -> None:
    still_open = {key: an_exception(key) for key in "ab"}
    now = FIRST + timedelta(hours=1)
    resolved = [replace(an_exception("a"), resolved_at=now)]
    assert changed_exceptions([], still_open, lambda row: row.finding_key == "a", now) == resolved
    assert changed_exceptions([an_exception("a")], still_open, lambda row: row.finding_key == "a", now) == []


def test_the_same_cause_noticed_twice_in_a_cycle_is_one_exception() -> None:
    noticed = [an_exception(key) for key in "aba"]
    assert changed_exceptions(noticed, {}, lambda _: True, FIRST) == noticed[:2]


@pytest.mark.parametrize(
    ("there", "here", "fields"),
    [
        ({"a": 1, "b": [1, 2]}, {"a": 1, "b": [1, 2]}, ()),
        ({"a": 1}, {"a": 1, "kept": 5}, ()),
        ({"a": None}, {}, ()),
        ({"a": 0}, {}, ("a",)),
        ({"a": ""}, {"a": None}, ("a",)),
        ({"c": 1, "a": {"x": 1}}, {"a": {"x": 2}, "c": 2}, ("a", "c")),
        ({"b": [1, 2]}, {"b": [2, 1]}, ("b",)),
        ({"a": 35.0}, {"a": 35}, ()),
    ],
)
def test_what_differs_is_named_and_what_is_absent_there_says_nothing(
    there: dict[str, Any], here: dict[str, Any], fields: tuple[str, ...]
) -> None:
    assert differing_fields(Payload.of(there), here) == fields


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([{"quantity": 2}, {"quantity": 3, "adjustment": False}, {"quantity": 4, "adjustment": None}], 9),
        ([{"quantity": 1, "adjustment": True}], 0),
        ([{"quantity": 5}, {"quantity": -2}], 5),
        ([{"quantity": None}, {"quantity": "7"}, {}, "text", None], 0),
        ([], 0),
        (None, 0),
        ({"quantity": 1}, 0),
    ],
)
def test_units_are_those_of_goods_and_a_refund_takes_none_away(items: Any, expected: int) -> None:
    assert units({"items": items}) == expected


@pytest.mark.parametrize(("number", "expected"), [("680001", "680001"), (680001, None), (None, None)])
def test_an_order_number_is_text(number: Any, expected: str | None) -> None:
    assert number_of({"orderNumber": number}) == expected


def test_each_kind_of_difference_is_counted_by_itself_and_only_the_first_200_are_listed() -> None:
    found = Comparison()
    for key in range(201):
        found.note(Difference("orders", key, "missing_here", repaired=key % 2 == 0))
    found.note(Difference("orders", 300, "different"))
    found.note(Difference("shipments", 300, "missing_there"))
    assert (found.missing_here, found.different, found.missing_there, found.repaired) == (201, 1, 1, 101)
    assert [difference.key for difference in found.differences] == list(range(200))


@pytest.mark.parametrize(
    ("difference", "words", "order_id"),
    [
        (Difference("orders", 7, "missing_here"), "is in ShipStation but not here", 7),
        (Difference("orders", 7, "different", ("orderStatus", "items")), "differs in orderStatus, items", 7),
        (Difference("shipments", 7, "missing_there"), "is here but no longer in ShipStation's list", None),
    ],
)
def test_a_difference_is_an_exception_about_its_row(
    difference: Difference, words: str, order_id: int | None
) -> None:
    exception = exception_of(replace(difference, order_number="680007"), FIRST)
    assert words in exception.detail
    assert (exception.finding_key, exception.exception_type) == (
        f"mismatch:{difference.table}:7",
        "field_mismatch",
    )
    assert (exception.shipstation_order_id, exception.order_number, exception.resolved_at) == (
        order_id,
        "680007",
        None,
    )
