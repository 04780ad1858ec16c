"""Telling a damaged SQLite file from one that cannot be opened, and from a full disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from workflows.errors import HomeUnusable, ShipledgerError

_DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_NO_ACCESS = (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY)
_NO_ROOM = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


def is_damage(problem: sqlite3.Error) -> bool:
    """Return whether an error says that the file is damaged or is no database."""
    return _code(problem) in _DAMAGE or (
        getattr(problem, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHORT_READ
    )


def error_of_system(file: Path | str, problem: sqlite3.Error) -> ShipledgerError | None:
    """Return an error that is due to permissions, limits or the disk as one for the user; None for any other."""
    if _code(problem) in _NO_ACCESS:
        return HomeUnusable(
            f"{file} cannot be opened ({problem}). Nothing was changed. Check that this user may write to it and "
            "to its folder, and raise the limit of open files (ulimit -n) if it is reached."
        )
    if _code(problem) in _NO_ROOM:
        return ShipledgerError(
            f"{file} could not be written ({problem}): its disk is full, or fails. Free space, then try again."
        )
    return None


def _code(problem: sqlite3.Error) -> int:
    # The lowest byte; the others say more about it.
    return getattr(problem, "sqlite_errorcode", 0) & 0xFF
