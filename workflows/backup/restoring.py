"""Restoring a backup: wholly or not at all, only while no worker runs; the replaced files are kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb

from workflows.backup.backup_file import Facts
from workflows.backup.leftovers import RESTORING, remove_leftovers
from workflows.backup.manifest import DATABASES, FOLDERS, PUBLISHED, WORKFLOW_STORE
from workflows.backup.reading import unpack
from workflows.backup.stored_code import remove_stored_code
from workflows.config.home_directory import prepare_home
from workflows.config.home_replacement import is_being_replaced, replace_in_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.errors import AlreadyRunning, ShipledgerError

# A database is moved with its sidecar files. SQLite would take one that a killed writer left for the restored
# file's own, and write the old rows into it.
_SIDECARS = ("", ".wal", "-journal", "-wal", "-shm")
# The workflow store goes, and none comes: a job of the replaced state must not be resumed on the restored one.
_REPLACED = (
    *(f"{name}{tail}" for name in (*DATABASES, "ledger.duckdb", WORKFLOW_STORE) for tail in _SIDECARS),
    PUBLISHED,
    *FOLDERS,
)


def restore_backup(settings: Settings, file: Path, *, trust: bool = False) -> Facts:
    """Replace what is in the home by a backup; the replaced files are kept in a folder of the home.

    Killed at any point, it leaves the home as it was, or the next command completes it. The restored home has an
    empty workflow store, and no views until its next build.

    Args:
        settings: Whose home, and the keys that sign its backups.
        file: The backup.
        trust: Restore it also when its signature or format is not known.

    Returns:
        `counts` of what was restored, and `kept` (the folder with what was there before, None when nothing was).

    Raises:
        UsageError: The file is not a backup, or not a trusted one; nothing was changed.
        AlreadyRunning: A worker runs.
        ShipledgerError: The backup is damaged, or could not be put in place; nothing was changed.
    """
    prepare_home(settings)
    if not (lock := WorkerLock(settings.home)).acquire():
        raise AlreadyRunning(f"A worker is running in {settings.home}. Stop it, then restore.")
    staging = settings.home / RESTORING
    try:
        remove_leftovers(settings)
        manifest = unpack(settings, file, staging, trust=trust)
        remove_stored_code(staging)
        kept = replace_in_home(settings.home, staging, _REPLACED)
        prepare_home(settings)
    except (OSError, duckdb.Error) as problem:
        reason = str(problem).splitlines()[0]
        raise ShipledgerError(
            f"The backup {file} could not be unpacked in {settings.home} ({reason}). Make room; restore it again."
        ) from problem
    finally:
        if not is_being_replaced(settings.home):
            shutil.rmtree(staging, ignore_errors=True)
        lock.release()
    facts = {"file": str(file), "made_at": manifest.made_at.isoformat(), "counts": manifest.counts}
    return facts | {"kept": str(kept) if kept else None}
