"""What a killed backup or restore leaves: temporary files with personal data."""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from workflows.config.settings import Settings

# Before an interrupted restore is completed, the restored files are in it.
RESTORING = "restoring"
_PART = ".shipledger-backup-{}.part"


def backup_staging(settings: Settings, run_id: str) -> Path:
    """Return the folder in which the backup of a run is collected."""
    return settings.home / "scratch" / f"backup-{run_id}"


def decryption_folder(settings: Settings) -> Path:
    """Return the folder in which an encrypted backup is decrypted."""
    return settings.home / "scratch" / "backup-decrypted"


@contextmanager
def part_file(folder: Path, run_id: str) -> Iterator[BinaryIO]:
    """Open the file that a backup is written to before it is renamed, for its owner alone.

    It is locked while the block lasts, so that another home which backs up to the same folder leaves it.
    """
    remove_parts(folder)
    part = folder / _PART.format(run_id)
    part.touch(mode=0o600, exist_ok=False)
    try:
        with part.open("wb") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield file
    finally:
        part.unlink(missing_ok=True)


def remove_parts(folder: Path) -> None:
    """Remove the half-written backups of a folder that nobody is writing any more."""
    for part in folder.glob(_PART.format("*")):
        with part.open("rb") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            part.unlink(missing_ok=True)


def remove_leftovers(settings: Settings) -> None:
    """Remove what killed backups and restores left in a home. The caller holds the worker lock.

    Taking it has completed an interrupted restore, so what is in `restoring` was never part of one.
    """
    remove_parts(settings.home / "backups")
    for folder in (settings.home / RESTORING, *settings.home.glob("scratch/backup-*")):
        shutil.rmtree(folder, ignore_errors=True)
