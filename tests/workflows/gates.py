"""Stopping the sandbox at a request, and looking until something is so."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox import Sandbox

_held: list[threading.Event] = []


def gate(box: Sandbox, path: str) -> tuple[threading.Event, threading.Event]:
    """Hold the sandbox's answer at the next request, until released; tells when it is reached."""
    reached, go_on = threading.Event(), threading.Event()
    _held.append(go_on)

    def hold(_request: int) -> None:
        entry = box.requests.entries()[-1]
        if entry.path == path and not reached.is_set():
            reached.set()
            go_on.wait()

    box.on_request = hold
    return reached, go_on


def open_gates() -> None:
    """Release whatever is still held, so that a failed test's sandbox can end."""
    for go_on in _held:
        go_on.set()


def until(look: Callable[[], Any], expected: Any, seconds: float = 60) -> bool:
    """Look again until it is as expected; each look takes long enough to be no busy loop."""
    deadline = datetime.now(UTC) + timedelta(seconds=seconds)
    while datetime.now(UTC) < deadline:
        if look() == expected:
            return True
    return False


def edit_newest(box: Sandbox, status: str) -> int:
    newest = max(record.id for record in box.book.table("orders"))
    box.book.edit_order(newest, datetime.now(UTC), {"orderStatus": status})
    return newest
