"""The former system's SQLite file, for reading only."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ingest.errors import IngestError


class NotTheFormerSystem(IngestError):
    """The file is no readable database of the former system."""


def connect_to(path: Path) -> sqlite3.Connection:
    """Read-only; a write-ahead log in a folder that cannot be written is left out, which only such a copy has."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("select count(*) from sqlite_master")
    except sqlite3.OperationalError:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    return connection
