"""A damaged operations database or workflow store: each command says which file, and the way back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from command_line import CommandLine
from homes import settings_of
from own_worker import done, working
from sqlalchemy import create_engine, text

from workflows.config.operations_database import open_operations_database
from workflows.entries.recording import EntryRequest, record_entry
from workflows.entries.switches import turn_switch
from workflows.errors import HomeUnusable, ShipledgerError
from workflows.jobs.workflow_store import errors_for_the_user


def truncated(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:6000])


def cut_in_the_header(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:50])


def garbage(file: Path) -> None:
    file.write_bytes(b"garbage " * 2000)


def a_directory(file: Path) -> None:
    file.unlink()
    file.mkdir()


def empty(file: Path) -> None:
    file.write_bytes(b"")


DAMAGES = [truncated, cut_in_the_header, garbage]
WAYS_BACK = {"operations.sqlite": "`restore` the newest backup", "workflows.sqlite": "a new one is made"}
COMMANDS = {
    "operations.sqlite": [
        *(["sync"], ["status"], ["eod"], ["backup"], ["serve", "--port", "0"], ["mail"]),
        ["switch", "sync", "off"],
        ["receive", "--sku", "17612", "--lot", "250300", "--quantity", "5", "--reason", "test"],
    ],
    "workflows.sqlite": [
        *(["sync"], ["status"], ["eod"], ["backup"], ["serve", "--port", "0"]),
        ["cancel", "some-run"],
    ],
}
CASES = [(name, words) for name, commands in COMMANDS.items() for words in commands]


@pytest.fixture(scope="module")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with an entry, a run and a backup."""
    settings = settings_of(tmp_path_factory.mktemp("small") / "home")
    record_entry(settings, EntryRequest("receive", "17612", 576, settings.today(), "ann"))
    with working(settings) as jobs:
        assert done(jobs, "retention", dry_run=False).status == "success"
        assert done(jobs, "backup").status == "success"
    return settings.home


@pytest.fixture
def command(small_home: Path, tmp_path: Path) -> CommandLine:
    # No server: nobody answers at this address, and no command gets so far.
    return CommandLine(Path(shutil.copytree(small_home, tmp_path / "home")), "http://127.0.0.1:9")


@pytest.mark.parametrize(("name", "words"), CASES, ids=[f"{name}-{words[0]}" for name, words in CASES])
def test_each_command_names_the_damaged_file_and_the_way_back(
    command: CommandLine, name: str, words: list[str]
) -> None:
    file = command.home / name
    damages = [*DAMAGES, empty] if name == "operations.sqlite" else DAMAGES
    # All of them with one command: which damage it is makes no difference to how it is handled there.
    for damage in damages if words[0] == "status" else [garbage]:
        kept = file.read_bytes()
        damage(file)
        answer = command.run(*words)
        assert answer.code == 78, answer
        assert str(file) in answer.facts["error"]
        assert WAYS_BACK[name] in answer.facts["error"]
        assert "Traceback" not in answer.errors
        shutil.rmtree(file) if file.is_dir() else file.unlink()
        file.write_bytes(kept)


@pytest.mark.parametrize("name", WAYS_BACK)
def test_a_file_that_cannot_be_opened_is_not_called_damaged(command: CommandLine, name: str) -> None:
    a_directory(command.home / name)
    answer = command.run("status")
    assert answer.code == 78, answer
    assert f"{command.home / name} cannot be opened" in answer.facts["error"]
    assert "restore" not in answer.facts["error"]


def test_a_workflow_store_without_room_is_a_sentence(tmp_path: Path) -> None:
    store = create_engine(f"sqlite:///{tmp_path / 'workflows.sqlite'}")
    with (
        pytest.raises(ShipledgerError, match=r"\(database or disk is full\).* Free space"),
        errors_for_the_user(settings_of(tmp_path)),
        store.connect() as connection,
    ):
        connection.execute(text("pragma max_page_count = 2"))
        connection.execute(text("create table no_room as select zeroblob(100000)"))


@pytest.mark.parametrize("name", WAYS_BACK)
@pytest.mark.parametrize("damage", [garbage, a_directory])
def test_the_way_back_of_a_damaged_file_leads_back(
    command: CommandLine, name: str, damage: Callable[[Path], None]
) -> None:
    [backup] = (command.home / "backups").glob("*.tar")
    damage(command.home / name)
    if name == "operations.sqlite":
        assert command.run("restore", str(backup)).code == 0
    else:
        (command.home / name).rename(command.home / "damaged")
    answer = command.run("status")
    assert answer.code == 0, answer
    with open_operations_database(command.home / "operations.sqlite") as connection:
        assert connection.execute("select sum(quantity) from entries").fetchall() == [(576,)]


def test_a_workflow_store_without_a_byte_is_a_new_one(command: CommandLine) -> None:
    empty(command.home / "workflows.sqlite")
    assert command.run("backup").code == 0


def test_an_operations_database_that_is_emptied_is_not_taken_for_a_new_one(tmp_path: Path) -> None:
    database = tmp_path / "operations.sqlite"
    turn_switch(database, "sync", False, "ann")
    empty(database)
    with pytest.raises(HomeUnusable, match="it is empty"):
        turn_switch(database, "sync", True, "ann")
    assert [path.name for path in tmp_path.iterdir()] == [database.name]
