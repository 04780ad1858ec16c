"""How figures, instants and other people's text are written on the page."""

from __future__ import annotations

import string
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

_MARKDOWN = str.maketrans({mark: f"\\{mark}" for mark in string.punctuation})
_MINUTE, _HOUR, _DAY = 60, 3600, 86400


def age(since: datetime, now: datetime) -> str:
    """How long ago an instant was, at a glance: `just now`, `5 min ago`, `3 h ago`, `2 days ago`."""
    seconds = (now - since).total_seconds()
    if seconds < _MINUTE:
        return "just now"
    if seconds < _HOUR:
        return f"{int(seconds // _MINUTE)} min ago"
    if seconds < 2 * _DAY:
        return f"{int(seconds // _HOUR)} h ago"
    return f"{int(seconds // _DAY)} days ago"


def clock(instant: datetime, zone: ZoneInfo, now: datetime) -> str:
    """An instant in the business's time zone: `14:03` on the same day, else with its day, `Fri 20 Nov, 14:03`."""
    local = instant.astimezone(zone)
    if local.date() == now.astimezone(zone).date():
        return f"{local:%H:%M}"
    return f"{day(local.date())}, {local:%H:%M}"


def day(value: date) -> str:
    """A calendar day as people say it: `Fri 20 Nov`."""
    return f"{value:%a} {value.day} {value:%b}"


def week(monday: date) -> str:
    """The week that begins on a Monday: `16 to 22 Nov 2026`, `28 Dec 2026 to 3 Jan 2027`."""
    sunday = monday + timedelta(days=6)
    first = f"{monday.day}"
    if monday.month != sunday.month:
        first += f" {monday:%b}"
    if monday.year != sunday.year:
        first += f" {monday.year}"
    return f"{first} to {sunday.day} {sunday:%b} {sunday.year}"


def month(first: date) -> str:
    """A month as people say it: `November 2026`."""
    return f"{first:%B} {first.year}"


def duration(seconds: float | None) -> str:
    """A run's length: `8.5 s`, `2 min 5 s`; empty when unknown."""
    if seconds is None:
        return ""
    if seconds < _MINUTE:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), _MINUTE)
    if minutes < _MINUTE:
        return f"{minutes} min {rest} s"
    hours, minutes = divmod(minutes, _MINUTE)
    return f"{hours} h {minutes} min"


def count(number: float, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 order`, `1,234 orders`."""
    return f"{number:,.0f} {one if number == 1 else many or one + 's'}"


def capital(words: str) -> str:
    """The same with a capital in front: `Line with an unknown SKU`."""
    return words[:1].upper() + words[1:]


def dollars(cents: int) -> str:
    """An amount of money: `$1,234.50`, `-$3.00`."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02}"


def plain(text: str) -> str:
    """Other people's text for a place that reads Markdown, so that it is shown as it is."""
    return " ".join(text.split()).translate(_MARKDOWN)
