"""The sandbox's own clock: the machine's, moved by a skew, or standing still for a rehearsal."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """Tells the sandbox's time; everything the sandbox stamps, and its HTTP `Date` header, follows it.

    With `fixed_at` (an aware datetime) the time stands still until `advance` moves it; otherwise it runs with
    the machine. `skew_seconds` is how far it is ahead of that (negative: behind).
    """

    def __init__(self, skew_seconds: float = 0.0, fixed_at: datetime | None = None) -> None:
        """Start the clock; `fixed_at` must carry a time zone."""
        self._skew = skew_seconds
        self._advanced = 0.0
        self._fixed_at = fixed_at

    def now(self) -> datetime:
        """The sandbox's time as an aware UTC datetime."""
        base = self._fixed_at.astimezone(UTC) if self._fixed_at else datetime.now(UTC)
        return base + timedelta(seconds=self._skew + self._advanced)

    def monotonic(self) -> float:
        """Seconds that only grow, also by `advance`: what the rate limit's window is measured with."""
        return time.monotonic() + self._advanced

    def advance(self, seconds: float) -> None:
        """Move the time on by so many seconds, at once."""
        if seconds < 0:
            raise ValueError("The clock only advances; use set_skew to put it back.")
        self._advanced += seconds

    def set_skew(self, seconds: float) -> None:
        """Set how many seconds the clock is ahead of the machine's (negative: behind)."""
        self._skew = seconds

    def http_date(self) -> str:
        """The time as an HTTP `Date` header."""
        return format_datetime(self.now(), usegmt=True)
