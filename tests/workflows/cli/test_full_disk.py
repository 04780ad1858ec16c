"""A full disk, as `/dev/full` is one: a sentence, and nothing stops that could go on.

`python -m tests.full_disk` tries whole commands on real disks with less and more room.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from homes import settings_of
from own_worker import done, working

from workflows.config.disk_sync import is_disk_full
from workflows.config.log_file import log_to_home
from workflows.errors import FAILED, ShipledgerError
from workflows.monitoring import scheduled_jobs

FULL = Path("/dev/full")


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    """The logger of a package, without the handlers that a test adds."""
    loggers = [logging.getLogger(name) for name in ("ingest", "workflows")]
    before = [logger.handlers[:] for logger in loggers]
    for logger in loggers:
        logger.handlers = []
    yield loggers[1]
    # Closing writes what is left, which has no room.
    for handler in loggers[1].handlers:
        with suppress(OSError):
            handler.close()
    for logger, handlers in zip(loggers, before, strict=True):
        logger.handlers = handlers


def test_a_step_that_finds_no_room_fails_with_a_sentence_and_succeeds_once_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(*_: Any) -> dict[str, int]:
        try:
            FULL.write_text("no room")
        except OSError as problem:
            # As a library does that cleans up after itself.
            raise FileNotFoundError("scratch/normalize") from problem
        return {}

    with working(settings_of(tmp_path)) as jobs:
        with monkeypatch.context() as full:
            full.setattr(scheduled_jobs, "clean_home", write)
            job = done(jobs, "cleanup")
        assert isinstance(job.error, ShipledgerError)
        assert str(job.error).startswith("The disk of the home is full, so the step 'clean' could not write.")
        assert job.error.exit_code == FAILED
        assert done(jobs, "cleanup").status == "success"


def test_a_log_that_cannot_be_written_stops_nothing_and_prints_no_traceback(
    tmp_path: Path, log: logging.Logger, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "shipledger.log").symlink_to(FULL)
    log_to_home(settings_of(tmp_path))
    log.error("Something happened.")
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("words", ["database or disk is full", "IO Error: No space left on device"])
def test_what_sqlite_and_duckdb_say_of_a_full_disk_is_understood(tmp_path: Path, words: str) -> None:
    assert is_disk_full(RuntimeError(words), tmp_path)
    assert not is_disk_full(RuntimeError("something else"), tmp_path)
