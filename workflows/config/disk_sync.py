"""Flushing files and folders to disk, so that they survive a power failure; noticing that the disk is full."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

# What libraries say whose errors have no errno: SQLite, DuckDB.
_FULL = ("disk is full", "No space left on device")
# A library that fails may free some room before anybody looks. Less than this is no room to work in.
_NO_ROOM_BYTES = 16 * 1024 * 1024


def sync_to_disk(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def is_disk_full(problem: BaseException, folder: Path) -> bool:
    """Return whether an error, or one that led to it, is due to a full disk.

    Args:
        problem: The error.
        folder: A folder on the disk: with next to no room left there, any error is taken for that.
    """
    cause: BaseException | None = problem
    while cause is not None:
        if isinstance(cause, OSError) and cause.errno in (errno.ENOSPC, errno.EDQUOT):
            return True
        if any(words in str(cause) for words in _FULL):
            return True
        cause = cause.__cause__ or cause.__context__
    return shutil.disk_usage(folder).free < _NO_ROOM_BYTES
