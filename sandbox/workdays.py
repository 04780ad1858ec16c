"""The days of the business: the number of orders, and the shipping hours.

Instants are milliseconds since 1970 (UTC); days are Chicago days. Rules: shipping is Monday to Friday and
ends around 13:00 Chicago time, not always; 30 orders a day on average, between 7 and 89 (the business rules).
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sandbox.pacific import CHICAGO, to_ms

_WEEKDAYS = (1.42, 1.24, 1.18, 1.14, 1.04, 0.5, 0.48)
_CLOSED = {(1, 1), (7, 4), (12, 25)}
_MINUTE = 60_000
_LEAST, _MOST = 7 / 30, 89 / 30


@dataclass(frozen=True)
class Day:
    """One Chicago day: its date, its start, and its shipping hours (`opens` equals `closes` without shipping)."""

    text: str
    starts: int
    opens: int
    closes: int

    @property
    def is_working(self) -> bool:
        """Whether orders are shipped on this day."""
        return self.closes > self.opens


class Workdays:
    """The days, generated on demand; the same state of `rng` gives the same days."""

    def __init__(self, rng: random.Random, first: date) -> None:
        """Create days from `first` on."""
        self._rng = rng
        self._first = first
        self._days: list[Day] = []

    def day(self, number: int) -> Day:
        """Return the day `number` days after the first."""
        while len(self._days) <= number:
            self._days.append(self._make(self._first + timedelta(days=len(self._days))))
        return self._days[number]

    def number_of(self, day: date) -> int:
        """Return the number of a day, counted from the first."""
        return (day - self._first).days

    def working_from(self, number: int, later: int = 0) -> int:
        """Return the number of the first working day on or after a day, or `later` working days after it."""
        while True:
            if self.day(number).is_working:
                if later == 0:
                    return number
                later -= 1
            number += 1

    def orders_of(self, number: int, mean: float) -> int:
        """Return the number of orders of a day, for `mean` orders a day on average."""
        weekday = (self._first + timedelta(days=number)).weekday()
        wave = 1 + 0.08 * math.sin(number / 29)
        wanted = mean * _WEEKDAYS[weekday] * wave * self._rng.lognormvariate(-0.03, 0.25)
        low, high = mean * _LEAST, mean * _MOST
        return round(min(max(wanted, low), high))

    def _make(self, day: date) -> Day:
        starts = to_ms(datetime.combine(day, time(), CHICAGO))
        opens = to_ms(datetime.combine(day, time(7, 20), CHICAGO))
        if day.weekday() > 4 or (day.month, day.day) in _CLOSED:
            return Day(day.isoformat(), starts, opens, opens)
        late = 90 if self._rng.random() < 0.08 else 0
        minutes = 310 + self._rng.randrange(60) + late
        return Day(day.isoformat(), starts, opens, opens + minutes * _MINUTE)
