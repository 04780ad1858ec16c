"""A server that answers whatever a test wants, byte by byte."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qsl, urlsplit

Query = dict[str, str]
# Writes the answer to a path and query; the event is set when the test has ended.
Write = Callable[[BaseHTTPRequestHandler, str, Query, Event], None]


@contextmanager
def answering(write: Write) -> Iterator[str]:
    """The address of a server, for as long as the block lasts."""
    is_over = Event()

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            # The client hangs up, as it should.
            with suppress(OSError):
                write(self, parts.path, dict(parse_qsl(parts.query)), is_over)

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            is_over.set()
            server.shutdown()
            thread.join()


def send(handler: BaseHTTPRequestHandler, body: bytes) -> None:
    """A whole answer."""
    begin(handler, **{"Content-Length": str(len(body))})
    handler.wfile.write(body)


def begin(handler: BaseHTTPRequestHandler, **headers: str) -> None:
    handler.send_response(200)
    for name, value in headers.items():
        handler.send_header(name, value)
    handler.end_headers()


def trickle(handler: BaseHTTPRequestHandler, piece: bytes, is_over: Event) -> None:
    """A piece each hundredth of a second, without an end."""
    while not is_over.wait(0.01):
        handler.wfile.write(piece)


def bomb(megabytes: int) -> bytes:
    """That many zeros, compressed to a thousandth."""
    packer = zlib.compressobj(1, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    return b"".join([*(packer.compress(zeros) for _ in range(megabytes)), packer.flush()])
