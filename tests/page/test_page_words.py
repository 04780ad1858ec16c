"""How the page writes figures, instants and other people's text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from streamlit_app import words

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)
CHICAGO = ZoneInfo("America/Chicago")


@pytest.mark.parametrize(
    ("ago", "told"),
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
def test_an_age_is_told_as_coarse_as_a_glance_needs(ago: timedelta, told: str) -> None:
    assert words.age(NOON - ago, NOON) == told


def test_an_instant_is_told_in_the_business_time_zone() -> None:
    assert words.clock(NOON, CHICAGO, NOON) == "12:00"


def test_an_instant_of_another_business_day_is_told_with_its_day() -> None:
    # 02:30 UTC is the evening before in Chicago, although it is the same day in UTC as `now`.
    assert words.clock(datetime(2026, 11, 20, 2, 30, tzinfo=UTC), CHICAGO, NOON) == "Thu 19 Nov, 20:30"


def test_durations_are_told_in_the_unit_that_fits() -> None:
    assert [words.duration(seconds) for seconds in (None, 8.53, 125, 7260)] == [
        "",
        "8.5 s",
        "2 min 5 s",
        "2 h 1 min",
    ]


def test_a_number_agrees_with_its_noun() -> None:
    assert [words.count(number, "order") for number in (0, 1, 1234)] == ["0 orders", "1 order", "1,234 orders"]


def test_markdown_in_other_peoples_text_is_escaped() -> None:
    assert words.plain("**a** [b](c)\n:red[d] <i>") == r"\*\*a\*\* \[b\]\(c\) \:red\[d\] \<i\>"
