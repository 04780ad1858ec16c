"""The log of requests to the sandbox."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass
from datetime import datetime

# A day of requests at the documented limit is 57,600.
_KEPT = 100_000


@dataclass
class LoggedRequest:
    """One request: `at` is the sandbox's time (UTC), `status` is 0 until the answer begins."""

    number: int
    at: datetime
    method: str
    path: str
    query: dict[str, str]
    status: int = 0


class RequestLog:
    """The last requests, without those to control paths; thread-safe."""

    def __init__(self) -> None:
        """Create an empty log."""
        self._lock = threading.Lock()
        self._entries: deque[LoggedRequest] = deque(maxlen=_KEPT)
        self._count = 0

    def add(self, at: datetime, method: str, path: str, query: dict[str, str]) -> LoggedRequest:
        """Add a request; numbers start with 1."""
        with self._lock:
            self._count += 1
            entry = LoggedRequest(self._count, at, method, path, query)
            self._entries.append(entry)
            return entry

    def entries(self) -> list[LoggedRequest]:
        """Return all requests since the last reset, oldest first."""
        with self._lock:
            return list(self._entries)

    def reset(self) -> None:
        """Forget all requests and count from 1 again."""
        with self._lock:
            self._entries.clear()
            self._count = 0
