"""Backups: one file with everything of a home that cannot be computed again.

The file is a tar archive: the warehouse, the operations database, the lines of closed months, the workflows'
state, the current snapshot, reports and copies of migrations, with a manifest of sizes, hashes and row counts.
DuckDB's files are compressed already. It is a job of the worker, so no other job writes meanwhile; SQLite files
are copied with SQLite's own backup, so that an entry made meanwhile is in it whole or not at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tarfile
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.settings import Settings
from workflows.config.snapshots import CURRENT, current_snapshot
from workflows.errors import ShipledgerError, UsageError

Counts = dict[str, int]
Facts = dict[str, Any]
# Two weeks of nights.
KEEP = 14
_PREFIX = "shipledger-backup-"
MANIFEST = "manifest.json"
FOLDERS = ("frozen", "reports", "migrations")


def make_backup(settings: Settings, folder: Path | None, run_id: str) -> Facts:
    """Write a backup, read it back and compare, and remove all but the newest backups of its folder.

    Args:
        settings: Which home.
        folder: Where to; `backups` in the home by default.
        run_id: The job that makes it, which is marked as ended in the copy of the workflows' state.

    Returns:
        `file`, `bytes`, `counts` (rows of each database) and `removed` (older backups).

    Raises:
        ShipledgerError: It could not be written, or does not read back as it was written.
    """
    folder = folder or settings.home / "backups"
    file = folder / f"{_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%f}.tar"
    # Named after the job: one that is killed and resumed overwrites what it had begun.
    part = folder / f".{_PREFIX}{run_id}.part"
    staging = settings.home / "scratch" / f"backup-{run_id}"
    shutil.rmtree(staging, ignore_errors=True)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        staging.mkdir(parents=True)
        _collect(settings, staging, run_id)
        manifest = _write(staging, part)
        shutil.rmtree(staging)
        _read_back(part, staging, manifest)
        part.replace(file)
    except (OSError, duckdb.Error, sqlite3.Error, tarfile.TarError) as problem:
        raise ShipledgerError(
            f"The backup could not be written to {folder} ({str(problem).splitlines()[0]}). Make room; repeat it."
        ) from problem
    finally:
        with suppress(OSError):
            part.unlink()
        shutil.rmtree(staging, ignore_errors=True)
    counts, removed = manifest["counts"], _remove_old(folder)
    return {"file": str(file), "bytes": file.stat().st_size, "counts": counts, "removed": removed}


def _write(staging: Path, part: Path) -> Facts:
    """Put what was collected into one file, which only its owner can read, and return the manifest."""
    manifest = _describe(staging)
    (staging / MANIFEST).write_text(json.dumps(manifest, indent=1))
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    with tarfile.open(part, "w") as archive:
        for path in _files(staging):
            archive.add(path, str(path.relative_to(staging)))
    with part.open("rb") as written:
        os.fsync(written.fileno())
    return manifest


def _read_back(part: Path, staging: Path, manifest: Facts) -> None:
    try:
        is_whole = unpack(part, staging) == manifest
    except ShipledgerError:
        is_whole = False
    if not is_whole:
        raise ShipledgerError(
            f"The backup does not read back from {part.parent} as it was written; it was removed, and older ones "
            "stay. Check the disk; repeat it."
        )


def _collect(settings: Settings, staging: Path, run_id: str) -> None:
    """Copy everything; the entries after the warehouse, so that no entry it has loaded is missing."""
    (staging / "published").mkdir()
    if settings.warehouse.exists():
        with duckdb.connect(str(settings.warehouse)) as connection:
            connection.execute("checkpoint")
        shutil.copyfile(settings.warehouse, staging / "warehouse.duckdb")
    snapshot = current_snapshot(settings)
    if snapshot is not None:
        shutil.copyfile(snapshot, staging / "published" / snapshot.name)
        (staging / "published" / snapshot.name).chmod(0o444)
        (staging / "published" / CURRENT).symlink_to(snapshot.name)
    for name in ("operations.sqlite", "workflows.sqlite"):
        if (settings.home / name).exists():
            copy_sqlite(settings.home / name, staging / name)
    _end_job(staging / "workflows.sqlite", run_id)
    for folder in FOLDERS:
        if (settings.home / folder).is_dir():
            shutil.copytree(settings.home / folder, staging / folder, symlinks=True)


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy a database as it is at one moment, also while others write to it."""
    with closing(sqlite3.connect(source)) as there, closing(sqlite3.connect(target)) as here:
        there.backup(here)
        here.execute("pragma journal_mode = delete")


