"""Staying below ShipStation's rate limit."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Mapping

_WINDOW_SECONDS = 60.0
# The reset header counts whole seconds, so one more is waited.
_RESET_MARGIN_SECONDS = 1.0


class RateLimiter:
    """Delays requests until both our own limit and the server's allow them.

    The server's limit is in the headers of each answer: `X-Rate-Limit-Remaining` and `X-Rate-Limit-Reset` (seconds
    left in its window). Our own limit holds for any 60 seconds.
    """

    def __init__(
        self,
        requests_per_minute: int,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._limit = max(1, requests_per_minute)
        self._clock = clock
        self._sleep = sleep
        self._sent: deque[float] = deque()
        self._closed_until = 0.0

    def wait(self) -> None:
        """Wait until a request may be sent, and count it as sent."""
        while (pause := self._pause()) > 0:
            self._sleep(pause)
        self._sent.append(self._clock())

    def heed(self, headers: Mapping[str, str], *, refused: bool = False) -> None:
        """Read the limits in an answer's headers.

        Args:
            headers: The answer's headers.
            refused: True for a 429: no request is sent before the reset. Without a readable reset the whole
                window is waited for, because `Retry-After` is not documented.
        """
        remaining = _number(headers.get("X-Rate-Limit-Remaining"))
        reset = _number(headers.get("X-Rate-Limit-Reset"))
        if refused:
            wait = reset if reset is not None else _WINDOW_SECONDS
        elif remaining is not None and remaining <= 0 and reset is not None:
            wait = reset
        else:
            return
        wait = min(max(wait, 0.0), 2 * _WINDOW_SECONDS)
        self._closed_until = max(self._closed_until, self._clock() + wait + _RESET_MARGIN_SECONDS)

    def _pause(self) -> float:
        now = self._clock()
        while self._sent and self._sent[0] <= now - _WINDOW_SECONDS:
            self._sent.popleft()
        own = self._sent[0] + _WINDOW_SECONDS - now if len(self._sent) >= self._limit else 0.0
        return max(own, self._closed_until - now)


def _number(text: str | None) -> float | None:
    try:
        return float(text) if text is not None else None
    except ValueError:
        return None
