"""The sandbox's clock: the machine's with a skew, or a fixed time for tests."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime


class Clock:
    """The sandbox's time, used for all its timestamps and for the HTTP `Date` header.

    With `fixed_at` (an aware datetime) only `advance` changes the time; otherwise it follows the machine's
    clock. `skew_seconds` is how far it is ahead (negative: behind).
    """

    def __init__(self, skew_seconds: float = 0.0, fixed_at: datetime | None = None) -> None:
        """Start the clock; `fixed_at` must carry a time zone."""
        self._skew = skew_seconds
        self._advanced = 0.0
        self._fixed_at = fixed_at

    def now(self) -> datetime:
        """Return the sandbox's time as an aware UTC datetime."""
        base = self._fixed_at.astimezone(UTC) if self._fixed_at else datetime.now(UTC)
        return base + timedelta(seconds=self._skew + self._advanced)

    def monotonic(self) -> float:
        """Return monotonic seconds, including those of `advance`, for the rate limit's window."""
        return time.monotonic() + self._advanced

    def advance(self, seconds: float) -> None:
        """Advance the time by some seconds."""
        if seconds < 0:
            raise ValueError("The clock only advances; use set_skew to put it back.")
        self._advanced += seconds

    def set_skew(self, seconds: float) -> None:
        """Set how many seconds the clock is ahead of the machine's (negative: behind)."""
        self._skew = seconds

    def http_date(self) -> str:
        """Return the time as an HTTP `Date` header."""
        return format_datetime(self.now(), usegmt=True)
