"""Opening a published snapshot to read it."""

from __future__ import annotations

from pathlib import Path

import duckdb

# Reading neither fetches extensions nor touches other files. A process opens one file in one way only, so whoever
# reads a snapshot comes here.
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "1GB",
    "autoinstall_known_extensions": False,
    "enable_external_access": False,
}


def open_snapshot(path: Path) -> duckdb.DuckDBPyConnection:
    """A connection to a snapshot's own file, not to the link.

    Raises:
        duckdb.Error: It is gone, or no database.
    """
    return duckdb.connect(str(path), read_only=True, config=_CONFIG)
