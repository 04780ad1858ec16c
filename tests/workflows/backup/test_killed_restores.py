"""A restore happens completely or not at all, wherever it or its completion is killed."""

from __future__ import annotations

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from homes import copy_of, settings_of
from killed_restores import files_of
from long_run import some_of
from small_homes import small_home
from streamlit.testing.v1 import AppTest

from streamlit_app.server import page_command
from workflows.backup.backup_file import make_backup
from workflows.backup.restoring import restore_backup
from workflows.config.home_directory import prepare_home
from workflows.config.home_replacement import is_being_replaced
from workflows.config.settings import PROJECT, Settings
from workflows.config.worker_lock import WorkerLock
from workflows.entries.recording import EntryRequest, recent_entries, record_entry
from workflows.errors import TRY_AGAIN_LATER, AlreadyRunning, ShipledgerError

PROGRAM = Path(__file__).parents[1] / "killed_restores.py"


@dataclass(frozen=True)
class Case:
    """A home that went on after its backup, and the files of a copy in which that was restored in peace."""

    settings: Settings
    backup: Path
    restored: dict[str, str]

    @property
    def old(self) -> dict[str, str]:
        return files_of(self.settings.home)

    def is_old(self, files: dict[str, str]) -> bool:
        return files == self.old

    def is_new(self, files: dict[str, str]) -> bool:
        """Whether all that was restored is in its place, and all that it replaced is kept."""
        placed = {name: content for name, content in files.items() if not name.startswith("replaced-")}
        kept = {name.split("/", 1)[1]: content for name, content in files.items() if name not in placed}
        return placed == self.restored and kept == {
            name: content for name, content in self.old.items() if name not in ("backup.key", "mine.txt")
        }


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("case")
    settings = small_home(folder / "home")
    made = Path(make_backup(settings, folder / "backups", "run")["file"])
    record_entry(settings, EntryRequest("receive", "17612", 96, settings.today(), "bob"))
    for name in ("ledger.duckdb", "workflows.sqlite", "operations.sqlite-wal", "mine.txt"):
        (settings.home / name).write_text("of the home that is replaced")
    (settings.home / "reports" / "later.pdf").write_text("of the home that is replaced")
    copy = settings_of(copy_of(settings.home, folder / "peaceful"))
    restore_backup(copy, made)
    restored = {name: text for name, text in files_of(copy.home).items() if not name.startswith("replaced-")}
    return Case(settings, made, restored)


def run_program(*words: str | Path) -> str:
    command = [sys.executable, str(PROGRAM), *map(str, words)]
    run = subprocess.run(
        command, env=os.environ | {"PYTHONPATH": str(PROJECT)}, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return run.stdout


def outcomes_of(case: Case, folder: Path, *more: str) -> list[dict[str, Any]]:
    folder.mkdir()
    found: list[dict[str, Any]] = json.loads(run_program(case.settings.home, case.backup, folder, *more))
    return found


def test_a_home_is_wholly_old_or_wholly_new_wherever_a_restore_or_its_completion_is_killed(
    case: Case, tmp_path: Path
) -> None:
    outcomes = outcomes_of(case, tmp_path / "killed")
    assert all(case.is_new(one["files"]) for one in outcomes if one["is_interrupted"])
    others = [one["files"] for one in outcomes if not one["is_interrupted"]]
    assert all(case.is_old(files) or case.is_new(files) for files in others)
    assert case.is_old(others[0])
    assert case.is_new(others[-1])
    moved = sum(1 for one in outcomes if one["is_interrupted"])
    assert moved > len(case.restored), "each move was a place to be killed at"


@pytest.mark.long
def test_a_home_whose_files_cannot_be_moved_is_wholly_old_and_wholly_new_once_they_can(
    case: Case, tmp_path: Path
) -> None:
    outcomes = outcomes_of(case, tmp_path / "killed", "reports")
    assert all(case.is_new(one["files"]) for one in outcomes if one["is_interrupted"])
    assert all(case.is_old(one["files"]) for one in outcomes if not one["is_interrupted"])
    assert any(one["is_interrupted"] for one in outcomes), "killed while everything was put back, too"


@pytest.fixture(scope="module")
def half_home(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose restore was killed between its moves."""
    home = copy_of(case.settings.home, tmp_path_factory.mktemp("half") / "home")
    run_program("half", home, case.backup)
    assert not (home / "operations.sqlite").exists()
    return home


@pytest.fixture
def half(half_home: Path, tmp_path: Path) -> Settings:
    return settings_of(copy_of(half_home, tmp_path / "half"))


@pytest.mark.parametrize(
    "words",
    some_of(
        [
            ("status",),
            ("health",),
            ("eod",),
            ("receive", "--sku", "17612", "--quantity", "1"),
            ("switch", "sync", "off"),
            ("mail",),
            ("cancel", "no-such-run"),
            ("retry", "no-such-run"),
            ("cutover", "--rollback"),
            ("retention", "--dry-run"),
        ],
        4,
    ),
    ids=lambda words: words[0],
)
def test_every_command_completes_an_interrupted_restore_before_it_does_its_own(
    half: Settings, words: tuple[str, ...]
) -> None:
    CommandLine(half.home, "http://127.0.0.1:9").run(*words)
    assert not is_being_replaced(half.home)
    of_the_backup = recent_entries(half)[-1]
    assert (of_the_backup.quantity, of_the_backup.actor) == (576, "ann")
    assert "bob" not in {entry.actor for entry in recent_entries(half)}


@contextmanager
def at_work(home: Path) -> Iterator[None]:
    """As while the restore itself still runs: its lock is held."""
    with (home / "worker.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    assert is_being_replaced(home)


def test_commands_are_refused_while_a_restore_is_at_work(half: Settings) -> None:
    with at_work(half.home), pytest.raises(AlreadyRunning, match="Wait until that has ended") as refused:
        prepare_home(half)
    assert refused.value.exit_code == TRY_AGAIN_LATER


def test_the_page_neither_starts_nor_shows_anything_while_a_restore_is_at_work_and_then_completes_it(
    half: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment = {"SHIPLEDGER_HOME": str(half.home), "SHIPLEDGER_USERS": str(half.home / "no-users.toml")}
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    page = AppTest.from_file(str(PROJECT / "streamlit_app" / "app.py"), default_timeout=120)
    with at_work(half.home):
        started = subprocess.run(page_command(0), capture_output=True, text=True, check=False)
        page.run()
    assert (started.returncode, "is being restored" in started.stderr) == (TRY_AGAIN_LATER, True)
    assert [text.value for text in page.text] == [started.stderr.strip()]
    page.run()
    assert not is_being_replaced(half.home)
    assert [entry.actor for entry in recent_entries(half)] == ["ann"]


def test_a_file_that_was_made_again_meanwhile_is_kept_beside_the_replaced_one(half: Settings) -> None:
    (half.home / "operations.sqlite").write_text("by a program that knows no marker")
    prepare_home(half)
    [kept] = half.home.glob("replaced-*")
    assert (kept / "operations.sqlite-2").read_text() == "by a program that knows no marker"
    assert [entry.actor for entry in recent_entries(half)] == ["ann"]


def test_a_restore_whose_files_were_deleted_meanwhile_is_undone(half: Settings) -> None:
    (half.home / "restoring" / "operations.sqlite").unlink()
    with pytest.raises(ShipledgerError, match="The home is as it was before the restore"):
        WorkerLock(half.home).acquire()
    assert {entry.actor for entry in recent_entries(half)} == {"ann", "bob"}
    assert not is_being_replaced(half.home)
    assert not list(half.home.glob("replaced-*"))
