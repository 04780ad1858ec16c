"""How the page writes figures, instants and other people's text."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streamlit_app.data import formatted

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("ago", "text"),
    [
        (timedelta(seconds=-5), "just now"),
        (timedelta(seconds=59), "just now"),
        (timedelta(seconds=60), "1 min ago"),
        (timedelta(minutes=59, seconds=59), "59 min ago"),
        (timedelta(hours=1), "1 h ago"),
        (timedelta(hours=47), "47 h ago"),
        (timedelta(days=2), "2 days ago"),
    ],
)
def test_an_age_is_as_coarse_as_a_glance_needs(ago: timedelta, text: str) -> None:
    assert formatted.age(NOON - ago, NOON) == text


def test_an_instant_is_shown_in_the_business_time_zone() -> None:
    assert formatted.clock(NOON, CHICAGO, NOON) == "12:00"


def test_an_instant_of_another_business_day_is_shown_with_its_day() -> None:
    # 02:30 UTC is the evening before in Chicago, although it is the same day in UTC as `now`.
    assert formatted.clock(datetime(2026, 11, 20, 2, 30, tzinfo=UTC), CHICAGO, NOON) == "Thu 19 Nov, 20:30"


@pytest.mark.parametrize(
    ("hour", "text"),
    [(5, "Thu 19 Nov, 23:30"), (6, "00:30"), (23, "17:30"), (29, "23:30"), (30, "Sat 21 Nov, 00:30")],
)
def test_a_day_begins_and_ends_at_the_business_midnight(hour: int, text: str) -> None:
    at = datetime(2026, 11, 20, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
    # The evening of the 20th in Chicago is the 21st in UTC.
    for now in (NOON, datetime(2026, 11, 21, 3, tzinfo=UTC)):
        assert formatted.clock(at, CHICAGO, now) == text


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "$0.00"), (5, "$0.05"), (350, "$3.50"), (-300, "-$3.00"), (-1, "-$0.01"), (123_456_789, "$1,234,567.89")],
)
def test_an_amount_has_two_digits_of_cents_and_its_sign_in_front(cents: int, text: str) -> None:
    assert formatted.dollars(cents) == text


@pytest.mark.parametrize(
    ("monday", "text"),
    [
        (date(2026, 11, 16), "16 to 22 Nov 2026"),
        (date(2026, 11, 30), "30 Nov to 6 Dec 2026"),
        (date(2026, 12, 28), "28 Dec 2026 to 3 Jan 2027"),
    ],
)
def test_a_week_names_its_months_and_years_where_they_differ(monday: date, text: str) -> None:
    assert formatted.week(monday) == text


def test_durations_are_shown_in_the_unit_that_fits() -> None:
    assert [formatted.duration(seconds) for seconds in (None, 8.53, 125, 7260)] == [
        "",
        "8.5 s",
        "2 min 5 s",
        "2 h 1 min",
    ]


def test_a_number_agrees_with_its_noun() -> None:
    assert [formatted.count(number, "order") for number in (0, 1, 1234)] == ["0 orders", "1 order", "1,234 orders"]


def test_markdown_in_other_peoples_text_is_escaped() -> None:
    assert formatted.plain("**a** [b](c)\n:red[d] <i>") == r"\*\*a\*\* \[b\]\(c\) \:red\[d\] \<i\>"
