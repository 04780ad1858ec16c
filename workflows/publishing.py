"""Publishing: a green build becomes a read-only snapshot, in one step."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from workflows.errors import ShipledgerError
from workflows.settings import Settings
from workflows.warehouse import Run

CURRENT = "current.duckdb"
KEEP = 10
_PREFIX = "shipledger-"


def finish_run(settings: Settings, run: Run) -> None:
    """Enter in the ledger that the run which is about to publish it has finished.

    dbt built `sync_runs` while this run was still going; a snapshot that exists says that it succeeded.
    """
    with duckdb.connect(str(settings.ledger)) as connection:
        connection.execute(
            "update marts.sync_runs set status = ?, finished_at = ? where run_id = ?",
            [run.status, run.finished_at, run.run_id],
        )


def publish(settings: Settings, run_id: str) -> str:
    """Copy the ledger beside the older snapshots and make it the current one.

    Readers see the old snapshot or the new one, never something between: the copy is complete and on disk
    before `current.duckdb`, a symbolic link, is moved to it in one rename.

    Args:
        settings: Where.
        run_id: The publishing run, part of the snapshot's name.

    Returns:
        The snapshot's file name.

    Raises:
        ShipledgerError: The disk is full or the folder cannot be written; the old snapshot stays current.
    """
    name = f"{_PREFIX}{datetime.now(UTC):%Y%m%dT%H%M%S%f}-{run_id[:8]}.duckdb"
    target = settings.published / name
    part = settings.published / f".{name}.part"
    try:
        settings.published.mkdir(exist_ok=True)
        _remove_leftovers(settings.published)
        _checkpoint(settings.ledger)
        shutil.copyfile(settings.ledger, part)
        _to_disk(part)
        part.chmod(0o444)
        part.rename(target)
        _point_to(settings.published, name)
        _remove_old(settings.published)
    except (OSError, duckdb.Error) as problem:
        part.unlink(missing_ok=True)
        raise ShipledgerError(
            f"The snapshot could not be written to {settings.published} ({str(problem).splitlines()[0]}). "
            "The last good one stays. Make room on the disk; the next run publishes."
        ) from problem
    return name


def current_snapshot(settings: Settings) -> Path | None:
    """The file that `current.duckdb` points to, None before the first publication."""
    try:
        path = (settings.published / CURRENT).resolve(strict=True)
    except OSError:
        return None
    return path if path.is_file() else None


def _checkpoint(ledger: Path) -> None:
    with duckdb.connect(str(ledger)) as connection:
        connection.execute("checkpoint")


def _to_disk(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _point_to(folder: Path, name: str) -> None:
    link = folder / f".{CURRENT}.new"
    link.unlink(missing_ok=True)
    link.symlink_to(name)
    link.replace(folder / CURRENT)
    _to_disk(folder)


def _remove_leftovers(folder: Path) -> None:
    for path in folder.glob(f".{_PREFIX}*.part"):
        path.unlink(missing_ok=True)


def _remove_old(folder: Path) -> None:
    current = (folder / CURRENT).resolve().name
    snapshots = sorted(folder.glob(f"{_PREFIX}*.duckdb"), reverse=True)
    for path in [path for path in snapshots if path.name != current][KEEP - 1 :]:
        path.unlink(missing_ok=True)
