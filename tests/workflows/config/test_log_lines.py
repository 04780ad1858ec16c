"""The log on standard error: JSON that a collector can split, and text that leaves a terminal readable."""

from __future__ import annotations

import io
import json
import logging
from datetime import UTC, datetime

import pytest

from workflows.config.log_lines import ConsoleHandler, JsonLines
from workflows.jobs.client import Job
from workflows.jobs.progress import CommandProgress


class Terminal(io.StringIO):
    """A terminal: its lines, as they are seen."""

    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        return [_seen(line) for line in self.getvalue().split("\n")]


def _seen(written: str) -> str:
    seen = ""
    for part in written.split("\r"):
        cleared = part.startswith("\x1b[K")
        text = part.removeprefix("\x1b[K")
        seen = text if cleared else text + seen[len(text) :]
    return seen.rstrip()


def record(message: str, *arguments: object) -> logging.LogRecord:
    return logging.LogRecord("workflows.cycle", logging.WARNING, "file", 1, message, arguments, None)


def test_a_record_is_one_object_on_one_line_whatever_its_message_holds() -> None:
    line = JsonLines().format(record('first\nsecond "quoted" %s é', "\x1b[31m"))
    assert "\n" not in line
    facts = json.loads(line)
    assert facts["message"] == 'first\nsecond "quoted" \x1b[31m é'
    assert (facts["level"], facts["logger"]) == ("WARNING", "workflows.cycle")
    assert abs(datetime.now(UTC) - datetime.fromisoformat(facts["time"])).total_seconds() < 60
    assert "exception" not in facts


def test_an_error_has_its_traceback_in_the_same_object(caplog: pytest.LogCaptureFixture) -> None:
    try:
        raise KeyError("lot")
    except KeyError:
        logging.getLogger("workflows").exception("failed")
    line = JsonLines().format(caplog.records[0])
    assert "\n" not in line
    assert json.loads(line)["exception"].endswith("KeyError: 'lot'")


def test_a_log_line_stands_alone_on_a_terminal_that_shows_progress() -> None:
    terminal = Terminal()
    handler = ConsoleHandler(terminal)
    handler.setFormatter(logging.Formatter("%(message)s"))
    with CommandProgress(terminal) as progress:
        progress.show(sync(1))
        handler.handle(record("a page is read in pieces"))
        assert terminal.lines() == ["a page is read in pieces", ""]
        progress.show(sync(2))
        assert terminal.lines() == ["a page is read in pieces", "sync: orders 2 of 3 [##########      ]"]


def sync(done: int) -> Job:
    progress = {"step": "orders", "done": done, "total": 3}
    return Job("run", "sync", "running", "mary", None, None, None, {}, None, None, progress)


def test_a_plain_line_of_progress_is_an_object_where_the_log_is_json() -> None:
    file, now = io.StringIO(), 0.0
    handler = logging.StreamHandler(io.StringIO())
    handler.setFormatter(JsonLines())
    logging.getLogger().addHandler(handler)
    try:
        with CommandProgress(file, clock=lambda: now) as progress:
            now = 60.0
            progress.show(sync(2))
    finally:
        logging.getLogger().removeHandler(handler)
    assert json.loads(file.getvalue())["message"] == "sync: orders 2 of 3"


def test_a_file_gets_no_control_characters() -> None:
    file = io.StringIO()
    handler = ConsoleHandler(file)
    handler.setFormatter(logging.Formatter("%(message)s"))
    handler.handle(record("one"))
    assert file.getvalue() == "one\n"
