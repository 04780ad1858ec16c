"""Who is logged in with a password: sessions in this process's memory, and the brake on guessing.

The memory goes with the process: nothing that opens the page is stored, and after a restart one logs in again.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

# A working day.
SESSION_SECONDS = 12 * 3600
COOKIE = "shipledger_session"
_FREE_FAILURES = 3
_LONGEST_WAIT_SECONDS = 300
# Who fails from ever new addresses or under ever new names must not fill the memory.
_REMEMBERED = 10_000


@dataclass(frozen=True)
class _Session:
    user: str
    ends_at: float


class Sessions:
    """The open sessions, by a token that only the browser knows."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: str) -> str:
        """Begin a session of a user. Returns its token."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._open = {known: session for known, session in self._open.items() if session.ends_at > now}
            self._open[token] = _Session(user, now + SESSION_SECONDS)
        return token

    def user(self, token: str | None) -> str | None:
        """Whose session it is; None when there is none, or it has ended."""
        session = self._open.get(token or "")
        return session.user if session and session.ends_at > self._clock() else None

    def end(self, token: str | None) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(token or "", None)


class Brake:
    """Lets the first few failures pass, then makes each wait twice as long as the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def seconds_to_wait(self, *keys: str) -> int:
        """How long none of these may try; 0 when they may."""
        now = self._clock()
        waits = [self._failures[key][1] - now for key in keys if key in self._failures]
        return max(0, *(int(wait) + 1 if wait > 0 else 0 for wait in [0.0, *waits]))

    def failed(self, *keys: str) -> None:
        """Note a failure of each: a name, an address."""
        with self._lock:
            for key in keys:
                count = self._failures.pop(key, (0, 0.0))[0] + 1
                wait = min(_LONGEST_WAIT_SECONDS, 2 ** (count - _FREE_FAILURES)) if count > _FREE_FAILURES else 0
                self._failures[key] = (count, self._clock() + wait)
            while len(self._failures) > _REMEMBERED:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of each."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)


# Of this process: the door begins them, the views ask whose they are.
SESSIONS = Sessions()
