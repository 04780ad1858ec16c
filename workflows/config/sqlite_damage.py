"""Telling a damaged SQLite file from a busy one, or from a full disk."""

from __future__ import annotations

import sqlite3

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CANTOPEN)


def is_damage(problem: sqlite3.Error) -> bool:
    """Return whether an error says that the file is damaged, is no database, or cannot be opened."""
    # The lowest byte; the others say more about it.
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF in _DAMAGE or (
        getattr(problem, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHORT_READ
    )
