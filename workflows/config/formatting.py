"""Figures and other people's text as plain text, in US style; for days and instants see `dates`."""

from __future__ import annotations

import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

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


def run_out(day: date | None, since: date) -> date | str | None:
    """Return the day on which stock runs out; `over a year` when it is more than a year after another day."""
    return "over a year" if day is not None and day - since > _A_YEAR else day
