"""Backups: one file with everything of a home that cannot be computed again.

The file is a tar archive: a signed manifest with the size and hash of each file, then the warehouse, the
operations database, the lines of closed months, the current snapshot, reports and copies of migrations. DuckDB's
files are compressed already. With a passphrase, it is encrypted as a whole. It is a job of the worker, so no other
job writes meanwhile; SQLite files are copied with SQLite's own backup, so that an entry made meanwhile is in it
whole or not at all.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tarfile
from contextlib import closing, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO

import duckdb
import msgspec

from workflows.backup.encryption import encrypt
from workflows.backup.leftovers import backup_staging, part_file, remove_leftovers
from workflows.backup.manifest import FOLDERS, FORMAT, MANIFEST, PUBLISHED, SIGNATURE, FileFacts, Manifest
from workflows.backup.reading import hash_of, rows_by_database, unpack
from workflows.backup.signing import choose_key, sign
from workflows.config.disk_sync import sync_to_disk
from workflows.config.operations_database import prepare_operations_database
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.errors import ShipledgerError

Facts = dict[str, Any]
# Two weeks of nights.
KEEP = 14
_PREFIX = "shipledger-backup-"


def make_backup(settings: Settings, folder: Path | None, run_id: str) -> Facts:
    """Write a backup, read it back and compare, and remove all but the newest backups of its folder.

    Args:
        settings: Which home.
        folder: Where to; `backups` in the home by default.
        run_id: The job that makes it.

    Returns:
        `file`, `bytes`, `counts` (rows of each database) and `removed` (older backups).

    Raises:
        ShipledgerError: It could not be written, or does not read back as it was written.
    """
    folder = folder or settings.home / "backups"
    file = folder / f"{_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%f}.tar"
    staging = backup_staging(settings, run_id)
    remove_leftovers(settings)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        staging.mkdir(parents=True)
        manifest = _collect(settings, staging)
        with part_file(folder, run_id) as part:
            _write(settings, manifest, staging, part)
            _read_back(settings, Path(part.name), staging, manifest)
            Path(part.name).replace(file)
        sync_to_disk(folder)
    except (OSError, duckdb.Error, sqlite3.Error, tarfile.TarError) as problem:
        raise ShipledgerError(
            f"The backup could not be written to {folder} ({str(problem).splitlines()[0]}). Make room; repeat it."
        ) from problem
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    counts, removed = manifest.counts, _remove_old(folder)
    return {"file": str(file), "bytes": file.stat().st_size, "counts": counts, "removed": removed}


def _write(settings: Settings, manifest: Manifest, staging: Path, part: BinaryIO) -> None:
    """Put what was collected into one file: the manifest first, so that it can be checked before anything else.

    What was collected is removed.
    """
    names = sorted(manifest.files)
    key = choose_key(settings, manifest)
    content = msgspec.json.encode(manifest)
    (staging / MANIFEST).write_bytes(content)
    (staging / SIGNATURE).write_text(sign(key, content))
    passphrase, plain = settings.backup_passphrase, staging / "backup.tar"
    with (
        nullcontext(part) if passphrase is None else plain.open("wb") as file,
        tarfile.open(fileobj=file, mode="w") as archive,
    ):
        for name in (MANIFEST, SIGNATURE, *names):
            archive.add(staging / name, name)
            (staging / name).unlink()
    if passphrase is not None:
        encrypt(passphrase, plain, part)
    shutil.rmtree(staging)
    part.flush()
    os.fsync(part.fileno())


def _read_back(settings: Settings, part: Path, staging: Path, manifest: Manifest) -> None:
    try:
        is_whole = unpack(settings, part, staging, trust=False) == manifest
    except ShipledgerError:
        is_whole = False
    if not is_whole:
        raise ShipledgerError(
            f"The backup does not read back from {part.parent} as it was written; it was removed, and older ones "
            "stay. Check the disk; repeat it."
        )


def _collect(settings: Settings, staging: Path) -> Manifest:
    """Copy everything; the entries after the warehouse, so that no entry it has loaded is missing.

    The workflow store is left out: a restored home begins with an empty one.
    """
    (staging / PUBLISHED).mkdir()
    if settings.warehouse.exists():
        with duckdb.connect(str(settings.warehouse)) as connection:
            connection.execute("checkpoint")
        shutil.copyfile(settings.warehouse, staging / settings.warehouse.name)
    snapshot = current_snapshot(settings)
    if snapshot is not None:
        shutil.copyfile(snapshot, staging / PUBLISHED / snapshot.name)
    prepare_operations_database(settings.operations)
    copy_sqlite(settings.operations, staging / settings.operations.name)
    for folder in FOLDERS:
        if (settings.home / folder).is_dir():
            shutil.copytree(settings.home / folder, staging / folder, ignore_dangling_symlinks=True)
    files = [path for path in staging.rglob("*") if path.is_file()]
    return Manifest(
        format=FORMAT,
        made_at=datetime.now(UTC),
        files={
            path.relative_to(staging).as_posix(): FileFacts(path.stat().st_size, hash_of(path)) for path in files
        },
        counts=rows_by_database(staging),
        current=snapshot.name if snapshot is not None else None,
    )


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, also while others write to it."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
        here.execute("pragma journal_mode = delete")


def _remove_old(folder: Path) -> list[str]:
    old = sorted(folder.glob(f"{_PREFIX}*.tar"), reverse=True)[KEEP:]
    for path in old:
        path.unlink(missing_ok=True)
    return [path.name for path in old]
