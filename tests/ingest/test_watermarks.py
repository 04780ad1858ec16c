"""Where a list is read from, at the bounds of each rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.sources.shipstation.watermarks import (
    REFERENCE_LISTS,
    Start,
    reference_lists_due,
    start_of,
    with_recent_rows,
)

NOW = datetime(2026, 1, 9, 18, tzinfo=UTC)
OVERLAP = timedelta(minutes=15)
ALL_OF_30_DAYS = NOW - timedelta(days=30)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("watermark", "start"),
    [
        (NOW - timedelta(days=90), Start(NOW - timedelta(days=90) - OVERLAP)),
        (NOW, Start(NOW - OVERLAP)),
        # ShipStation's clock and ours may differ a little: up to five minutes ahead is no nonsense.
        (NOW + timedelta(minutes=1), Start(NOW + timedelta(minutes=1) - OVERLAP)),
        (NOW + timedelta(minutes=5), Start(NOW + timedelta(minutes=5) - OVERLAP)),
        (NOW + timedelta(minutes=5) + SECOND, Start(ALL_OF_30_DAYS, "in the future")),
        (None, Start(ALL_OF_30_DAYS, "missing")),
    ],
)
def test_a_list_is_read_from_an_overlap_before_its_watermark_or_else_30_days_back(
    watermark: datetime | None, start: Start
) -> None:
    assert start_of(watermark, now=NOW, overlap=OVERLAP) == start


@pytest.mark.parametrize(
    ("start", "recent", "begins"),
    [
        # Two seconds earlier, whether ShipStation's bound is inclusive or not.
        (Start(NOW), NOW, NOW - 2 * SECOND),
        (Start(NOW), NOW + SECOND, NOW - SECOND),
        (Start(NOW), NOW + 2 * SECOND, NOW),
        (Start(NOW), NOW + 3 * SECOND, NOW),
        (Start(NOW), None, NOW),
        (Start(NOW, "missing"), NOW - SECOND, NOW),
    ],
)
def test_the_newest_rows_are_read_again_only_when_they_lie_before_the_start(
    start: Start, recent: datetime | None, begins: datetime
) -> None:
    assert with_recent_rows(start, recent) == Start(begins, start.fallback)


@pytest.mark.parametrize(
    ("last", "is_due"),
    [
        (None, True),
        (NOW, False),
        (NOW - timedelta(days=1) + SECOND, False),
        (NOW - timedelta(days=1), True),
        (NOW + SECOND, True),
    ],
)
def test_reference_lists_are_due_once_a_day(last: datetime | None, is_due: bool) -> None:
    assert reference_lists_due({REFERENCE_LISTS: last} if last else {}, NOW) is is_due
