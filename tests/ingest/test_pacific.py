from __future__ import annotations

from datetime import UTC, datetime

import pytest

from ingest.client.pacific_time import (
    earliest_instant,
    filter_end,
    filter_start,
    filter_text,
    latest_instant,
    newest_wall,
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
        ("2024-09-20T12:40:27.543000000", datetime(2024, 9, 20, 12, 40, 27, 543000)),
        ("2024-09-20T19:40:27Z", datetime(2024, 9, 20, 12, 40, 27)),
        ("2024-12-20T21:40:27.5+01:00", datetime(2024, 12, 20, 12, 40, 27, 500000)),
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


@pytest.mark.parametrize(
    ("instant", "start"),
    [
        ("2025-10-01T19:00:00.999999", "2025-10-01T12:00:00"),
        ("2025-11-02T07:59:59", "2025-11-02T00:59:59"),
        ("2025-11-02T08:00:31.5", "2025-11-02T00:59:59"),
        ("2025-11-02T09:59:31", "2025-11-02T00:59:59"),
        ("2025-11-02T10:00:31", "2025-11-02T02:00:31"),
    ],
)
def test_a_filters_start_is_the_whole_second_of_its_instant_or_before_the_repeated_hour(
    instant: str, start: str
) -> None:
    assert filter_start(datetime.fromisoformat(instant).replace(tzinfo=UTC)) == datetime.fromisoformat(start)


def test_a_filter_up_to_the_repeated_hour_ends_after_that_hour() -> None:
    assert filter_end(datetime(2025, 11, 2, 8, 10, tzinfo=UTC)) == datetime(2025, 11, 2, 2, 0)


@pytest.mark.parametrize(
    ("instant", "end"),
    [
        ("2025-10-01T19:00:00", "2025-10-01T12:00:01"),
        # A fraction is rounded up, or what happened within it would not be listed.
        ("2025-10-01T19:00:00.000001", "2025-10-01T12:00:01"),
        ("2025-10-01T19:00:00.999999", "2025-10-01T12:00:01"),
        # The second before the repeated hour, its last second, and the first one after it.
        ("2025-11-02T07:59:58", "2025-11-02T00:59:59"),
        ("2025-11-02T07:59:59", "2025-11-02T02:00:00"),
        ("2025-11-02T09:59:58", "2025-11-02T02:00:00"),
        ("2025-11-02T09:59:59", "2025-11-02T02:00:00"),
        ("2025-11-02T10:00:00", "2025-11-02T02:00:01"),
    ],
)
def test_a_filters_end_is_a_whole_second_after_its_instant(instant: str, end: str) -> None:
    assert filter_end(datetime.fromisoformat(instant).replace(tzinfo=UTC)) == datetime.fromisoformat(end)


@pytest.mark.parametrize(
    ("latest", "newest"),
    [
        (None, datetime(2025, 10, 1, 12)),
        (datetime(2025, 10, 1, 19, tzinfo=UTC), datetime(2025, 10, 1, 12)),
        (datetime(2025, 10, 1, 18, 59, 59, tzinfo=UTC), datetime(2025, 10, 1, 8)),
        (datetime(2025, 10, 1, 14, tzinfo=UTC), None),
    ],
)
def test_the_newest_date_is_one_up_to_an_instant(latest: datetime | None, newest: datetime | None) -> None:
    assert newest_wall(["2025-10-01T08:00:00", "2025-10-01T12:00:00", None], latest) == newest


def test_in_spring_the_missing_hour_moves_no_filter_past_its_instant() -> None:
    just_after = datetime(2026, 3, 8, 10, 0, tzinfo=UTC)  # 02:00 standard time does not exist: it is 03:00
    assert filter_start(just_after) == datetime(2026, 3, 8, 3, 0)
    just_before = datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC)
    assert filter_start(just_before) == datetime(2026, 3, 8, 1, 59, 59)


def test_a_filter_is_written_with_second_precision() -> None:
    assert filter_text(datetime(2025, 9, 1, 7, 5, 9)) == "2025-09-01 07:05:09"
