from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.pacific import (
    earliest_instant,
    filter_end,
    filter_start,
    filter_text,
    latest_instant,
    parse_wall,
)


@pytest.mark.parametrize(
    ("text", "wall"),
    [
        ("2024-09-20T12:40:27.5430000", datetime(2024, 9, 20, 12, 40, 27, 543000)),
        ("2024-09-20T12:40:53.063", datetime(2024, 9, 20, 12, 40, 53, 63000)),
        ("2024-09-20T12:40:20.1", datetime(2024, 9, 20, 12, 40, 20, 100000)),
        ("2024-09-20T00:00:00", datetime(2024, 9, 20)),
        ("2024-09-20", datetime(2024, 9, 20)),
    ],
)
def test_every_spelling_of_a_date_in_the_payloads_is_read(text: str, wall: datetime) -> None:
    assert parse_wall(text) == wall


@pytest.mark.parametrize("nonsense", [None, "", "yesterday", 20240920, {}, "2024-13-01T00:00:00"])
def test_what_is_no_date_is_none(nonsense: object) -> None:
    assert parse_wall(nonsense) is None


def test_the_repeated_autumn_hour_has_two_instants_an_hour_apart() -> None:
    wall = datetime(2025, 11, 2, 1, 30)
    assert earliest_instant(wall) == datetime(2025, 11, 2, 8, 30, tzinfo=UTC)
    assert latest_instant(wall) == datetime(2025, 11, 2, 9, 30, tzinfo=UTC)


def test_a_filter_from_inside_the_repeated_hour_starts_before_that_hour() -> None:
    before_the_clocks_went_back = datetime(2025, 11, 2, 8, 50, tzinfo=UTC)  # 01:50 daylight time
    assert filter_start(before_the_clocks_went_back) == datetime(2025, 11, 2, 0, 59, 59)
    after_the_clocks_went_back = datetime(2025, 11, 2, 9, 10, tzinfo=UTC)  # 01:10 standard time
    assert filter_start(after_the_clocks_went_back) == datetime(2025, 11, 2, 0, 59, 59)


def test_a_filter_up_to_the_repeated_hour_ends_after_that_hour() -> None:
    assert filter_end(datetime(2025, 11, 2, 8, 10, tzinfo=UTC)) == datetime(2025, 11, 2, 2, 0)


def test_in_spring_the_missing_hour_moves_no_filter_past_its_instant() -> None:
    just_after = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # 02:00 standard time does not exist: it is 03:00
    assert filter_start(just_after) == datetime(2026, 3, 8, 3, 0)
    just_before = datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC)
    assert filter_start(just_before) == datetime(2026, 3, 8, 1, 59, 59)


def test_a_filter_is_written_with_second_precision() -> None:
    assert filter_text(datetime(2025, 9, 1, 7, 5, 9)) == "2025-09-01 07:05:09"
