"""A warehouse of its own for every test that wants one, and the real dbt on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from homes import copy_of
from ledger_under_test import Ledger, parse_project
from once import made_once
from replayed_ledger import RecordedBuilds
from shared_builds import run_selected
from shared_dbt import one_parse_for_all_homes

from workflows.cycle.replay import keep_recording, read_recording

FIRST_BUILD = "first_build.json"
FRIDAY_NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="session")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What dbt makes of its project: seconds to parse, and good for every warehouse."""
    Ledger.recordings = made_once(tmp_path_factory, "recordings", lambda _folder: None)
    with one_parse_for_all_homes():
        parsed = made_once(tmp_path_factory, "parsed", lambda folder: parse_project(folder))
        return parse_project(copy_of(parsed, tmp_path_factory.mktemp("parse") / "again"))


@pytest.fixture(scope="session")
def founded(tmp_path_factory: pytest.TempPathFactory, manifest: Any) -> Ledger:
    """A business on its first day, built in full; what dbt sent is beside it."""

    def found(folder: Path) -> None:
        ledger = Ledger.unbuilt(folder, manifest, FRIDAY_NOON)
        keep_recording(folder / FIRST_BUILD, ledger.build_everything())

    return Ledger(made_once(tmp_path_factory, "founded-ledger", found), manifest)


@pytest.fixture(scope="session")
def new_ledger(founded: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Ledger]:
    """Makes warehouses; the default instant is Friday 9 January 2026, noon in Chicago."""

    def make(as_of: datetime = FRIDAY_NOON) -> Ledger:
        return founded.copy(tmp_path_factory.mktemp("ledger"), as_of)

    return make


@pytest.fixture(scope="module")
def failed(request: pytest.FixtureRequest, shared: Ledger) -> dict[str, BaseException]:
    """What each of a module's tests that share builds failed with, after the last build."""
    return run_selected(request, shared)


@pytest.fixture(scope="module")
def afterwards(shared: Ledger, failed: dict[str, BaseException]) -> Ledger:
    """The ledger that a module's tests shared, after their last build."""
    assert failed is not None
    return shared


@pytest.fixture(scope="session")
def recording(founded: Ledger, new_ledger: Callable[..., Ledger]) -> RecordedBuilds:
    """What dbt sends for a first and for a warm build."""
    first = read_recording(founded.home / FIRST_BUILD, state="")
    assert first is not None
    first.statements = [statement for statement in first.statements if "seed." not in statement.node]
    return RecordedBuilds(first, new_ledger().warm_build(), founded.warehouse)