def _end_job(store: Path, run_id: str) -> None:
    """Mark the backup, which runs in the copied state, as cancelled: a restored home must not resume it."""
    if store.exists():
        with closing(sqlite3.connect(store)) as connection, connection:
            connection.execute(
                "update workflow_status set status = 'CANCELLED' where workflow_uuid = ? and status = 'PENDING'",
                [run_id],
            )


def _describe(folder: Path) -> Facts:
    """Return the manifest: size and hash of each file, rows by table of each database."""
    files = {
        str(path.relative_to(folder)): {"bytes": path.stat().st_size, "sha256": _sha256(path)}
        for path in _files(folder)
        if not path.is_symlink() and path != folder / MANIFEST
    }
    return {"made_at": datetime.now(UTC).isoformat(), "files": files, "counts": _counts(folder)}


def _counts(folder: Path) -> dict[str, Counts]:
    counts: dict[str, Counts] = {}
    for path in _files(folder):
        if path.suffix == ".duckdb" and not path.is_symlink():
            with duckdb.connect(str(path), read_only=True) as connection:
                counts[path.name] = _duckdb_rows(connection)
        elif path.suffix == ".sqlite" and path.parent == folder:
            with closing(sqlite3.connect(path)) as connection:
                counts[path.name] = _sqlite_rows(connection)
    return counts


def _duckdb_rows(connection: duckdb.DuckDBPyConnection) -> Counts:
    names = connection.execute(
        "select schema_name, table_name from duckdb_tables() where not internal order by all"
    ).fetchall()
    found = {f"{schema}.{table}": f'select count(*) from "{schema}"."{table}"' for schema, table in names}
    return {name: int((connection.execute(query).fetchone() or (0,))[0]) for name, query in found.items()}


def _sqlite_rows(connection: sqlite3.Connection) -> Counts:
    if connection.execute("pragma integrity_check").fetchone()[0] != "ok":
        raise sqlite3.DatabaseError("a copied SQLite file is damaged")
    names = connection.execute("select name from sqlite_master where type = 'table' order by 1").fetchall()
    return {name: connection.execute(f'select count(*) from "{name}"').fetchone()[0] for (name,) in names}


def _extract(archive: tarfile.TarFile, folder: Path) -> None:
    """Extract files, folders and links that stay below the folder; Python 3.11 has filters only since 3.11.4.

    Raises:
        tarfile.TarError: A member is something else, or would lie or point elsewhere.
    """
    inside = folder.resolve()
    for member in archive:
        place = inside / member.name
        if member.issym():
            place = place.parent / member.linkname
        is_ours = member.isreg() or member.isdir() or member.issym()
        if not is_ours or not place.resolve().is_relative_to(inside):
            raise tarfile.TarError(f"it contains {member.name}, which no backup does")
        archive.extract(member, folder)


def unpack(file: Path, folder: Path) -> Facts:
    """Unpack a backup and check it against its manifest, by hash and by opening the databases.

    Returns:
        The manifest: `made_at`, `files` (`bytes` and `sha256` of each), `counts` (rows of each database's tables).

    Raises:
        UsageError: It is no backup.
        ShipledgerError: It is damaged.
    """
    try:
        with tarfile.open(file) as archive:
            _extract(archive, folder)
        manifest: Facts = dict(json.loads((folder / MANIFEST).read_text()))
    except (OSError, tarfile.TarError, TypeError, ValueError) as problem:
        raise UsageError(f"{file} is no backup of Shipledger that can be read ({problem}).") from problem
    if not _is_like(folder, manifest):
        raise ShipledgerError(f"The backup {file} is damaged: it does not match its manifest. Use another one.")
    return manifest


def _is_like(folder: Path, manifest: Facts) -> bool:
    try:
        found = _describe(folder)
    except (duckdb.Error, sqlite3.Error):
        return False
    return all(found[name] == manifest.get(name) for name in ("files", "counts"))


def _remove_old(folder: Path) -> list[str]:
    old = sorted(folder.glob(f"{_PREFIX}*.tar"), reverse=True)[KEEP:]
    for path in old:
        path.unlink(missing_ok=True)
    return [path.name for path in old]


def _files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_symlink() or path.is_file())


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
