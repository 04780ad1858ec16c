"""Days and instants as text for people: the one style of page, reports and mail, by the locale of the settings.

The command line, files for other programs and stored records have ISO dates: people and programs give those back.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from babel import Locale, dates

# A day, perhaps with a time, in a sentence; not in a command, a file's name, a key or a link.
_IN_SENTENCES = re.compile(
    r"(?:`[^`]*`)|(?<![\w:./=-])(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d)(?::\d\d)?)?(?![\w:/=-]|\.\w)"
)

# What the reports' font (Latin, Greek, Cyrillic and Hebrew letters) lacks, or a month without a name: `M11`.
_UNPRINTABLE = re.compile(r"[^\0-\u0523\u0590-\u05ff\u1e00-\u206f]|\bM\d")
# Days of every month and weekday.
_SAMPLE = [date(2026, 1, 1) + timedelta(days=29 * number) for number in range(13)]


@dataclass(frozen=True)
class Dates:
    """How days and instants are written.

    Attributes:
        locale: Such as `en-US`.
        zone: The business's time zone, in which instants are written.
    """

    locale: str
    zone: ZoneInfo

    def day(self, day: date) -> str:
        """Return a day: `Nov 20, 2026`."""
        return _plain(dates.format_date(day, "medium", _locale(self.locale)))

    def long_day(self, day: date) -> str:
        """Return a day for a title: `Friday, November 20, 2026`."""
        return _plain(dates.format_date(day, "full", _locale(self.locale)))

    def weekday(self, day: date) -> str:
        """Return a day without its year: `Fri, Nov 20`."""
        return self._skeleton("MMMEd", day)

    def short_day(self, day: date) -> str:
        """Return a day for a chart's axis: `Nov 20`."""
        return self._skeleton("MMMd", day)

    def month(self, month: date) -> str:
        """Return a month: `November 2026`."""
        return self._skeleton("yMMMM", month)

    def week(self, monday: date) -> str:
        """Return the week that begins on a Monday: `Nov 16 – 22, 2026`."""
        sunday = monday + timedelta(days=6)
        return _plain(dates.format_interval(monday, sunday, "yMMMd", locale=_locale(self.locale)))

    def moment(self, instant: datetime) -> str:
        """Return an instant: `Nov 20, 2026, 2:05 PM CST`."""
        local = instant.astimezone(self.zone)
        return f"{self._wall(local)} {local:%Z}"

    def clock(self, instant: datetime, now: datetime) -> str:
        """Return an instant, near to now: `2:05 PM` if it is today, else `Fri, Nov 20, 2:05 PM`."""
        local = instant.astimezone(self.zone)
        if local.date() == now.astimezone(self.zone).date():
            return self._time(local)
        return f"{self.weekday(local.date())}, {self._time(local)}"

    def in_sentence(self, text: str) -> str:
        """Return a sentence of the command line with its days and times in this style, for the page or a report.

        Commands, of which earlier releases stored some, keep their days and lose their backticks. So this is not
        to be applied twice.
        """
        return self.in_mail(text).replace("`", "")

    def in_mail(self, text: str) -> str:
        """Return a text with its days and times in this style, and its commands as they are typed."""
        return _IN_SENTENCES.sub(self._found, text)

    @property
    def column(self) -> str:
        """The days of a column, for a browser's table and, in lower case, a spreadsheet: `MMM D, YYYY`.

        They know only English names of months, so other languages have numbers: `DD/MM/YYYY`.
        """
        locale = _locale(self.locale)
        pattern = locale.date_formats["medium" if locale.language == "en" else "short"].pattern
        # Other letters are words beside the numbers, and the era.
        parts = re.sub(r"'[^']*'|(?![dMy])\w", "", pattern.replace("L", "M"))
        return _plain(re.sub("Y+", "YYYY", parts.upper())).strip(" .")

    @property
    def field(self) -> str:
        """The day in a field to type: `MM/DD/YYYY`, in one of the forms that Streamlit takes."""
        short = _locale(self.locale).date_formats["short"].pattern
        order = sorted("dMy", key=short.find)
        separator = next((sign for sign in short if sign in "/.-"), "/")
        return separator.join({"d": "DD", "M": "MM", "y": "YYYY"}[part] for part in order)

    @property
    def axis(self) -> str:
        """The day on a chart's axis, as d3 takes it: `%b %-d`."""
        return "%-d %b" if self.field.startswith("D") else "%b %-d"

    @property
    def axis_months(self) -> Sequence[str]:
        """The names of the months as an axis has them, from January on; empty in English, which d3 knows."""
        locale = _locale(self.locale)
        names = locale.months["stand-alone"]["abbreviated"]
        return [] if locale.language == "en" else [_plain(names[number]) for number in range(1, 13)]

    @property
    def axis_time(self) -> str:
        """The time on a chart's axis, as d3 takes it: `%-I:%M %p`."""
        return "%-I:%M %p" if "a" in _locale(self.locale).time_formats["short"].pattern else "%H:%M"

    def _found(self, found: re.Match[str]) -> str:
        try:
            at = datetime.fromisoformat(found[0])
        except ValueError:
            # A command, or no day of the calendar.
            return found[0]
        return self._wall(at) if found[2] else self.day(at.date())

    def _wall(self, local: datetime) -> str:
        return f"{self.day(local.date())}, {self._time(local)}"

    def _time(self, local: datetime) -> str:
        return _plain(dates.format_time(local.replace(tzinfo=None), "short", locale=_locale(self.locale)))

    def _skeleton(self, skeleton: str, day: date) -> str:
        return _plain(dates.format_skeleton(skeleton, day, locale=_locale(self.locale)))


def known_locale(text: str) -> str:
    """Return a locale as it is written in a browser: `en-US`.

    Raises:
        ValueError: There is no such locale, or reports cannot have its names of months and weekdays.
    """
    known = str(_locale(text.strip())).replace("_", "-")
    style = Dates(known, ZoneInfo("UTC"))
    forms = (style.day, style.long_day, style.weekday, style.short_day, style.month, style.week)
    times = [datetime.combine(_SAMPLE[0], time(hour)) for hour in (3, 15)]
    if any(
        map(_UNPRINTABLE.search, [*(form(day) for form in forms for day in _SAMPLE), *map(style._time, times)])
    ):
        raise ValueError(
            f"the dates of '{text}' cannot be printed: reports have Latin, Greek, Cyrillic and Hebrew letters"
        )
    return known


@cache
def _locale(text: str) -> Locale:
    try:
        return Locale.parse(text.replace("-", "_"))
    except Exception as problem:
        raise ValueError(f"'{text}' is not a known locale, such as en-US, en-GB or de-DE") from problem


def _plain(text: str) -> str:
    """Return a text with plain blanks: the signs between a time and its `PM` are narrow ones, which fonts lack."""
    return " ".join(text.split())
