"""Opening `operations.sqlite`, which holds what only people or the closes know and nothing can load again."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BUSY_SECONDS = 30


@contextmanager
def open_store(store: Path, tables: str) -> Iterator[sqlite3.Connection]:
    """The store for as long as the block lasts; what the block wrote counts when it ends well, else nothing of it.

    Args:
        store: The SQLite file; made when missing.
        tables: The statements that make the tables the block works with, each `if not exists`.
    """
    connection = sqlite3.connect(store, timeout=_BUSY_SECONDS)
    try:
        connection.executescript(tables)
        with connection:
            yield connection
    finally:
        connection.close()
