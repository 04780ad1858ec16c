"""The worker's log: what it holds, and that it never fills the disk nor loses a line on the way."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from homes import settings_of

from workflows.config import log_file
from workflows.config.home_directory import prepare_home
from workflows.config.log_file import errors_since, log_to_home
from workflows.config.settings import Settings

OURS = [logging.getLogger(name) for name in ("ingest", "workflows")]


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A home, and loggers as in a process that has not logged to any yet."""
    made = settings_of(tmp_path)
    prepare_home(made)
    before = [(logger.handlers[:], logger.level) for logger in OURS]
    for logger in OURS:
        logger.handlers = []
    yield made
    for logger, (handlers, level) in zip(OURS, before, strict=True):
        for handler in logger.handlers:
            handler.close()
        logger.handlers, logger.level = handlers, level


def lines_in(settings: Settings) -> list[str]:
    """What the log's files hold, the oldest first."""
    older = sorted((settings.home / "logs").glob("shipledger.log.*"), reverse=True)
    files = [*older, settings.home / "logs" / "shipledger.log"]
    return [line for path in files for line in path.read_text().splitlines()]


def test_both_packages_log_from_info_on_with_the_moment_and_where_it_was_said(settings: Settings) -> None:
    log_to_home(settings)
    log_to_home(settings)
    logging.getLogger("ingest.sources.shipstation.load").info("one")
    logging.getLogger("workflows.cycle.cycle_workflows").warning("two")
    logging.getLogger("workflows.cycle.cycle_workflows").debug("nothing")
    logging.getLogger("somebody.else").error("nothing")
    assert [line.split(" ", 2)[2] for line in lines_in(settings)] == [
        "INFO ingest.sources.shipstation.load one",
        "WARNING workflows.cycle.cycle_workflows two",
    ]


def test_the_log_is_turned_over_without_losing_a_line_and_only_so_much_is_kept(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_file, "_BYTES", 1000)
    log_to_home(settings)
    for number in range(400):
        OURS[number % 2].info("number %d of a message that is fifty signs long or so", number)
    kept = [int(line.split("number ")[1].split(" ")[0]) for line in lines_in(settings)]
    assert kept == list(range(kept[0], 400))
    sizes = [path.stat().st_size for path in (settings.home / "logs").glob("shipledger.log*")]
    assert len(sizes) == 6
    assert max(sizes) <= 1000


def test_a_log_of_json_lines_has_the_same_facts_and_its_errors_are_found_beside_those_of_text(
    settings: Settings,
) -> None:
    began = datetime.now(UTC) - timedelta(seconds=1)
    log_to_home(settings)
    OURS[1].error("as text")
    OURS[1].handlers[0].close()
    for logger in OURS:
        logger.handlers = []
    log_to_home(settings.model_copy(update={"log_format": "json"}))
    OURS[0].info("nothing wrong")
    try:
        raise ValueError("a word")
    except ValueError:
        OURS[1].exception("as JSON\nwith more lines")
    _text, *lines = lines_in(settings)
    assert [(facts["level"], facts["logger"]) for facts in map(json.loads, lines)] == [
        ("INFO", "ingest"),
        ("ERROR", "workflows"),
    ]
    assert [words for _at, words in errors_since(settings, began)] == ["as text", "as JSON"]
    assert errors_since(settings, datetime.now(UTC) + timedelta(seconds=1)) == []


def test_a_json_line_cut_off_by_a_full_disk_is_left_out(settings: Settings) -> None:
    log_to_home(settings.model_copy(update={"log_format": "json"}))
    OURS[0].error("whole")
    file = settings.home / "logs" / "shipledger.log"
    file.write_text(file.read_text() + '{"time": "2026-11-20T20:00:00+00:00", "level": "ERROR", "mess')
    assert [words for _at, words in errors_since(settings, datetime(2026, 1, 1, tzinfo=UTC))] == ["whole"]
