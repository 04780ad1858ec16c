"""Login sessions and the login throttle, in memory only: a restart of the page logs everyone out."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv6Address, IPv6Network, ip_address

from workflows.page_api import User

SESSION_SECONDS = 12 * 3600  # a working day
COOKIE = "shipledger_session"
_FREE_FAILURES = 3
_LONGEST_WAIT_SECONDS = 300
# A limit, or attempts under ever new names would fill the memory.
_MOST_KEYS = 10_000


@dataclass(frozen=True)
class _Session:
    user: User
    ends_at: float


class Sessions:
    """The open sessions by their token, which is the cookie's value."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, _Session] = {}
        self._lock = threading.Lock()

    def begin(self, user: User) -> str:
        """Begin a session and return its token."""
        token = secrets.token_urlsafe(32)
        now = self._clock()
        with self._lock:
            self._open = {known: session for known, session in self._open.items() if session.ends_at > now}
            self._open[token] = _Session(user, now + SESSION_SECONDS)
        return token

    def user(self, token: str | None) -> User | None:
        """Return the user of a session as of its login, or None when it has ended or never existed."""
        session = self._open.get(token or "")
        return session.user if session and session.ends_at > self._clock() else None

    def unchanged_user(self, token: str | None, users: Mapping[str, User]) -> User | None:
        """Return the user of a session; end it when the user was removed or has another role or password.

        Args:
            token: The session's cookie.
            users: The present users by name, in lower case.
        """
        user = self.user(token)
        if user is not None and users.get(user.name.lower()) != user:
            self.end(token)
            return None
        return user

    def end(self, token: str | None) -> None:
        """End a session."""
        with self._lock:
            self._open.pop(token or "", None)


def throttled_network(address: str) -> str:
    """Return what the throttle counts an address as: an IPv6 address as its /64 prefix, which one machine has."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))


class LoginThrottle:
    """Slows down password guessing: after three failures the wait doubles with each further one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: dict[str, tuple[int, float]] = {}
        self._lock = threading.Lock()

    def seconds_to_wait(self, *keys: str) -> int:
        """Return the seconds until a login with these keys is allowed; 0 when it is now."""
        now = self._clock()
        waits = [self._failures[key][1] - now for key in keys if key in self._failures]
        return max(0, *(int(wait) + 1 if wait > 0 else 0 for wait in [0.0, *waits]))

    def failed(self, *keys: str) -> None:
        """Record a failed login for each key (a user name at an IP address, an IP address)."""
        with self._lock:
            for key in keys:
                count = self._failures.pop(key, (0, 0.0))[0] + 1
                wait = min(_LONGEST_WAIT_SECONDS, 2 ** (count - _FREE_FAILURES)) if count > _FREE_FAILURES else 0
                self._failures[key] = (count, self._clock() + wait)
            while len(self._failures) > _MOST_KEYS:
                del self._failures[next(iter(self._failures))]

    def succeeded(self, *keys: str) -> None:
        """Forget the failures of these keys."""
        with self._lock:
            for key in keys:
                self._failures.pop(key, None)


# Shared by the login middleware, which begins sessions, and the views, which read them.
SESSIONS = Sessions()
