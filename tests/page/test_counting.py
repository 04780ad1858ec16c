"""When a counted lot is counted again, and which count is booked."""

from __future__ import annotations

import pytest

from streamlit_app.data.count_result import CountedLot, CountedProduct, with_recounts


def lot(counted: int, expected: int = 100, recounted: int | None = None, number: str = "250300") -> CountedLot:
    return CountedLot(number, counted, expected, moved_since=0, recounted=recounted)


@pytest.mark.parametrize(
    ("counted", "tolerance", "again"),
    [
        (100, 0, False), (101, 0, True), (99, 0, True),
        (102, 2, False), (98, 2, False), (103, 2, True), (97, 2, True), (0, 2, True),
    ],
)  # fmt: skip
def test_only_what_is_further_away_than_the_tolerance_is_counted_again(
    counted: int, tolerance: int, again: bool
) -> None:
    assert lot(counted).needs_recount(tolerance) == again
    # Once is enough, whatever the second count says.
    assert not lot(counted, recounted=0).needs_recount(tolerance)


def test_the_second_count_is_booked_also_when_it_is_zero() -> None:
    assert [(lot(90, recounted=again).final, lot(90, recounted=again).difference) for again in (None, 0, 97)] == [
        (90, -10),
        (0, -100),
        (97, -3),
    ]


def test_second_counts_are_taken_of_those_that_were_asked_for_and_asked_again_where_one_is_missing() -> None:
    first = [lot(90, number="asked"), lot(99, number="near"), lot(50, number="missing"), lot(0, number="gone")]
    second = with_recounts(first, {"asked": 98, "near": 7, "missing": None, "gone": 0}, tolerance=2)
    assert [(one.lot_number, one.final, one.needs_recount(2)) for one in second] == [
        ("asked", 98, False),
        ("near", 99, False),
        ("missing", 50, True),
        ("gone", 0, False),
    ]
    third = with_recounts(second, {"asked": 1, "missing": 52}, tolerance=2)
    assert [one.final for one in third] == [98, 99, 52, 0]


def test_a_comparison_is_another_one_when_a_counted_lot_or_the_uncounted_stock_has_changed() -> None:
    whole = CountedProduct((lot(90),), 100)
    assert whole.compared != CountedProduct((lot(90, 101),), 101).compared
    assert whole.compared != CountedProduct((lot(90),), 130).compared
    # What other lots have is of no account to who has not counted them.
    assert CountedProduct((lot(90),), 130).compared == CountedProduct((lot(80),), 140).compared
