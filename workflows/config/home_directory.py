"""The home directory: created when missing, checked that it can be written."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from workflows.config.settings import Settings
from workflows.errors import HomeUnusable

# The umask of processes that write a home.
OWNER_ONLY = 0o077
_FOLDERS = ("scratch", "logs")
_PRIVATE = ("*.duckdb*", "*.sqlite*", *_FOLDERS, "backups", "migrations", "reports", "frozen", "replaced-*")


def prepare_home(settings: Settings) -> None:
    """Create the home directory and its folders, and check that they can be written.

    Files that may hold personal data become readable by their owner only, also where an older version left them
    open to others. The snapshots in `published/` keep the permissions of that folder.

    Raises:
        HomeUnusable: They cannot be written.
    """
    if "," in str(settings.home):
        raise HomeUnusable(
            f"SHIPLEDGER_HOME is {settings.home}, and DuckDB finds no files below a path with a comma. "
            "Give the directory another name."
        )
    try:
        for folder in (settings.home, settings.published):
            folder.mkdir(parents=True, exist_ok=True)
        for name in _FOLDERS:
            (settings.home / name).mkdir(mode=0o700, exist_ok=True)
        _close_to_others(settings.home)
        with tempfile.TemporaryFile(dir=settings.home) as probe:
            probe.write(b".")
    except OSError as problem:
        raise HomeUnusable(
            f"SHIPLEDGER_HOME is {settings.home}, which cannot be written ({problem.strerror}). "
            "Give it to this user, or point SHIPLEDGER_HOME elsewhere."
        ) from problem


def _close_to_others(home: Path) -> None:
    for path in (path for pattern in _PRIVATE for path in home.glob(pattern)):
        # A sidecar file may be gone already, and another user's file is not ours to change.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat().st_mode
            if mode & OWNER_ONLY:
                path.chmod(mode & ~OWNER_ONLY)


def sync_to_disk(path: Path) -> None:
    """Flush a file, or the names in a folder, to disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
