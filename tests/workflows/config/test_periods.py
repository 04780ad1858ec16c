"""Which period a close means, and from when on it can be closed."""

from __future__ import annotations

import pickle
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from at_an_instant import present
from homes import settings_of

from workflows.config.periods import CloseKind, Period, begin_of, closed_before, period_of, period_to_close
from workflows.errors import CloseRefused

FRIDAY = date(2026, 11, 20)


def day(text: str) -> date:
    return date.fromisoformat(text)


def refused(kind: CloseKind, asked: str | None, today: str) -> CloseRefused:
    with pytest.raises(CloseRefused) as refusal:
        period_to_close(kind, day(asked) if asked else None, day(today))
    return refusal.value


@pytest.mark.parametrize(
    ("kind", "asked", "today", "name"),
    [
        ("eod", "2026-11-20", "2026-11-20", "2026-11-20"),
        ("eow", "2026-11-16", "2026-11-20", "2026-11-16"),  # its Monday, on its Friday
        ("eow", "2026-11-22", "2026-11-20", "2026-11-16"),  # its Sunday, which is still to come
        ("eow", "2026-11-15", "2026-11-20", "2026-11-09"),
        ("eow", "2026-01-01", "2026-11-20", "2025-12-29"),  # a week over the turn of the year
        ("eom", "2026-11-01", "2026-12-01", "2026-11"),
        ("eom", "2026-11-03", "2026-12-01", "2026-11"),
        ("eom", "2026-10-31", "2026-10-30", "2026-10"),  # the Saturday that ends it, on its last weekday
        ("eom", "2026-10-01", "2026-10-30", "2026-10"),
        ("eom", "2026-02-28", "2026-11-20", "2026-02"),
    ],
)
def test_a_date_means_the_period_that_it_lies_in(kind: CloseKind, asked: str, today: str, name: str) -> None:
    assert period_to_close(kind, day(asked), day(today)).name == name


@pytest.mark.parametrize(
    ("kind", "today", "name"),
    [
        ("eod", "2026-11-22", "2026-11-22"),
        ("eow", "2026-11-19", "2026-11-09"),  # Thursday
        ("eow", "2026-11-20", "2026-11-16"),  # Friday
        ("eow", "2026-11-22", "2026-11-16"),
        ("eow", "2026-11-23", "2026-11-16"),
        ("eow", "2027-01-01", "2026-12-28"),  # a Friday
        ("eom", "2026-10-30", "2026-10"),  # Friday; the month ends on Saturday
        ("eom", "2026-10-31", "2026-10"),
        ("eom", "2026-11-01", "2026-10"),
        ("eom", "2026-11-03", "2026-10"),
        ("eom", "2026-11-30", "2026-11"),  # a Monday ends it
        ("eom", "2026-12-31", "2026-12"),
        ("eom", "2027-01-03", "2026-12"),
        ("eom", "2027-01-29", "2027-01"),  # Friday; the month ends on Sunday
        ("eom", "2026-02-27", "2026-02"),
        ("eom", "2031-02-28", "2031-02"),  # a Friday ends it
        ("eom", "2028-02-29", "2028-02"),  # a leap day, a Tuesday
        ("eom", "2028-03-03", "2028-02"),
    ],
)
def test_without_a_date_the_period_that_is_due_is_meant(kind: CloseKind, today: str, name: str) -> None:
    assert period_to_close(kind, None, day(today)).name == name


@pytest.mark.parametrize(
    ("kind", "asked", "today", "sentence"),
    [
        (
            *("eod", "2026-11-21", "2026-11-20"),
            "That lies in the future: Saturday, 2026-11-21 can be closed from Saturday, 2026-11-21 on."
            " The last day that can be closed today, 2026-11-20: `eod --date 2026-11-20`.",
        ),
        (
            *("eow", "2026-11-16", "2026-11-19"),
            "It is too early: the week of 2026-11-16 to 2026-11-22 can be closed from Friday, 2026-11-20 on."
            " The last week that can be closed today, 2026-11-19: `eow --date 2026-11-13`.",
        ),
        (
            *("eow", "2026-11-18", "2026-11-16"),
            "It is too early: the week of 2026-11-16 to 2026-11-22 can be closed from Friday, 2026-11-20 on."
            " The last week that can be closed today, 2026-11-16: `eow --date 2026-11-13`.",
        ),
        (
            *("eom", "2026-10-29", "2026-10-29"),
            "It is too early: October 2026 can be closed from Friday, 2026-10-30 on, after that day's EOD."
            " The last month that can be closed today, 2026-10-29: `eom --date 2026-09-30`.",
        ),
        (
            *("eom", "2027-02-01", "2026-10-30"),
            "That lies in the future: February 2027 can be closed from Friday, 2027-02-26 on,"
            " after that day's EOD. The last month that can be closed today, 2026-10-30: `eom --date 2026-10-30`.",
        ),
        (
            *("eom", None, "2026-11-04"),
            "No month is due today: November 2026 can be closed from Monday, 2026-11-30 on, after that day's EOD."
            " The last month that can be closed today, 2026-11-04: `eom --date 2026-10-30`.",
        ),
        (
            *("eom", None, "2028-02-28"),
            "No month is due today: February 2028 can be closed from Tuesday, 2028-02-29 on, after that day's EOD."
            " The last month that can be closed today, 2028-02-28: `eom --date 2028-01-31`.",
        ),
    ],
)
def test_what_cannot_be_closed_yet_is_refused_with_the_day_from_which_it_can_and_what_can_be_now(
    kind: CloseKind, asked: str | None, today: str, sentence: str
) -> None:
    refusal = refused(kind, asked, today)
    assert (str(refusal), refusal.exit_code) == (sentence, 2)
    assert refusal.facts["reason"] == ("too_early" if asked else "not_due")
    assert refusal.facts["possible_from"].isoformat() in sentence
    assert pickle.loads(pickle.dumps(refusal)).facts == refusal.facts


