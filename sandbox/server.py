"""The running sandbox: the API on a local port, in a thread of this process."""

from __future__ import annotations

import logging
import socket
import threading
from types import TracebackType

import uvicorn

from sandbox.api import build_api
from sandbox.book import Book
from sandbox.clock import Clock
from sandbox.context import Context, OnRequest
from sandbox.control import build_control
from sandbox.faults import FaultBoard
from sandbox.gate import Gate
from sandbox.limiter import RateLimiter
from sandbox.requestlog import RequestLog
from sandbox.settings import SandboxSettings

_START_SECONDS = 10.0
_log = logging.getLogger("sandbox")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.ready.set()


class Sandbox:
    """A local ShipStation on 127.0.0.1: start it, point a client at `url`, change `book` underneath.

    Use it as a context manager or with `start` and `stop`. A skew or a delay in the settings
    replaces that of a given clock or book; both must compare times in the same way.
    """

    def __init__(
        self,
        settings: SandboxSettings | None = None,
        book: Book | None = None,
        clock: Clock | None = None,
        port: int = 0,
    ) -> None:
        """Prepare a sandbox on `port` (0: any free one) over `book` (default: an empty one)."""
        self.settings = settings or SandboxSettings()
        self.book = book if book is not None else Book(compare=self.settings.compare)
        if self.book.compare != self.settings.compare:
            raise ValueError(f"The book compares {self.book.compare}, the settings do not.")
        self.clock = clock or self.book.clock
        if self.settings.clock_skew_seconds:
            self.clock.set_skew(self.settings.clock_skew_seconds)
        self.book.clock = self.clock
        if self.settings.visibility_delay_seconds:
            self.book.visibility_delay_seconds = self.settings.visibility_delay_seconds
        limiter = RateLimiter(self.settings.rate_limit, self.clock.monotonic)
        self._context = Context(self.settings, self.clock, self.book, limiter)
        self._port = port
        self._server: _Server | None = None
        self._threads: list[threading.Thread] = []

    @property
    def url(self) -> str:
        """The base URL, without a slash at its end."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def faults(self) -> FaultBoard:
        """The faults in force."""
        return self._context.faults

    @property
    def requests(self) -> RequestLog:
        """The log of requests."""
        return self._context.log

    @property
    def limiter(self) -> RateLimiter:
        """The request limit in force."""
        return self._context.limiter

    @property
    def on_request(self) -> OnRequest | None:
        """Called with each API request's number (from 1) before the answer: to change the book meanwhile."""
        return self._context.on_request

    @on_request.setter
    def on_request(self, hook: OnRequest | None) -> None:
        self._context.on_request = hook

    def start(self) -> Sandbox:
        """Listen, and trade in the background when the settings and the book say so.

        OSError when the port is taken; TimeoutError when the server does not come up.
        """
        # asyncio switches Nagle's algorithm off for sockets that name TCP; with it, an answer takes 40 ms.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", self._port))
        except OSError:
            listener.close()
            raise
        self._port = listener.getsockname()[1]
        app = Gate(build_api(self._context), build_control(self._context), self._context)
        config = uvicorn.Config(
            app,
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            server_header=False,
            date_header=False,
            timeout_graceful_shutdown=1,
        )
        self._server = _Server(config)
        self._context.stopping.clear()
        self._threads = [threading.Thread(target=self._server.run, args=([listener],), daemon=True)]
        if self.settings.trade_every_seconds > 0 and self.book.can_trade:
            self._threads.append(threading.Thread(target=self._keep_trading, daemon=True))
        for thread in self._threads:
            thread.start()
        if not self._server.ready.wait(_START_SECONDS):
            raise TimeoutError(f"The sandbox did not come up on port {self._port} in {_START_SECONDS} s.")
        return self

    def stop(self) -> None:
        """Close all connections and end the trading."""
        self._context.stopping.set()
        if self._server is not None:
            self._server.should_exit = True
            # Without it the server waits for clients that keep their connections open.
            self._server.force_exit = True
        for thread in self._threads:
            thread.join()
        self._threads = []
        self._server = None

    def __enter__(self) -> Sandbox:
        """Start."""
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop."""
        self.stop()

    def _keep_trading(self) -> None:
        while not self._context.stopping.wait(self.settings.trade_every_seconds):
            self.book.trade(1)
            _log.debug("traded one step")
