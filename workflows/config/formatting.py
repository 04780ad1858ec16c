"""Figures, days and other people's text as plain text, in US style."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

_REPLACEMENT = "�"
_A_YEAR = timedelta(days=365)
# Controls, lone surrogates, and marks that change the direction of the text after them.
_UNPRINTABLE = ("Cc", "Cs")
_TURNING = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def clean(text: str) -> str:
    """Return other people's text without characters that break a file format or mislead a reader.

    White space of any kind becomes one blank; control characters and lone surrogates become `�`; marks that
    change the writing direction are removed.
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    kept = (
        _REPLACEMENT if unicodedata.category(sign) in _UNPRINTABLE else sign
        for sign in " ".join(text.split())
        if sign not in _TURNING
    )
    return "".join(kept)


def money(cents: int) -> str:
    """Format an amount in dollars: `$1,234.50`, `-$3.00`."""
    sign = "-" if cents < 0 else ""
    dollars, rest = divmod(abs(cents), 100)
    return f"{sign}${dollars:,}.{rest:02}"


def whole(number: int) -> str:
    """Format a count: `1,234`."""
    return f"{number:,}"


def counted(number: int, noun: str) -> str:
    """Format a count with its noun: `1 order`, `1,234 orders`."""
    return f"{number:,} {noun if number == 1 else noun + 's'}"


def one_place(number: float) -> str:
    """Format a number with one decimal, halves away from zero as in spreadsheets: `140.25` is `140.3`."""
    return f"{Decimal(str(number)).quantize(Decimal('0.1'), ROUND_HALF_UP):,}"


def short_day(day: date) -> str:
    """Format a day for a column: `Nov 20, 2026`."""
    return f"{day:%b} {day.day}, {day.year}"


def long_day(day: date) -> str:
    """Format a day for a title: `Friday, November 20, 2026`."""
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def run_out(day: date | None, since: date) -> date | str | None:
    """Return the day on which stock runs out; `over a year` when it is more than a year after another day."""
    return "over a year" if day is not None and day - since > _A_YEAR else day


def month_name(month: date) -> str:
    """Format a month for a title: `November 2026`."""
    return f"{month:%B} {month.year}"


def moment(instant: datetime, zone: ZoneInfo) -> str:
    """Format an instant in the business's time zone: `Nov 20, 2026, 2:05 PM CST`."""
    local = instant.astimezone(zone)
    hour = local.hour % 12 or 12
    return f"{short_day(local.date())}, {hour}:{local:%M %p %Z}"
