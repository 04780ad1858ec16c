"""The rate limit: requests per key in a fixed window of one minute."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

WINDOW_SECONDS = 60.0


@dataclass(frozen=True)
class Verdict:
    """Whether a request is allowed, and the numbers of its rate-limit headers (`reset` in seconds left)."""

    allowed: bool
    limit: int
    remaining: int
    reset: int

    def headers(self) -> list[tuple[bytes, bytes]]:
        """Return the three rate-limit headers."""
        return [
            (b"x-rate-limit-limit", str(self.limit).encode()),
            (b"x-rate-limit-remaining", str(self.remaining).encode()),
            (b"x-rate-limit-reset", str(self.reset).encode()),
        ]


class RateLimiter:
    """Counts requests by key; the window starts with a key's first request."""

    def __init__(self, limit: int, monotonic: Callable[[], float]) -> None:
        """Allow `limit` requests per minute, measured with `monotonic` (seconds)."""
        self.limit = limit
        self._monotonic = monotonic
        self._windows: dict[str, tuple[float, int]] = {}

    def count(self, key: str) -> Verdict:
        """Count one request of a key, allowed or not."""
        now = self._monotonic()
        start, used = self._windows.get(key, (now, 0))
        if now - start >= WINDOW_SECONDS:
            start, used = now, 0
        used += 1
        self._windows[key] = (start, used)
        left = max(1, math.ceil(start + WINDOW_SECONDS - now))
        return Verdict(used <= self.limit, self.limit, max(0, self.limit - used), left)

    def reset(self) -> None:
        """Forget all requests."""
        self._windows.clear()
