"""The objects that all parts of a running sandbox share."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from sandbox.book import Book
from sandbox.clock import Clock
from sandbox.faults import FaultBoard
from sandbox.limiter import RateLimiter
from sandbox.requestlog import RequestLog
from sandbox.settings import SandboxSettings

OnRequest = Callable[[int], None]


@dataclass
class Context:
    """Settings, clock, book, faults, limiter, log and hook of one sandbox; `stopping` ends delays early."""

    settings: SandboxSettings
    clock: Clock
    book: Book
    limiter: RateLimiter
    faults: FaultBoard = field(default_factory=FaultBoard)
    log: RequestLog = field(default_factory=RequestLog)
    on_request: OnRequest | None = None
    stopping: threading.Event = field(default_factory=threading.Event)
