from __future__ import annotations

from datetime import date

import pytest

from workflows.errors import UsageError
from workflows.periods import Period, period_to_close

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("kind", "day", "name"),
    [
        ("eod", "2026-11-20", "2026-11-20"),
        ("eow", "2026-11-20", "2026-11-16"),
        ("eow", "2026-11-15", "2026-11-09"),
        ("eow", "2026-11-16", "2026-11-09"),
        ("eow", "2026-11-19", "2026-11-09"),
        ("eow", "2026-01-01", "2025-12-22"),
        ("eom", "2026-11-03", "2026-10"),
        ("eom", "2026-11-01", "2026-10"),
        ("eom", "2026-10-04", "2026-10"),
        ("eom", "2026-10-31", "2026-10"),
        ("eom", "2026-01-02", "2025-12"),
        ("eom", "2026-02-28", "2026-02"),
    ],
)
def test_a_date_closes_the_period_the_business_means(kind: str, day: str, name: str) -> None:
    assert period_to_close(kind, date.fromisoformat(day), TODAY).name == name  # type: ignore[arg-type]


def test_a_week_is_monday_to_sunday_and_a_month_all_its_days_across_clock_changes_too() -> None:
    week = period_to_close("eow", date(2026, 3, 8), TODAY)
    assert (week.first, week.last) == (date(2026, 3, 2), date(2026, 3, 8))
    month = period_to_close("eom", date(2024, 2, 29), TODAY)
    assert (month.first, month.last) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("kind", "day", "sentence"),
    [
        ("eod", "2026-11-21", "lies in the future"),
        ("eow", "2026-11-21", "lies in the future"),
        ("eom", "2026-11-20", "November 2026 still runs.*2026-12-01.*--date 2026-10-31"),
        ("eom", "2026-11-04", "still runs"),
    ],
)
def test_a_period_that_has_not_come_or_still_runs_is_refused(kind: str, day: str, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        period_to_close(kind, date.fromisoformat(day), TODAY)  # type: ignore[arg-type]


def test_the_month_can_be_closed_on_the_day_after_its_last() -> None:
    first = date(2026, 12, 1)
    assert period_to_close("eom", first, first).name == "2026-11"
    with pytest.raises(UsageError):
        period_to_close("eom", date(2026, 11, 30), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("period", "name", "title"),
    [
        (Period("eod", TODAY, TODAY), "2026-11-20", "Friday, 2026-11-20"),
        (
            Period("eow", date(2026, 11, 16), date(2026, 11, 22)),
            "2026-11-16",
            "The week of 2026-11-16 to 2026-11-22",
        ),
        (Period("eom", date(2026, 10, 1), date(2026, 10, 31)), "2026-10", "October 2026"),
    ],
)
def test_a_period_has_its_first_and_last_day_a_name_for_files_and_a_title_for_people(
    period: Period, name: str, title: str
) -> None:
    assert period_to_close(period.kind, date(2026, 11, 2) if period.kind == "eom" else TODAY, TODAY) == period
    assert (period.name, period.title) == (name, title)
