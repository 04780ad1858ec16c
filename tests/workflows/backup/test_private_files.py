"""What a home holds is its owner's alone, whatever the umask; only what is published is for others to read."""

from __future__ import annotations

import os
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import CommandLine
from homes import settings_of
from own_worker import done, working

from workflows.backup import backup_file
from workflows.backup.backup_file import make_backup
from workflows.backup.restoring import restore_backup
from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.entries.closed_months import prepare_closes
from workflows.entries.recording import EntryRequest, record_entry
from workflows.entries.switches import turn_switch

STORES = {"operations.sqlite", "workflows.sqlite", "warehouse.duckdb"}
FOLDERS = {"scratch", "logs", "backups", "reports", "frozen"}


@pytest.fixture(autouse=True)
def anyone_may_read_and_write() -> Iterator[None]:
    """The widest umask there is."""
    before = os.umask(0)
    yield
    os.umask(before)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home with everything in it that a backup takes."""
    made = settings_of(tmp_path / "home")
    record_entry(made, EntryRequest("receive", "17612", 576, made.today(), "ann"))
    with working(made) as jobs:
        # It makes the warehouse, and reads nothing.
        assert done(jobs, "retention", dry_run=False).status == "success"
    with duckdb.connect(str(made.published / "shipledger-1.duckdb")) as connection:
        connection.execute("create table skus as select '17612' as sku_code")
    (made.published / "current.duckdb").symlink_to("shipledger-1.duckdb")
    prepare_closes(made)
    (made.home / "reports" / "eod").mkdir(parents=True)
    (made.home / "reports" / "eod" / "summary.pdf").write_bytes(b"%PDF-1.7")
    return made


def modes(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mode & 0o777 for path in folder.iterdir()}


@pytest.mark.parametrize(
    "write",
    [
        lambda settings: record_entry(settings, EntryRequest("receive", "17612", 576, settings.today(), "ann")),
        lambda settings: turn_switch(settings.operations, "sync", False, "ann"),
        prepare_closes,
    ],
    ids=["entry", "switch", "closes"],
)
def test_whoever_writes_first_makes_the_store_for_its_owner_alone(
    tmp_path: Path, write: Callable[[Settings], None]
) -> None:
    settings = settings_of(tmp_path)
    write(settings)
    assert modes(tmp_path)["operations.sqlite"] == 0o600


def test_what_the_worker_makes_is_its_owners_alone(settings: Settings) -> None:
    found = modes(settings.home)
    assert {name: found[name] for name in STORES} == dict.fromkeys(STORES, 0o600)
    assert found["published"] == 0o777, "what is published is not ours to hide"
    assert os.umask(0) == 0, "the process's own files stay as its user wants them"


def test_what_an_older_version_left_open_is_closed(settings: Settings) -> None:
    for name in STORES | FOLDERS - {"backups"}:
        (settings.home / name).chmod(0o777 if name in FOLDERS else 0o666)
    (settings.home / "replaced-20250101T000000000000").mkdir()
    prepare_home(settings)
    found = modes(settings.home)
    assert {name: found[name] for name in STORES} == dict.fromkeys(STORES, 0o600)
    assert {found[name] for name in FOLDERS - {"backups"} | {"replaced-20250101T000000000000"}} == {0o700}


def test_a_backup_is_for_its_owner_alone_and_so_is_what_it_restores(settings: Settings) -> None:
    with working(settings) as jobs:
        made: dict[str, Any] = done(jobs, "backup").result or {}
    assert modes(settings.home)["backups"] == 0o700
    assert modes(settings.home / "backups") == {Path(made["file"]).name: 0o600}
    kept = Path(restore_backup(settings, Path(made["file"]))["kept"])
    found = modes(settings.home)
    restored = STORES - {"workflows.sqlite"}
    assert {name: found[name] for name in restored} == dict.fromkeys(restored, 0o600)
    assert (found["reports"], found[kept.name], found["backup.key"]) == (0o700, 0o700, 0o600)
    assert modes(settings.published)["shipledger-1.duckdb"] == 0o444


def test_a_backup_is_for_its_owner_alone_while_it_is_written_too(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "shared").mkdir(mode=0o777)
    seen: list[int] = []
    add = tarfile.TarFile.add

    def look(archive: tarfile.TarFile, path: Path, name: str) -> None:
        part = Path(str(archive.name))
        seen.extend(file.stat().st_mode & 0o777 for file in (part, settings.home / "scratch"))
        add(archive, path, name)

    monkeypatch.setattr(backup_file.tarfile.TarFile, "add", look)
    make_backup(settings, tmp_path / "shared", "run")
    assert set(seen) == {0o600, 0o700}
    assert (tmp_path / "shared").stat().st_mode & 0o777 == 0o777, "a folder of the user's stays as it is"
    make_backup(settings, tmp_path / "new", "run")
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700


def test_no_command_leaves_anything_in_a_home_that_others_may_read(tmp_path: Path) -> None:
    # The processes of the tests' commands have the umask of this machine, and nobody answers at this address.
    command = CommandLine(tmp_path / "home", "http://127.0.0.1:9")
    entry = ["receive", "--sku", "17612", "--lot", "250300", "--quantity", "5", "--reason", "test"]
    codes = [
        command.run(*words).code
        for words in (["status"], ["switch", "sync", "off"], entry, ["mail"], ["sync"], ["retention"], ["backup"])
    ]
    assert codes == [0, 0, 0, 0, 75, 0, 0]
    paths = [command.home, *command.home.rglob("*")]
    names = {path.name for path in paths}
    assert names > {"operations.sqlite", "workflows.sqlite", "warehouse.duckdb", "worker.lock", "backup.key"}
    assert [path for path in paths if path.lstat().st_mode & 0o077 and not path.is_symlink()] == []
