"""Restoring a backup: only while no worker runs; the replaced files are kept."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

from workflows.backup.backup_file import FOLDERS, MANIFEST, Facts, unpack
from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.errors import AlreadyRunning

# A database is moved with its sidecar files. SQLite would take one that a killed writer left for the restored
# file's own, and write the old rows into it.
_SQLITE_TAILS = ("", "-journal", "-wal", "-shm")
_REPLACED = (
    *(f"{name}{tail}" for name in ("warehouse.duckdb", "ledger.duckdb") for tail in ("", ".wal")),
    *(f"{name}{tail}" for name in ("operations.sqlite", "workflows.sqlite") for tail in _SQLITE_TAILS),
    "published",
    *FOLDERS,
)


def restore_backup(settings: Settings, file: Path) -> Facts:
    """Replace what is in the home by a backup; the replaced files are kept beside it.

    Returns:
        `counts` of what was restored, and `kept` (the folder with what was there before, None when nothing was).

    Raises:
        UsageError: The file is no backup.
        AlreadyRunning: A worker runs.
        ShipledgerError: The backup is damaged; nothing was changed.
    """
    prepare_home(settings)
    lock = WorkerLock(settings.home)
    if not lock.acquire():
        raise AlreadyRunning(f"A worker is running in {settings.home}. Stop it, then restore.")
    staging = settings.home / "scratch" / "restore"
    try:
        shutil.rmtree(staging, ignore_errors=True)
        manifest = unpack(file, staging)
        kept = _set_aside(settings)
        for path in staging.iterdir():
            if path.name != MANIFEST:
                path.rename(settings.home / path.name)
        prepare_home(settings)
    finally:
        shutil.rmtree(staging, ignore_errors=True)
        lock.release()
    return {"file": str(file), "made_at": manifest["made_at"], "counts": manifest["counts"], "kept": kept}


def _set_aside(settings: Settings) -> str | None:
    """Move what a restored backup replaces into a folder of its own, and return the folder."""
    there = [settings.home / name for name in _REPLACED if (settings.home / name).exists()]
    kept = settings.home / f"replaced-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    for path in there:
        kept.mkdir(mode=0o700, exist_ok=True)
        path.rename(kept / path.name)
    return str(kept) if there else None
