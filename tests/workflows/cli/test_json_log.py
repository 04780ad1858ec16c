"""With SHIPLEDGER_LOG_FORMAT=json, standard error is one JSON object a line, whatever a command has to say."""

from __future__ import annotations

import json
import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from gates import edit_newest, gate

from sandbox import Sandbox

JSON = {"SHIPLEDGER_LOG_FORMAT": "json"}


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize(
    ("words", "changes", "sentence"),
    [
        (["sync"], {}, "try again later"),
        (["status"], {"SHIPLEDGER_RATE_LIMIT": "many"}, "SHIPLEDGER_RATE_LIMIT"),
        (["sinc"], {}, "No such command"),
    ],
)
def test_an_error_is_an_object_with_the_sentence(
    tmp_path: Path, words: list[str], changes: dict[str, str], sentence: str
) -> None:
    answer = CommandLine(tmp_path / "home", "http://127.0.0.1:9").run(*words, **JSON | changes)
    said = objects(answer.errors)
    assert said[-1]["level"] == "ERROR"
    assert sentence in said[-1]["message"]
    assert answer.facts["error"] == said[-1]["message"]


def test_a_run_reports_its_start_and_end_and_its_stop_and_no_secret(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    edit_newest(own_business, "on_hold")
    began = datetime.now(UTC)
    answer = filled_own.run("sync", **JSON)
    assert answer.code == 0
    starts, ends = [one for one in objects(answer.errors) if one["logger"] == "workflows.cycle.run_log"]
    assert (starts["level"], ends["level"]) == ("INFO", "INFO")
    assert answer.facts["run_id"] in starts["message"]
    assert datetime.fromisoformat(starts["time"]) >= began.replace(microsecond=0)
    reached, go_on = gate(own_business, "/orders")
    process = filled_own.start("sync", SHIPSTATION_API_SECRET="the-word", **JSON)
    assert reached.wait(60)
    process.send_signal(signal.SIGTERM)
    _out, errors = process.communicate(timeout=60)
    go_on.set()
    assert objects(errors)[-1]["message"] == "Stopped. The next run resumes what was under way."
    assert "the-word" not in errors
