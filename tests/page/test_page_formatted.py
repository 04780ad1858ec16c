"""How the page writes figures, ages and other people's text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from streamlit_app.data import formatted

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


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


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "$0.00"), (5, "$0.05"), (350, "$3.50"), (-300, "-$3.00"), (-1, "-$0.01"), (123_456_789, "$1,234,567.89")],
)
def test_an_amount_has_two_digits_of_cents_and_its_sign_in_front(cents: int, text: str) -> None:
    assert formatted.dollars(cents) == text


def test_jobs_have_names_for_people() -> None:
    assert [formatted.job_title(kind) for kind in ("eom", "import-xcart", "import-carrier-bill", "sync")] == [
        "End of month",
        "Shop import",
        "Carrier bill",
        "Sync",
    ]


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
