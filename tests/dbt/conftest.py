"""A warehouse of its own for every test that wants one, and the real dbt on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import raw_tables
from homes import copy_of
from ledger_under_test import Ledger, parse_project
from once import made_once
from replayed_ledger import RecordedBuilds
from shared_dbt import one_parse_for_all_homes
from side_by_side import Outcomes, run_side_by_side

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
def outcomes(request: pytest.FixtureRequest, shared: Ledger) -> Outcomes:
    """What each of a file's tests that share builds failed with: on the ledger of the file's fixture `shared`.

    `yield` waits for the next build, `yield INSTANT` for one of that instant, once no test waits for an earlier
    one. The answer is the names of the nodes that were built.
    """

    def build(wanted: set[datetime | None]) -> tuple[datetime | None, set[str]]:
        instants = [one for one in wanted if one is not None]
        if len(instants) < len(wanted):
            return None, shared.build()
        with shared.connect() as connection:
            raw_tables.set_context(connection, min(instants))
        return min(instants), shared.build()

    return run_side_by_side(request, (shared,), build)


@pytest.fixture(scope="module")
def afterwards(shared: Ledger, outcomes: Outcomes) -> Ledger:
    """The ledger that a file's tests shared, after their last build."""
    assert outcomes
    return shared


@pytest.fixture(scope="session")
def recording(founded: Ledger, new_ledger: Callable[..., Ledger]) -> RecordedBuilds:
    """What dbt sends for a first and for a warm build."""
    first = read_recording(founded.home / FIRST_BUILD, state="")
    assert first is not None
    first.statements = [statement for statement in first.statements if "seed." not in statement.node]
    return RecordedBuilds(first, new_ledger().warm_build(), founded.warehouse)
