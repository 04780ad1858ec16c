"""Days and instants for people, in the styles of three locales."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.config.dates import Dates
from workflows.config.settings_reader import read_settings

CHICAGO = ZoneInfo("America/Chicago")
AMERICAN, BRITISH, GERMAN = (Dates(locale, CHICAGO) for locale in ("en-US", "en-GB", "de-DE"))
FRIDAY = date(2026, 11, 20)
NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("dates", "day", "long_day", "weekday", "short_day", "month"),
    [
        (AMERICAN, "Nov 20, 2026", "Friday, November 20, 2026", "Fri, Nov 20", "Nov 20", "November 2026"),
        (BRITISH, "20 Nov 2026", "Friday, 20 November 2026", "Fri 20 Nov", "20 Nov", "November 2026"),
        (GERMAN, "20.11.2026", "Freitag, 20. November 2026", "Fr., 20. Nov.", "20. Nov.", "November 2026"),
    ],
)
def test_a_day_is_written_as_the_locale_does(
    dates: Dates, day: str, long_day: str, weekday: str, short_day: str, month: str
) -> None:
    assert dates.day(FRIDAY) == day
    assert dates.long_day(FRIDAY) == long_day
    assert dates.weekday(FRIDAY) == weekday
    assert dates.short_day(FRIDAY) == short_day
    assert dates.month(date(2026, 11, 1)) == month


@pytest.mark.parametrize(
    ("monday", "american", "british", "german"),
    [
        (date(2026, 11, 16), "Nov 16 – 22, 2026", "16–22 Nov 2026", "16.–22. Nov. 2026"),
        (date(2026, 11, 30), "Nov 30 – Dec 6, 2026", "30 Nov – 6 Dec 2026", "30. Nov. – 6. Dez. 2026"),
        (
            date(2026, 12, 28),
            "Dec 28, 2026 – Jan 3, 2027",
            "28 Dec 2026 – 3 Jan 2027",
            "28. Dez. 2026 – 3. Jan. 2027",
        ),
    ],
)
def test_a_week_names_its_months_and_years_where_they_differ(
    monday: date, american: str, british: str, german: str
) -> None:
    assert [dates.week(monday) for dates in (AMERICAN, BRITISH, GERMAN)] == [american, british, german]


@pytest.mark.parametrize(
    ("dates", "text"),
    [
        (AMERICAN, "Nov 20, 2026, 12:00 PM CST"),
        (BRITISH, "20 Nov 2026, 12:00 CST"),
        (GERMAN, "20.11.2026, 12:00 CST"),
    ],
)
def test_an_instant_is_written_in_the_business_time_zone_with_its_name(dates: Dates, text: str) -> None:
    assert dates.moment(NOON) == text


def test_both_hours_of_the_clock_change_are_told_apart() -> None:
    first = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    assert AMERICAN.moment(first) == "Nov 1, 2026, 1:30 AM CDT"
    assert AMERICAN.moment(first + timedelta(hours=1)) == "Nov 1, 2026, 1:30 AM CST"


@pytest.mark.parametrize(
    ("hour", "american", "german"),
    [
        (5, "Thu, Nov 19, 11:30 PM", "Do., 19. Nov., 23:30"),
        (6, "12:30 AM", "00:30"),
        (23, "5:30 PM", "17:30"),
        (29, "11:30 PM", "23:30"),
        (30, "Sat, Nov 21, 12:30 AM", "Sa., 21. Nov., 00:30"),
    ],
)
def test_a_day_begins_and_ends_at_the_business_midnight(hour: int, american: str, german: str) -> None:
    at = datetime(2026, 11, 20, 0, 30, tzinfo=UTC) + timedelta(hours=hour)
    # The evening of the 20th in Chicago is the 21st in UTC.
    for now in (NOON, datetime(2026, 11, 21, 3, tzinfo=UTC)):
        assert (AMERICAN.clock(at, now), GERMAN.clock(at, now)) == (american, german)


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Friday, 2026-11-20 can be closed.", "Friday, 20.11.2026 can be closed."),
        ("Changes of 2026-11-16 to 2026-11-20 (Friday).", "Changes of 16.11.2026 to 20.11.2026 (Friday)."),
        ("The last read was at 2026-11-20 14:03 CST.", "The last read was at 20.11.2026, 14:03 CST."),
        # What a person types, what a program reads, and what is no day.
        ("Run `eod --date 2026-11-20`.", "Run eod --date 2026-11-20."),
        ("Load 2026-11-20, `load 2026-11-20 --trust`.", "Load 20.11.2026, load 2026-11-20 --trust."),
        ("shipledger-eod-2026-11-20-v1.pdf", "shipledger-eod-2026-11-20-v1.pdf"),
        ("eow:2026-11-16:v1", "eow:2026-11-16:v1"),
        ("reports/2026-11-20/v1 of 2026-11-20T14:03", "reports/2026-11-20/v1 of 2026-11-20T14:03"),
        ("Lot 2026-13-40, order 1-2026-11-20", "Lot 2026-13-40, order 1-2026-11-20"),
    ],
)
def test_a_sentence_of_the_command_line_gets_the_style_except_what_is_typed_back(text: str, german: str) -> None:
    assert GERMAN.in_sentence(text) == german


def test_a_mail_marks_the_commands_to_type() -> None:
    assert GERMAN.in_mail("Of 2026-11-20, `eod 2026-11-20`.") == "Of 20.11.2026, `eod 2026-11-20`."


@pytest.mark.parametrize(
    ("locale", "column", "field", "axis", "axis_time"),
    [
        ("en-US", "MMM D, YYYY", "MM/DD/YYYY", "%b %-d", "%-I:%M %p"),
        ("en-GB", "D MMM YYYY", "DD/MM/YYYY", "%-d %b", "%H:%M"),
        ("de-DE", "DD.MM.YYYY", "DD.MM.YYYY", "%-d %b", "%H:%M"),
        # A table of the browser knows no French names of months.
        ("fr-FR", "DD/MM/YYYY", "DD/MM/YYYY", "%-d %b", "%H:%M"),
        ("sv-SE", "YYYY-MM-DD", "YYYY-MM-DD", "%b %-d", "%H:%M"),
        ("bg-BG", "D.MM.YYYY", "DD.MM.YYYY", "%-d %b", "%H:%M"),
        ("hu-HU", "YYYY. MM. DD", "YYYY.MM.DD", "%b %-d", "%H:%M"),
    ],
)
def test_tables_fields_and_axes_have_the_order_of_the_locale(
    locale: str, column: str, field: str, axis: str, axis_time: str
) -> None:
    dates = Dates(locale, CHICAGO)
    assert (dates.column, dates.field, dates.axis, dates.axis_time) == (column, field, axis, axis_time)


def test_the_settings_name_locale_and_time_zone_and_american_is_the_default() -> None:
    assert read_settings({}).dates == AMERICAN
    chosen = read_settings({"SHIPLEDGER_LOCALE": "de_DE", "SHIPLEDGER_TIMEZONE": "Europe/Berlin"}).dates
    assert chosen.moment(NOON) == "20.11.2026, 19:00 CET"
