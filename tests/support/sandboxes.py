"""Sandboxes for tests: they trade only when a test says so, and no rate limit slows them down."""

from __future__ import annotations

from typing import Any

from sandbox import Book, Sandbox, SandboxSettings


def quiet_sandbox(book: Book | None = None, **changes: Any) -> Sandbox:
    """A sandbox over a book, empty by default; the changes are to its settings."""
    settings: dict[str, Any] = {"rate_limit": 1_000_000, "trade_every_seconds": 0, **changes}
    return Sandbox(SandboxSettings(**settings), book)
