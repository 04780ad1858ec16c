"""Nothing that is stored in a backup runs as code, also when the backup is to be trusted."""

from __future__ import annotations

import base64
import os
import pickle
import sqlite3
from contextlib import closing
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine
from homes import settings_of
from rewritten_backups import unpacked, write_unsigned

from workflows.backup.backup_file import make_backup
from workflows.jobs.client import APPLICATION_VERSION, job_client


class Harm:
    """Unpickled, it makes a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (str(self.folder),)


def plant_pickles(home: Path, store: Path, folder: Path) -> None:
    """A workflow store like the home's own, with a job under way whose input, output and error are pickles."""
    with job_client(settings_of(home)) as jobs:
        jobs.enqueue("sync", "mallory")
    pickled = base64.b64encode(pickle.dumps(Harm(folder))).decode()
    with closing(sqlite3.connect(home / "workflows.sqlite")) as own, closing(sqlite3.connect(store)) as copy:
        own.backup(copy)
        copy.execute(
            "update workflow_status set inputs = ?, output = ?, error = ?, serialization = 'py_pickle',"
            " status = 'PENDING', application_version = ?",
            [pickled, pickled, pickled, APPLICATION_VERSION],
        )
        copy.commit()


def plant_views(warehouse: Path, folder: Path) -> None:
    """A view where the worker looks for loads, and one in the place of each of ours, which write a log."""
    writes = f"from enable_logging(storage := 'file', storage_path := '{folder}')"
    with duckdb.connect(str(warehouse)) as connection:
        ours = connection.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        for schema, view in ours:
            connection.execute(f'create or replace view "{schema}"."{view}" as {writes}')
        connection.execute(
            "create view raw_shipstation.more as"
            f" select '1' as _dlt_load_id from (select 1) left join ({writes}) on true"
        )


@pytest.mark.long
def test_a_pickle_and_a_view_of_a_backup_write_nothing_and_the_next_sync_publishes(
    filled: CommandLine, tmp_path: Path
) -> None:
    harm = [tmp_path / "by-pickle", tmp_path / "by-view"]
    made = make_backup(settings_of(filled.home), tmp_path / "backups", "run")
    folder = unpacked(Path(made["file"]), tmp_path / "unpacked")
    plant_pickles(filled.home, folder / "workflows.sqlite", harm[0])
    plant_views(folder / "warehouse.duckdb", harm[1])
    hostile = write_unsigned(folder, tmp_path / "hostile.tar")
    orders = filled.published("select count(*) from marts.orders_inbox")
    restored = filled.run("restore", str(hostile), "--trust")
    assert restored.code == 0, restored.errors
    status = filled.run("status")
    assert (status.code, status.facts["open_jobs"]) == (0, [])
    synced = filled.run("sync")
    assert synced.code == 0, synced.errors
    assert filled.published("select count(*) from marts.orders_inbox") == orders
    assert not [folder for folder in harm if folder.exists()]
