"""The home directory: made when missing, and refused with a sentence when it cannot be used."""

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path

import duckdb

from workflows.config.settings import Settings
from workflows.errors import HomeUnusable

# The umask of whoever writes a home.
OWNER_ONLY = 0o077
_FOLDERS = ("scratch", "logs")
_PRIVATE = ("*.duckdb*", "*.sqlite*", *_FOLDERS, "backups", "migrations", "reports", "frozen", "replaced-*")


def prepare_home(settings: Settings) -> None:
    """Make the home directory and its folders, and see that they can be written.

    What may hold personal data is its owner's alone, also where an older version left it open to others. The
    snapshots in `published/` are for whoever may read that folder.

    Raises:
        HomeUnusable: They cannot.
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
        # A sidecar file may be gone already, and a file of somebody else's is theirs to close.
        with suppress(FileNotFoundError, PermissionError):
            mode = path.stat().st_mode
            if mode & OWNER_ONLY:
                path.chmod(mode & ~OWNER_ONLY)


def check_warehouse(path: Path) -> None:
    """See that the warehouse file, when there is one, is a DuckDB database of ours.

    Raises:
        HomeUnusable: It is damaged, foreign, or held by another program. The file is left as it is.
    """
    if not path.exists():
        return
    try:
        with duckdb.connect(str(path)) as connection:
            schemas = {
                name
                for (name,) in connection.execute(
                    "select distinct schema_name from duckdb_tables() where database_name = current_database()"
                ).fetchall()
            }
    except duckdb.Error as problem:
        reason = str(problem).strip().splitlines()[0]
        raise HomeUnusable(
            f"The warehouse {path} cannot be opened ({reason}). Nothing was changed. "
            "Close what holds it, or move the file away and run `backfill` to load it again."
        ) from problem
    if schemas and not any(name.startswith("raw_") for name in schemas):
        raise HomeUnusable(
            f"{path} is a DuckDB database, but not a Shipledger warehouse. Nothing was changed. "
            "Point SHIPLEDGER_HOME to another directory, or move the file away."
        )


def sync_to_disk(path: Path) -> None:
    """Have a file, or the names in a folder, on disk before this returns."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
