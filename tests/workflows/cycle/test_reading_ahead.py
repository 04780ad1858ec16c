"""While a backfill loads, dbt reads the project in a process of its own."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from command_line import CommandLine
from homes import settings_of

from ingest.sources.shipstation.load import load_backfill_window
from sandbox import Sandbox
from workflows.config.home_directory import prepare_home
from workflows.config.settings_reader import read_settings
from workflows.cycle import engine
from workflows.cycle.dbt_runner import Modelling
from workflows.cycle.engine import Engine

PARSED = "scratch/dbt/partial_parse.msgpack"


@pytest.fixture
def modelling(tmp_path: Path) -> Modelling:
    (tmp_path / "scratch").mkdir()
    return Modelling(settings_of(tmp_path))


@pytest.mark.long
def test_only_a_backfill_of_several_windows_reads_ahead(
    business: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = read_settings(CommandLine(tmp_path / "home", business.url).environment())
    prepare_home(settings)
    since = datetime.now(UTC) - timedelta(weeks=7)
    whole = Engine(settings)
    assert whole.load_window(since, None, lambda *_: None)["finished"]
    assert whole._modelling._reader is None
    monkeypatch.setattr(engine, "load_backfill_window", partial(load_backfill_window, window_rows=300))
    in_parts = Engine(settings)
    assert not in_parts.load_window(since - timedelta(days=1), None, lambda *_: None)["finished"]
    assert in_parts._modelling._reader is not None
    assert in_parts._modelling._reader.wait() == 0


@pytest.mark.long
def test_what_was_read_ahead_is_taken_up(modelling: Modelling, tmp_path: Path) -> None:
    modelling.read_ahead()
    reader = modelling._reader
    assert reader is not None
    assert reader.wait() == 0
    parsed_at = (tmp_path / PARSED).stat().st_mtime_ns
    assert modelling.manifest().nodes
    assert (tmp_path / PARSED).stat().st_mtime_ns == parsed_at, "nothing was left to parse"


def test_the_process_that_reads_the_project_gets_no_secrets(
    modelling: Modelling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SHIPSTATION_API_SECRET", "SHIPLEDGER_SMTP_URL_FILE", "SHIPLEDGER_SYSTEM_DATABASE_URL"):
        monkeypatch.setenv(name, "s3cret-word")
    found, program = tmp_path / "environment", tmp_path / "program"
    program.write_text(f"#!/bin/sh\nenv > {found}\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    modelling.read_ahead()
    reader = modelling._reader
    assert reader is not None
    assert reader.wait() == 0
    assert "SHIPLEDGER_HOME=" in found.read_text()
    assert "s3cret-word" not in found.read_text()


@pytest.mark.long
def test_what_a_killed_reader_left_is_read_again(modelling: Modelling, tmp_path: Path) -> None:
    (tmp_path / PARSED).parent.mkdir()
    (tmp_path / PARSED).write_bytes(b"half a fi")
    assert modelling.manifest().nodes


def test_a_reader_that_fails_is_made_up_for(modelling: Modelling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    modelling.read_ahead()
    assert modelling.manifest().nodes


def test_a_home_whose_builds_are_replayed_reads_nothing(modelling: Modelling, tmp_path: Path) -> None:
    (tmp_path / "scratch" / "warm_build.json").write_text("{}")
    modelling.read_ahead()
    assert modelling._reader is None
