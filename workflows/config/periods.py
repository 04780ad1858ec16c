"""The day, week or month of a close, and when it can be closed, by the business's rules. Pure."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from workflows.errors import Advice, CloseRefused

CloseKind = Literal["eod", "eow", "eom"]

_FRIDAY = 4
# Until this day `eom` without a date means the month before.
_LAST_DAY_FOR_THE_MONTH_BEFORE = 3


@dataclass(frozen=True)
class Period:
    """A day, week or month of the business's calendar.

    Attributes:
        first: Its first day; a week's is its Monday.
        last: Its last day.
    """

    kind: CloseKind
    first: date
    last: date

    @property
    def name(self) -> str:
        """Its name in records and files: `2026-11-20`, the Monday of a week, `2026-11` for a month."""
        return self.first.strftime("%Y-%m") if self.kind == "eom" else self.first.isoformat()

    @property
    def title(self) -> str:
        """Its name for people, at the beginning of a sentence."""
        if self.kind == "eod":
            return _day_words(self.first)
        if self.kind == "eow":
            return f"The week of {self.first} to {self.last}"
        return f"{self.first:%B %Y}"

    @property
    def opens(self) -> date:
        """The first day on which it can be closed: the day itself, a week's Friday, a month's last weekday."""
        if self.kind == "eow":
            return self.first + timedelta(days=_FRIDAY)
        if self.kind == "eom":
            return self.last - timedelta(days=max(0, self.last.weekday() - _FRIDAY))
        return self.first

    @property
    def command(self) -> str:
        """The command that closes it."""
        return f"{self.kind} --date {self.opens}"


def period_to_close(kind: CloseKind, day: date | None, today: date) -> Period:
    """Return the period of a date or, without one, the period that is due today.

    Args:
        kind: eod, eow or eom.
        day: A day of the period; None for what is due.
        today: The business's day.

    Raises:
        CloseRefused: The period cannot be closed yet, or none is due.
    """
    if day is None:
        return _due(kind, today)
    period = period_of(kind, day)
    if today < period.opens:
        raise _too_early(period, today)
    return period


def period_of(kind: CloseKind, day: date) -> Period:
    """Return the day, week (from Monday) or month of a date."""
    if kind == "eod":
        return Period(kind, day, day)
    if kind == "eow":
        monday = day - timedelta(days=day.weekday())
        # The calendar ends within a week.
        return Period(kind, monday, date.fromordinal(min(monday.toordinal() + 6, date.max.toordinal())))
    return Period(kind, day.replace(day=1), day.replace(day=monthrange(day.year, day.month)[1]))


def period_before(period: Period) -> Period:
    """Return the day, week or month before."""
    return period_of(period.kind, period.first - timedelta(days=1))


def begin_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant (UTC) at which a business day begins."""
    return datetime.combine(day, time(), zone).astimezone(UTC)


def closed_before(period: Period) -> list[Period]:
    """Return the periods to close before: a week's Friday; a month's last weekday and last week with a Friday."""
    if period.kind == "eod":
        return []
    last_weekday = period_of("eod", period.opens)
    if period.kind == "eow":
        return [last_weekday]
    last_friday = period.opens - timedelta(days=(period.opens.weekday() - _FRIDAY) % 7)
    return [last_weekday, period_of("eow", last_friday)]


def _due(kind: CloseKind, today: date) -> Period:
    """Return this week from its Friday on, this month from its last weekday on; before that the last one."""
    current = period_of(kind, today)
    if today >= current.opens:
        return current
    if kind == "eow" or today.day <= _LAST_DAY_FOR_THE_MONTH_BEFORE:
        return period_before(current)
    raise _not_yet("not_due", "No month is due today", current, today)


def _too_early(period: Period, today: date) -> CloseRefused:
    why = "That lies in the future" if period.first > today else "It is too early"
    return _not_yet("too_early", why, period, today)


def _not_yet(reason: str, why: str, period: Period, today: date) -> CloseRefused:
    current = period_of(period.kind, today)
    last = current if today >= current.opens else period_before(current)
    noun = {"eod": "day", "eow": "week", "eom": "month"}[period.kind]
    after_eod = ", after that day's EOD" if period.kind == "eom" else ""
    return CloseRefused(
        f"{why}: {_within_a_sentence(period.title)} can be closed from {_day_words(period.opens)} on{after_eod}.",
        {"reason": reason, "kind": period.kind, "period": period.name, "possible_from": period.opens},
        advice=Advice(
            f"The last {noun} that can be closed today, {today}: `{last.command}`.",
            f"The last {noun} that can be closed today is that of {last.opens}.",
        ),
    )


def _within_a_sentence(title: str) -> str:
    return title.replace("The week", "the week", 1)


def _day_words(day: date) -> str:
    return f"{day:%A}, {day}"
