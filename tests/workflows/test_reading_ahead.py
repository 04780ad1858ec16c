"""While a backfill loads, dbt reads the project in a process of its own."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from workflows.modelling import Modelling
from workflows.settings import read_settings

PARSED = "scratch/dbt/partial_parse.msgpack"


@pytest.fixture
def modelling(tmp_path: Path) -> Modelling:
    (tmp_path / "scratch").mkdir()
    return Modelling(read_settings({"SHIPLEDGER_HOME": str(tmp_path)}))


def test_what_was_read_ahead_is_taken_up(
    modelling: Modelling, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modelling.read_ahead()
    modelling.read_ahead()
    reader = modelling._reader
    assert reader is not None
    assert reader.wait() == 0
    asked = []
    invoke = modelling._invoke
    parsed_at = (tmp_path / PARSED).stat().st_mtime_ns
    monkeypatch.setattr(modelling, "_invoke", lambda *words, **more: asked.append(words) or invoke(*words, **more))
    models = [node for node in modelling.manifest().nodes.values() if node.resource_type == "model"]
    assert (asked, len(models) > 100) == ([("parse",)], True)
    assert (tmp_path / PARSED).stat().st_mtime_ns == parsed_at, "nothing was left to parse"


def test_a_reader_that_fails_is_made_up_for(modelling: Modelling, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    modelling.read_ahead()
    assert modelling.manifest().nodes


def test_a_home_whose_builds_are_replayed_reads_nothing(modelling: Modelling, tmp_path: Path) -> None:
    (tmp_path / "scratch" / "warm_build.json").write_text("{}")
    modelling.read_ahead()
    assert modelling._reader is None
