"""What is kept of a build, and what sending it again does: node by node, each whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from workflows.cycle import dbt_runner
from workflows.cycle.dbt_runner import fingerprint
from workflows.cycle.replay import (
    BuildFacts,
    Recorder,
    Recording,
    Statement,
    keep_recording,
    read_recording,
    replay,
)

FACTS = BuildFacts("2026-11-20T18:00:00+00:00", "America/Chicago", "run-1")
GREEN_TEST = Statement("test.t", "select 0 as failures, false as should_warn, false as should_error")


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        yield connection


def sent(warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, *statements: Statement) -> tuple[bool, list[Any]]:
    """Whether a replay is green, and the progress it reported."""
    progress: list[Any] = []
    recording = Recording("state", FACTS, list(statements))
    is_green = replay(warehouse, tmp_path / "it's.duckdb", recording, FACTS, lambda *said: progress.append(said))
    return is_green, progress


def test_a_replay_sends_each_node_and_tells_how_many_are_done(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    statements = [
        Statement("model.a", "create table ledger.a as select 1 as n"),
        Statement("model.a", "insert into ledger.a values (2)"),
        GREEN_TEST,
        Statement("model.b", "create table b as select 3 as n"),
    ]
    assert sent(warehouse, tmp_path, *statements) == (True, [(1, 3), (2, 3), (3, 3)])
    assert warehouse.execute("select sum(n) from ledger.a").fetchall() == [(3,)]
    assert warehouse.execute("select n from b").fetchall() == [(3,)]
    counts = [Recording("state", FACTS, statements).count(kind) for kind in ("model", "test", "seed")]
    assert counts == [2, 1, 0]


def test_a_node_that_fails_leaves_nothing_of_itself_and_what_came_before_stands(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    is_green, progress = sent(
        warehouse,
        tmp_path,
        Statement("model.a", "create table a as select 1 as n"),
        Statement("model.b", "create table b as select 1 as n"),
        Statement("model.b", "insert into nowhere values (1)"),
        Statement("model.c", "create table c as select 1 as n"),
    )
    assert (is_green, progress) == (False, [(1, 3)])
    assert warehouse.execute("select table_name from duckdb_tables()").fetchall() == [("a",)]
    warehouse.execute("begin; rollback")


@pytest.mark.parametrize(
    ("verdict", "is_green"),
    [
        ("0, false, false", True),
        ("2, true, false", False),
        ("2, false, true", False),
        ("2, true, true", False),
    ],
)
def test_a_test_that_warns_or_fails_is_dbts_to_judge(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path, verdict: str, is_green: bool
) -> None:
    assert sent(warehouse, tmp_path, Statement("test.t", f"select {verdict}"))[0] is is_green


def event(sql: str, node: str = "model.a", name: str = "SQLQuery") -> Any:
    info = SimpleNamespace(unique_id=node)
    return SimpleNamespace(info=SimpleNamespace(name=name), data=SimpleNamespace(sql=sql, node_info=info))


def test_of_dbts_events_the_statements_of_nodes_are_kept_in_their_order() -> None:
    recorder = Recorder()
    for one in (
        event("create table a as select 1"),
        event("select * from information_schema.tables"),
        event("SELECT database_name FROM duckdb_databases()"),
        event("BEGIN"),
        event("insert into a values (2)"),
        event("COMMIT"),
        event("create table b as select 1", node=""),
        event("create table c as select 1", name="NodeStart"),
        event("describe (select 1)"),
        event("create table d as select 1", node="model.d"),
    ):
        recorder(one)
    assert recorder.statements == [
        Statement("model.a", "create table a as select 1"),
        Statement("model.a", "insert into a values (2)"),
        Statement("model.d", "create table d as select 1"),
    ]


def test_a_recording_is_read_again_for_its_own_state_only(tmp_path: Path) -> None:
    file = tmp_path / "warm_build.json"
    assert read_recording(file, "state") is None
    keep_recording(file, Recording("state", FACTS, [GREEN_TEST]))
    assert read_recording(file, "state") == Recording("state", FACTS, [GREEN_TEST])
    assert read_recording(file, "another") is None
    keep_recording(file, Recording("another", FACTS, []))
    assert read_recording(file, "state") is None
    assert [path.name for path in tmp_path.iterdir()] == ["warm_build.json"]
    file.write_bytes(b'{"state": "another"')
    assert read_recording(file, "another") is None


def test_a_recording_that_cannot_be_kept_ends_nothing(tmp_path: Path) -> None:
    keep_recording(tmp_path / "missing" / "warm_build.json", Recording("state", FACTS, []))


def test_the_fingerprint_is_of_names_and_contents_of_the_project_and_of_nothing_dbt_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dbt_runner, "DBT_PROJECT", tmp_path)
    (tmp_path / "models").mkdir()
    model = tmp_path / "models" / "a.sql"
    model.write_text("select 1")
    known = [fingerprint()]
    for folder in ("target", "logs", "dbt_packages"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "written.sql").write_text("by dbt")
    assert fingerprint() == known[0]
    model.write_text("select 2")
    known.append(fingerprint())
    model.rename(model.with_name("b.sql"))
    known.append(fingerprint())
    monkeypatch.setattr(dbt_runner, "version", lambda package: f"{package} of tomorrow")
    known.append(fingerprint())
    own = tmp_path / "logs" / "reference"
    own.mkdir()
    known.append(fingerprint(own))
    (own / "skus.csv").write_text("sku_code")
    known.append(fingerprint(own))
    assert len(set(known)) == 5
    assert known[3] == known[4], "no own file, nothing else to read"


def test_a_replay_is_given_the_instant_zone_and_run_of_its_own_build(warehouse: duckdb.DuckDBPyConnection) -> None:
    context = "model.shipledger.stg_shipledger__build_context"
    recording = Recording(
        "state",
        FACTS,
        [
            Statement(context, f"select '{FACTS.as_of}', '{FACTS.timezone}', '{FACTS.run_id}'"),
            Statement("model.shipledger.other", f"select '{FACTS.run_id}'"),
        ],
    )
    given = recording.given(BuildFacts("2026-11-21T06:00:00+00:00", "Asia/Tokyo", "run-2"))
    assert [warehouse.execute(one.sql).fetchall() for one in given] == [
        [("2026-11-21T06:00:00+00:00", "Asia/Tokyo", "run-2")],
        [("run-1",)],
    ]