@pytest.mark.parametrize(
    ("day", "instant"),
    [
        (date(2026, 11, 20), datetime(2026, 11, 20, 6, tzinfo=UTC)),
        (date(2026, 7, 1), datetime(2026, 7, 1, 5, tzinfo=UTC)),
        (date(2026, 11, 1), datetime(2026, 11, 1, 5, tzinfo=UTC)),
        (date(2026, 11, 2), datetime(2026, 11, 2, 6, tzinfo=UTC)),
    ],
)
def test_a_day_begins_at_midnight_of_the_business_in_summer_and_in_winter(day: date, instant: datetime) -> None:
    began = begin_of(day, ZoneInfo("America/Chicago"))
    assert (began, began.tzinfo) == (instant, UTC)


def test_a_week_is_monday_to_sunday_and_a_month_all_its_days_across_clock_changes_too() -> None:
    week, month = period_of("eow", day("2026-03-08")), period_of("eom", day("2024-02-29"))
    assert (week.first, week.last) == (date(2026, 3, 2), date(2026, 3, 8))
    assert (month.first, month.last) == (date(2024, 2, 1), date(2024, 2, 29))


@pytest.mark.parametrize("utc_hour", [6, 7])
def test_both_hours_of_a_clock_that_goes_back_lie_on_one_day_and_mean_the_same_periods(utc_hour: int) -> None:
    # 1 November 2026, 01:30, before and after Chicago's clocks went back.
    local = datetime(2026, 11, 1, utc_hour, 30, tzinfo=UTC).astimezone(ZoneInfo("America/Chicago"))
    assert (local.hour, local.minute) == (1, 30)
    due = [period_to_close(kind, None, local.date()).name for kind in ("eod", "eow", "eom")]  # type: ignore[arg-type]
    assert due == ["2026-11-01", "2026-10-26", "2026-10"]


@pytest.mark.parametrize(
    ("instant", "due"),
    [
        ("2026-10-30T04:59Z", None),  # Thursday, a minute before midnight in Chicago
        ("2026-10-30T05:00Z", "2026-10"),
        ("2026-11-01T04:59Z", "2026-10"),  # still Saturday the 31st there, in UTC and further east November
        ("2026-11-04T05:59Z", "2026-10"),  # the clocks went back: midnight is at six
        ("2026-11-04T06:00Z", None),
        ("2026-12-01T06:00Z", "2026-11"),
        ("2026-12-04T05:59Z", "2026-11"),
        ("2026-12-04T06:00Z", None),
        ("2027-01-01T05:59Z", "2026-12"),
        ("2027-01-04T05:59Z", "2026-12"),
    ],
)
def test_what_is_due_turns_at_the_midnight_of_the_business(instant: str, due: str | None, tmp_path: Path) -> None:
    with present(datetime.fromisoformat(instant)):
        today = settings_of(tmp_path).today()
    try:
        assert period_to_close("eom", None, today).name == due
    except CloseRefused:
        assert due is None


@pytest.mark.parametrize(
    ("period", "below"),
    [
        (("eod", "2026-10-30"), []),
        (("eow", "2026-11-01"), ["eod 2026-10-30"]),
        (("eom", "2026-10-01"), ["eod 2026-10-30", "eow 2026-10-26"]),
        (("eom", "2026-11-01"), ["eod 2026-11-30", "eow 2026-11-23"]),  # a Monday: its own week can wait
        (("eom", "2026-12-01"), ["eod 2026-12-31", "eow 2026-12-21"]),  # a Thursday
    ],
)
def test_a_week_rests_on_its_friday_and_a_month_on_its_last_weekday_and_its_last_week_with_a_friday(
    period: tuple[CloseKind, str], below: list[str]
) -> None:
    kind, asked = period
    assert [f"{one.kind} {one.name}" for one in closed_before(period_of(kind, day(asked)))] == below


@pytest.mark.parametrize(
    ("period", "name", "title"),
    [
        (Period("eod", FRIDAY, FRIDAY), "2026-11-20", "Friday, 2026-11-20"),
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
    assert period_to_close(period.kind, date(2026, 10, 31) if period.kind == "eom" else FRIDAY, FRIDAY) == period
    assert (period.name, period.title) == (name, title)
