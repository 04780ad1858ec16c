"""Opening the former system's SQLite file for reading."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ingest.errors import IngestError


class NotTheFormerSystem(IngestError):
    """The file is not a readable database of the former system."""


def connect_to(path: Path) -> sqlite3.Connection:
    """Open read-only; in a read-only folder, as of a copy, without the write-ahead log."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        connection.execute("select count(*) from sqlite_master")
    except sqlite3.OperationalError:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
    return connection
