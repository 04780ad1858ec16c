"""What cannot work is refused before a job is queued or a page announced: no failed run, and no alert, is left."""

from __future__ import annotations

import os
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from command_line import CommandLine


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path / "home", "http://127.0.0.1:9")


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield int(other.getsockname()[1])


@pytest.mark.parametrize("words", [["serve"], ["demo"], ["sandbox", "--weeks", "0.2"]])
def test_a_port_in_use_is_noticed_before_anything_is_announced_or_loaded(
    command: CommandLine, taken: int, words: list[str]
) -> None:
    # One JSON object, the error: no announcement before it.
    answer = command.run(*words, "--port", str(taken))
    assert answer.code == 1
    assert f"Port {taken} on 127.0.0.1 cannot be used (Address already in use)" in answer.facts["error"]
    assert "--port" in answer.facts["error"]
    assert not command.home.exists()


@pytest.mark.parametrize("words", [["serve"], ["demo"], ["sandbox"]])
def test_no_port_is_so_high(command: CommandLine, words: list[str]) -> None:
    answer = command.run(*words, "--port", "70000")
    assert answer.code == 2
    assert "65535" in answer.facts["error"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("missing.db", "There is no file"),
        ("folder", "There is no file"),
        ("notes.txt", "cannot be read as an SQLite database"),
        ("poems.db", "is not the former system's database"),
    ],
)
def test_a_mistyped_path_starts_no_migration(
    command: CommandLine, tmp_path: Path, name: str, sentence: str
) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "notes.txt").write_text("not a database " * 100)
    with closing(sqlite3.connect(tmp_path / "poems.db")) as poems:
        poems.execute("create table poems (line text)")
    answer = command.run("migrate", "--legacy", str(tmp_path / name))
    assert answer.code == 2
    assert sentence in answer.facts["error"]
    assert str(tmp_path / name) in answer.facts["error"]
    assert not command.home.exists()


def test_a_backup_that_cannot_be_written_there_says_why_and_starts_no_job(
    command: CommandLine, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("in the way")
    reasons = {
        "/proc/x": os.strerror(2),
        str(tmp_path / "file"): "it is a file",
        str(tmp_path / "file" / "x"): os.strerror(20),
    }
    for folder, reason in reasons.items():
        answer = command.run("backup", "--to", folder)
        assert answer.code == 2
        assert f"to the folder {folder}: {reason}" in answer.facts["error"]
        assert "--to" in answer.facts["error"]
        assert "room" not in answer.facts["error"]
    assert not command.home.exists()


def test_help_needs_no_valid_configuration(command: CommandLine) -> None:
    process = command.start("sync", "--help", SHIPLEDGER_TIMEZONE="Nowhere")
    out, errors = process.communicate()
    assert process.returncode == 0, errors
    assert "--accept-loss" in out
