"""The values of a bill's cells: amounts, days, tracking numbers, weights and dimensions. Pure.

What could be read in two ways is refused: an amount that is guessed is a wrong bill.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache

_MOST_CENTS = 10**11
_MONTHS = 12
_AMERICAN = re.compile(r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?")
_EUROPEAN = re.compile(r"(?:\d{1,3}(?:[. ]\d{3})+|\d+),\d{1,2}")
_NOT_DOLLARS = re.compile(r"[€£¥]|(?!US\$)(?<![A-Z])[A-Z]{1,2}\$|\b(?:EUR|GBP|CAD|AUD|MXN|JPY)\b")
_SIGNS = re.compile(r"US\$|USD|\$|\s|\u00a0|\u202f")
_EXPONENT = re.compile(r"[+-]?\d+([.,]\d+)?E[+-]?\d+", re.IGNORECASE)
# A spreadsheet keeps 15 digits of a number, and writes zeros for the others. No carrier's number of 21 digits and
# more ends like that.
_ROUNDED = re.compile(r"\d{15}0{6,}")
# Of five digits and more, as against a name or an address without its blanks.
_TRACKING = re.compile(r"(?=(?:[A-Z]*\d){5})[A-Z0-9]{6,40}")
# USPS prints the destination's ZIP code before the number.
_WITH_ZIP = re.compile(r"420\d{5}(?:\d{4})?(9\d{19,21})")
_NOTHING = frozenset({"", "-", "0", "n/a", "na", "none", "null"})
# An order's number, as against a person's name.
_REFERENCE = re.compile(r"(?=.*\d)[A-Za-z0-9][A-Za-z0-9_.-]{0,49}")
_IDENTIFIER = re.compile(r"(?=.*\d)[A-Za-z0-9#][A-Za-z0-9#/_-]{0,39}")
_PHONE = re.compile(r"\+?1?[-.]?[2-9]\d\d[-.]?[2-9]\d\d[-.]?\d{4}")
_LAST_SIGN = re.compile(r"([\d.,]*)([.,])(\d+)")
_THOUSANDS = 3
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/\d{2,4}\b")
_DAYS = (
    (re.compile(r"(\d{4}-\d{2}-\d{2})(?:[T ].*)?"), "%Y-%m-%d"),
    (re.compile(r"(\d{8})"), "%Y%m%d"),
    (re.compile(r"(\d{1,2}/\d{1,2}/\d{4})(?: .*)?"), "%m/%d/%Y"),
    (re.compile(r"(\d{1,2}/\d{1,2}/\d{2})(?: .*)?"), "%m/%d/%y"),
)
_OUNCES = {
    "": 1, "oz": 1, "ounce": 1, "ounces": 1, "o": 1, "lb": 16, "lbs": 16, "l": 16, "pound": 16, "pounds": 16,
    "kg": 35.27396, "kgs": 35.27396, "k": 35.27396, "g": 0.03527396, "gram": 0.03527396, "grams": 0.03527396,
}  # fmt: skip
_INCHES = {
    "": 1.0, "in": 1.0, "inch": 1.0, "inches": 1.0, "i": 1.0, "cm": 0.3937008, "c": 0.3937008,
    "centimeters": 0.3937008,
}  # fmt: skip
_WEIGHT = re.compile(r"([\d.,]+)\s*([A-Za-z]*)\.?")
_SIDES = re.compile(r"([\d.]+)\s*[xX×*]\s*([\d.]+)\s*[xX×*]\s*([\d.]+)\s*([A-Za-z]*)")


class CellRefused(ValueError):
    """A cell cannot be read; the message is the second half of a sentence."""


@lru_cache(maxsize=100_000)
def cents(text: str) -> int:
    """Return an amount of dollars in cents: `$1,234.50`, `(12.00)`, `12.00-`, `1.234,50`; 0 for an empty cell."""
    cleaned = text.strip()
    if not cleaned:
        return 0
    if _EXPONENT.fullmatch(cleaned):
        raise CellRefused("was changed by a spreadsheet: export the file again, and import it unopened")
    if _NOT_DOLLARS.search(cleaned):
        raise CellRefused("is not in US dollars")
    digits, is_negative = _without_sign(_SIGNS.sub("", cleaned.replace("\u2212", "-")))
    number = _number(digits)
    if number is None:
        raise CellRefused("is not an amount")
    amount = number * 100
    if amount != int(amount):
        raise CellRefused("is not a whole number of cents")
    if amount > _MOST_CENTS:
        raise CellRefused("is larger than any bill")
    return -int(amount) if is_negative else int(amount)


@lru_cache(maxsize=100_000)
def decimal_sign(text: str) -> str | None:
    """Return the sign before an amount's decimals: `,` for `8,35`, `.` for `1,234.50`; None without decimals.

    `?.` or `?,` if the sign may as well be one of thousands, as in `1.500`.
    """
    found = _LAST_SIGN.search(text)
    if found is None:
        return None
    before, sign, after = found.groups()
    if sign in before:
        # Only thousands have their sign twice.
        return "." if sign == "," else ","
    is_unclear = len(after) == _THOUSANDS and re.fullmatch(r"[1-9]\d{0,2}", before)
    return f"?{sign}" if is_unclear else sign


def order_of_day(text: str) -> str | None:
    """Return `month first` for `10/13/2026`, `unclear` for `10/3/2026`; None if no order matters."""
    found = _SLASHES.match(text.strip())
    if found is None or found[1].zfill(2) == found[2].zfill(2):
        return None
    return "unclear" if int(found[2]) <= _MONTHS else "month first"


def _number(digits: str) -> Decimal | None:
    """Return a number of either way to write it: `1,234.5` or `1.234,5`; None for another text."""
    if digits and _AMERICAN.fullmatch(digits):
        return Decimal(digits.replace(",", ""))
    if _EUROPEAN.fullmatch(digits):
        return Decimal(re.sub("[. ]", "", digits).replace(",", "."))
    return None


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1], True
    if text.upper().endswith("CR"):
        return text[:-2], True
    if text.startswith("-") or text.endswith("-"):
        return text.removeprefix("-") if text.startswith("-") else text[:-1], True
    return text.removeprefix("+"), False


@lru_cache(maxsize=10_000)
def day(text: str) -> str | None:
    """Return a day as ISO text: `2026-10-03`, `20261003`, `10/3/2026 2:14 PM`; None for an empty cell."""
    cleaned = text.strip()
    if not cleaned:
        return None
    for pattern, form in _DAYS:
        found = pattern.fullmatch(cleaned)
        if found:
            try:
                return datetime.strptime(found[1], form).replace(tzinfo=UTC).date().isoformat()
            except ValueError:
                break
    raise CellRefused("is not a day as year-month-day or month/day/year")


def tracking_number(text: str) -> str | None:
    """Return a tracking number without blanks and what spreadsheets put around it; None for an empty cell."""
    cleaned = text.strip()
    if cleaned.startswith('="') and cleaned.endswith('"'):
        cleaned = cleaned[2:-1]
    cleaned = re.sub(r"[\s\u00a0-]", "", cleaned.lstrip("'")).upper()
    if cleaned.lower() in _NOTHING:
        return None
    if _EXPONENT.fullmatch(cleaned) or _ROUNDED.fullmatch(cleaned):
        raise CellRefused(
            "was a tracking number before a spreadsheet rounded it: export the file again, and import it unopened"
        )
    if not _TRACKING.fullmatch(cleaned):
        raise CellRefused("is not a tracking number")
    with_zip = _WITH_ZIP.fullmatch(cleaned)
    return with_zip[1] if with_zip else cleaned


def lead_number(text: str) -> str | None:
    """Return the number of the shipment that a parcel is a piece of; None if the cell has another one."""
    try:
        return tracking_number(text)
    except CellRefused:
        return None


def reference(text: str) -> str | None:
    """Return a reference if it can be an order's number; None for other texts, which may name a person.

    An order's number has at least as many digits as letters, and is not a telephone number.
    """
    cleaned = text.strip().lstrip("#")
    if not _REFERENCE.fullmatch(cleaned) or _PHONE.fullmatch(cleaned):
        return None
    return cleaned if sum(map(str.isdigit, cleaned)) >= sum(map(str.isalpha, cleaned)) else None


def identifier(text: str) -> str | None:
    """Return the number of an invoice or a transaction; None for other texts, which may name a person."""
    cleaned = text.strip()
    return cleaned if _IDENTIFIER.fullmatch(cleaned) and not _PHONE.fullmatch(cleaned) else None


@lru_cache(maxsize=10_000)
def ounces(text: str, unit: str) -> float | None:
    """Return a weight in ounces; None for an empty cell and for 0."""
    cleaned = text.strip()
    if not cleaned:
        return None
    found = _WEIGHT.fullmatch(cleaned)
    factor = _OUNCES.get((found[2] or unit).strip().lower().rstrip(".")) if found else None
    if found is None or factor is None:
        raise CellRefused("is not a weight in ounces, pounds, grams or kilograms")
    number = _number(found[1])
    if number is None:
        raise CellRefused("is not a weight")
    return round(float(number) * factor, 2) or None


@lru_cache(maxsize=10_000)
def dimensions(text: str, unit: str) -> str | None:
    """Return dimensions in inches, the longest first: `12 x 9 x 4 in`; None if there are none."""
    cleaned = text.strip()
    if not cleaned or not re.search("[1-9]", cleaned):
        return None
    found = _SIDES.fullmatch(cleaned)
    factor = _INCHES.get((found[4] or unit).strip().lower()) if found else None
    if found is None or factor is None:
        raise CellRefused("is not a length, width and height in inches or centimeters")
    try:
        sides = sorted((round(float(found[side]) * factor, 1) for side in (1, 2, 3)), reverse=True)
    except ValueError:
        raise CellRefused("is not a length, width and height") from None
    return " x ".join(f"{side:g}" for side in sides) + " in"
