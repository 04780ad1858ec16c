"""A limit on the time of a whole request: time-outs of sockets are for the next byte only."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool


class TimedAdapter(HTTPAdapter):
    """Sends requests one at a time, and can cut off the one that is under way."""

    _socket: Any = None

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """Make connections that note their socket here."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": self._noting(HTTPConnectionPool),
            "https": self._noting(HTTPSConnectionPool),
        }

    @contextmanager
    def limited(self, seconds: float) -> Iterator[threading.Event]:
        """Cut off the request that the block makes after some time; the event then is set."""
        is_over = threading.Event()
        timer = threading.Timer(seconds, self._cut_off, (is_over,))
        timer.daemon = True
        timer.start()
        try:
            yield is_over
        finally:
            timer.cancel()

    def _cut_off(self, is_over: threading.Event) -> None:
        is_over.set()
        if self._socket is not None:
            # Not closed: another file could get its number while it is still read. It may be closed already.
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _noting(self, pool: type[Any]) -> type[Any]:
        adapter = self

        class Connection(pool.ConnectionCls):  # type: ignore[name-defined, misc]
            def connect(self) -> None:
                super().connect()
                adapter._socket = self.sock

        return type(pool.__name__, (pool,), {"ConnectionCls": Connection})
