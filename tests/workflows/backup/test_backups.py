"""Backups: what is written reads back, and what a restore replaces is kept."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import duckdb
import pytest
from own_worker import done, working

from workflows.backup import backup_file
from workflows.backup.leftovers import part_file
from workflows.backup.restoring import restore_backup
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot
from workflows.config.worker_lock import WorkerLock
from workflows.entries.recording import recent_entries
from workflows.errors import FAILED, AlreadyRunning, ShipledgerError, UsageError
from workflows.jobs.client import job_client


def back_up(settings: Settings, to: Path | None = None) -> dict[str, Any]:
    """A backup made by the worker, as the schedule has it made."""
    with working(settings) as jobs:
        job = done(jobs, "backup", to=str(to) if to else None)
    assert job.status == "success", job.error
    assert job.result is not None
    return job.result


def test_a_backup_brings_everything_back_and_keeps_what_it_replaces(settings: Settings) -> None:
    made = back_up(settings)
    assert made["counts"]["warehouse.duckdb"] == {"raw_shipstation.orders": 5000}
    assert made["counts"]["operations.sqlite"]["entries"] == 1
    for name in ("warehouse.duckdb", "operations.sqlite"):
        (settings.home / name).write_bytes(b"spoiled")
    shutil.rmtree(settings.published)
    shutil.rmtree(settings.home / "reports")
    (settings.frozen / "2026-10.parquet").write_bytes(b"spoiled")
    restored = restore_backup(settings, Path(made["file"]))
    assert restored["counts"] == made["counts"]
    assert [entry.quantity for entry in recent_entries(settings)] == [576]
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        assert connection.execute("select sum(order_id) from raw_shipstation.orders").fetchall() == [(12497500,)]
    snapshot = current_snapshot(settings)
    assert snapshot is not None
    assert snapshot.name == "shipledger-1.duckdb"
    assert (settings.home / "reports" / "invoice.pdf").read_bytes() == b"%PDF-1.7"
    assert (settings.frozen / "2026-10.parquet").read_bytes() == b"lines"
    assert (Path(restored["kept"]) / "frozen" / "2026-10.parquet").read_bytes() == b"spoiled"
    assert (Path(restored["kept"]) / "operations.sqlite").read_bytes() == b"spoiled"


@pytest.mark.parametrize(("mode", "tails"), [("wal", ("-wal", "-shm")), ("delete", ("-journal",))])
def test_no_row_of_a_killed_writer_shows_after_a_restore_and_its_sidecar_files_are_kept(
    settings: Settings, mode: str, tails: tuple[str, ...]
) -> None:
    made = back_up(settings)
    program = Path(__file__).parents[1] / "killed_writers.py"
    killed = subprocess.run([sys.executable, str(program), str(settings.home), mode])
    assert killed.returncode == -signal.SIGKILL
    sidecars = {f"{name}.sqlite{tail}" for name in ("operations", "workflows") for tail in tails}
    sidecars |= {"warehouse.duckdb.wal", "ledger.duckdb.wal"}
    assert sidecars <= {path.name for path in settings.home.iterdir()}
    kept = Path(restore_backup(settings, Path(made["file"]))["kept"])
    assert sidecars <= {path.name for path in kept.iterdir()}
    assert not sidecars & {path.name for path in settings.home.iterdir()}
    assert content_of(settings.operations) == ("ok", made["counts"]["operations.sqlite"].keys())
    assert not (settings.home / "workflows.sqlite").exists()
    assert [entry.quantity for entry in recent_entries(settings)] == [576]
    with duckdb.connect(str(settings.warehouse)) as connection:
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == [("orders",)]
    assert not settings.ledger.exists()


def content_of(store: Path) -> tuple[str, set[str]]:
    """Whether a store is whole, and the names of its tables."""
    with closing(sqlite3.connect(store)) as connection:
        names = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
        return connection.execute("pragma integrity_check").fetchone()[0], names


def test_a_restored_home_has_no_jobs_to_take_up_and_runs_new_ones(settings: Settings) -> None:
    with working(settings) as jobs:
        made = done(jobs, "backup").result or {}
    assert "workflows.sqlite" not in made["counts"]
    kept = Path(restore_backup(settings, Path(made["file"]))["kept"])
    assert (kept / "workflows.sqlite").exists()
    with job_client(settings) as jobs:
        assert jobs.jobs() == []
    assert Path(back_up(settings)["file"]).exists()


def test_a_damaged_file_or_one_that_is_no_backup_is_refused_and_nothing_is_replaced(
    settings: Settings, tmp_path: Path
) -> None:
    made = back_up(settings, tmp_path / "elsewhere")
    assert Path(made["file"]).parent == tmp_path / "elsewhere"
    before = settings.operations.read_bytes()
    for name in ("reports/invoice.pdf", "warehouse.duckdb", "operations.sqlite"):
        flip(Path(shutil.copy(made["file"], tmp_path / "damaged.tar")), name)
        with pytest.raises(ShipledgerError, match="is damaged"):
            restore_backup(settings, tmp_path / "damaged.tar")
    (tmp_path / "poem.tar").write_text("no archive")
    with pytest.raises(UsageError, match="is not a backup"):
        restore_backup(settings, tmp_path / "poem.tar")
    assert settings.operations.read_bytes() == before
    assert not list(settings.home.glob("replaced-*"))


def flip(file: Path, name: str, at: int | None = None) -> None:
    """Change one bit of a member of an archive, in its middle if nothing else is said."""
    with tarfile.open(file) as archive:
        member = archive.getmember(name)
    content = bytearray(file.read_bytes())
    content[member.offset_data + (member.size // 2 if at is None else at)] ^= 1
    file.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda part: flip(part, "warehouse.duckdb"),
        lambda part: flip(part, "operations.sqlite"),
        lambda part: flip(part, "reports/invoice.pdf"),
        lambda part: flip(part, "manifest.json"),
        lambda part: flip(part, "manifest.hmac"),
        lambda part: os.truncate(part, part.stat().st_size // 2),
        lambda part: os.truncate(part, 0),
    ],
    ids=["rows", "entries", "report", "a hash", "the signature", "cut short", "nothing"],
)
def test_a_backup_that_is_damaged_while_it_is_written_is_not_accepted_and_older_ones_stay(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Path], None]
) -> None:
    older = [tmp_path / f"shipledger-backup-202501{night:02}T000000000000.tar" for night in range(1, 16)]
    for path in older:
        path.touch()
    # It makes the key; from then on, only the backup itself is flushed to disk.
    backup_file.make_backup(settings, None, "first")

    def lose_something(_file: int) -> None:
        [part] = tmp_path.glob(".shipledger-backup-*.part")
        damage(part)

    monkeypatch.setattr(backup_file.os, "fsync", lose_something)
    with pytest.raises(ShipledgerError, match="does not read back") as refused:
        backup_file.make_backup(settings, tmp_path, "run")
    assert refused.value.exit_code == FAILED
    assert sorted(path for path in tmp_path.iterdir() if path.is_file()) == older
    assert not list((settings.home / "scratch").glob("backup-*"))


@pytest.mark.parametrize("of", ["run", "another"], ids=["the job that is resumed", "another job"])
def test_the_next_backup_of_a_folder_removes_what_a_killed_one_left(
    settings: Settings, tmp_path: Path, of: str
) -> None:
    left = tmp_path / f".shipledger-backup-{of}.part"
    collected = settings.home / "scratch" / f"backup-{of}"
    left.write_bytes(b"half" * 1_000_000)
    collected.mkdir()
    (collected / "warehouse.duckdb").write_bytes(b"half")
    made = backup_file.make_backup(settings, tmp_path, "run")
    assert not left.exists()
    assert not collected.exists()
    assert restore_backup(settings, Path(made["file"]))["counts"] == made["counts"]


def test_a_starting_worker_removes_what_killed_backups_and_restores_left(settings: Settings) -> None:
    left = [settings.home / name for name in ("scratch/backup-run", "restoring", "backups")]
    for folder in left:
        folder.mkdir()
        (folder / ".shipledger-backup-run.part").write_bytes(b"half")
    with working(settings):
        assert [path.exists() for path in left] == [False, False, True]
        assert list((settings.home / "backups").iterdir()) == []


def test_a_file_that_another_home_writes_to_the_same_folder_stays(settings: Settings, tmp_path: Path) -> None:
    with part_file(tmp_path, "of-another-home") as other:
        backup_file.make_backup(settings, tmp_path, "run")
        assert Path(other.name).exists()
    assert not Path(other.name).exists()


def test_a_restore_is_refused_while_a_worker_runs(settings: Settings, tmp_path: Path) -> None:
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    with pytest.raises(AlreadyRunning, match="Stop it"):
        restore_backup(settings, tmp_path / "any.tar")
    lock.release()


def test_the_newest_fourteen_backups_of_a_folder_are_kept_and_nothing_else_is_removed(
    settings: Settings, tmp_path: Path
) -> None:
    for night in range(1, 18):
        (tmp_path / f"shipledger-backup-202501{night:02}T000000000000.tar").touch()
    (tmp_path / "notes.tar").touch()
    made = back_up(settings, tmp_path)
    names = sorted(path.name for path in tmp_path.glob("*.tar"))
    assert len(names) == backup_file.KEEP + 1
    assert names[:2] == ["notes.tar", "shipledger-backup-20250105T000000000000.tar"]
    assert Path(made["file"]).name == names[-1]
