"""Which day, week or month a date closes, by the rules of the business. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from workflows.errors import UsageError

CloseKind = Literal["eod", "eow", "eom"]

_FRIDAY = 4
# Until this day `eom` means the month before.
_LAST_DAY_FOR_THE_MONTH_BEFORE = 3


@dataclass(frozen=True)
class Period:
    """What a close is about, in the business's calendar.

    Attributes:
        first: Its first day; a week's is its Monday.
        last: Its last day.
    """

    kind: CloseKind
    first: date
    last: date

    @property
    def name(self) -> str:
        """How records and files call it: `2026-11-20`, the Monday of a week, `2026-11` for a month."""
        return self.first.strftime("%Y-%m") if self.kind == "eom" else self.first.isoformat()

    @property
    def title(self) -> str:
        """How people call it, at the beginning of a sentence."""
        if self.kind == "eod":
            return f"{self.first:%A}, {self.first}"
        if self.kind == "eow":
            return f"The week of {self.first} to {self.last}"
        return f"{self.first:%B %Y}"


def period_to_close(kind: CloseKind, day: date, today: date) -> Period:
    """The period that a date closes.

    A week can be closed from its Friday on; before that the week before is meant. On or before the 3rd the month
    before is meant.

    Args:
        kind: eod, eow or eom.
        day: The date given.
        today: The business's day.

    Raises:
        UsageError: The date lies in the future, or the month still runs.
    """
    if day > today:
        raise UsageError(f"{day} lies in the future. Give a date up to today, {today}.")
    if kind == "eod":
        return Period(kind, day, day)
    if kind == "eow":
        return _week(day if day.weekday() >= _FRIDAY else day - timedelta(weeks=1))
    period = _month(day if day.day > _LAST_DAY_FOR_THE_MONTH_BEFORE else day.replace(day=1) - timedelta(days=1))
    if period.last >= today:
        before = period.first - timedelta(days=1)
        raise UsageError(
            f"{period.title} still runs, and days that have not ended are not billed. Close it from "
            f"{period.last + timedelta(days=1)} on; for the month before give --date {before}."
        )
    return period


def _week(day: date) -> Period:
    monday = day - timedelta(days=day.weekday())
    return Period("eow", monday, monday + timedelta(days=6))


def _month(day: date) -> Period:
    first = day.replace(day=1)
    return Period("eom", first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
