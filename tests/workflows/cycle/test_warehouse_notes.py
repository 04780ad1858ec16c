"""The worker's own tables: which loads a build has to cover, of what the last green one was made, and the runs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from homes import settings_of

from workflows.config.settings import Settings
from workflows.cycle.engine import Engine
from workflows.cycle.publishing import publish
from workflows.cycle.warehouse import (
    GreenBuild,
    Run,
    forget_green_build,
    has_shipstation,
    last_build_number,
    loads_covered_since,
    loads_to_build,
    newest_finished_run,
    note_green_build,
    note_runs,
    open_warehouse,
    read_green_build,
    state_of,
)

NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)
GREEN = GreenBuild("print", "2026-11-20", NOON, 7)


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Two loads of orders and one of entries; ingest's own notes came with loads of their own."""
    with open_warehouse(tmp_path / "warehouse.duckdb") as connection:
        for table, load in (
            ("raw_shipstation.orders", "b"),
            ("raw_shipstation.orders", "a"),
            ("raw_operations.entries", "c"),
            ("raw_xcart.orders", "d"),
            ("raw_shipstation.watermarks", "watermark"),
            ("raw_shipstation.ghost_looks", "looks"),
            ("raw_xcart.files", "file"),
            ("raw_xcart._dlt_pipeline_state", "state"),
            ("raw_legacy.shipped_items", "legacy"),
            ("raw_shipstation_staging.orders", "staged"),
        ):
            connection.execute(f"create schema if not exists {table.split('.')[0]}")
            connection.execute(f"create table if not exists {table} (_dlt_load_id varchar)")
            connection.execute(f"insert into {table} values (?)", [load])
        connection.execute("create table raw_shipstation.other (id bigint)")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, table: str) -> list[tuple[object, ...]]:
    return connection.execute(f"from raw_shipledger.{table} order by all").fetchall()


def finish_build(connection: duckdb.DuckDBPyConnection, number: int, loads: list[str]) -> None:
    """What the last model of a build writes."""
    connection.execute("create schema if not exists builds")
    connection.execute(
        "create table if not exists builds.builds_finished (build_number bigint, load_ids varchar[])"
    )
    connection.execute("insert into builds.builds_finished values (?, ?)", [number, loads])


def test_to_build_is_every_load_that_models_read_and_no_finished_build_has_covered(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    assert loads_to_build(warehouse) == ["a", "b", "c", "d"]
    finish_build(warehouse, 1, ["a", "c"])
    assert loads_to_build(warehouse) == ["b", "d"]
    finish_build(warehouse, 2, ["b", "d"])
    assert loads_to_build(warehouse) == []
    warehouse.execute("insert into raw_operations.entries values ('e')")
    assert loads_to_build(warehouse) == ["e"]


def test_loads_of_builds_after_one_are_those_of_all_later_ones(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert loads_covered_since(warehouse, 0) == []
    for number, loads in ((1, ["a"]), (2, []), (3, ["b", "c"])):
        finish_build(warehouse, number, loads)
    assert last_build_number(warehouse) == 3
    assert loads_covered_since(warehouse, 0) == ["a", "b", "c"]
    assert loads_covered_since(warehouse, 1) == ["b", "c"]
    assert loads_covered_since(warehouse, 3) == []


def test_of_green_builds_the_last_one_is_known_until_it_is_forgotten(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert read_green_build(warehouse) is None
    later = replace(GREEN, built_at=NOON + timedelta(hours=1), fingerprint="another")
    for build in (GREEN, later):
        note_green_build(warehouse, build)
        assert read_green_build(warehouse) == build
    assert len(rows(warehouse, "green_build")) == 1
    forget_green_build(warehouse)
    assert read_green_build(warehouse) is None


def test_a_run_is_noted_once_with_its_last_facts(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert newest_finished_run(warehouse) is None
    running = Run("one", "sync", NOON, None, "running")
    other = Run("other", "eod", NOON, NOON + timedelta(minutes=1), "success")
    note_runs(warehouse, [running, other])
    assert newest_finished_run(warehouse) == NOON + timedelta(minutes=1)
    note_runs(warehouse, [])
    note_runs(warehouse, [replace(running, finished_at=NOON + timedelta(minutes=2), status="failed", error="why")])
    found = warehouse.execute("select run_id, status, error from raw_shipledger.runs order by 1").fetchall()
    assert found == [("one", "failed", "why"), ("other", "success", None)]
    assert newest_finished_run(warehouse) == NOON + timedelta(minutes=2)


def test_shipstation_is_there_with_its_orders(warehouse: duckdb.DuckDBPyConnection) -> None:
    assert has_shipstation(warehouse)
    warehouse.execute("drop table raw_shipstation.orders")
    assert not has_shipstation(warehouse)


def test_statements_are_of_another_state_once_the_former_system_was_loaded(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    without = state_of(warehouse)
    warehouse.execute("create table raw_legacy.imports (noted_at timestamptz)")
    assert state_of(warehouse) != without


@pytest.fixture
def built(tmp_path: Path) -> Settings:
    """A home whose ledger was published as it was built at noon."""
    settings = settings_of(tmp_path)
    with duckdb.connect(str(settings.ledger)) as connection:
        connection.execute("create schema marts; create table marts.sync_runs (run_id varchar, status varchar)")
    publish(settings, Run("run", "eod", NOON, None, "running"), NOON)
    return settings


def is_fresh(settings: Settings, after: timedelta = timedelta(0), **now: str) -> bool:
    facts = {"print_now": "print", "today": "2026-11-20"} | now
    target = GreenBuild(facts["print_now"], facts["today"], NOON + after, 0)
    return Engine(settings)._is_fresh(GREEN, target)


def test_a_published_build_is_fresh_for_an_hour_of_its_day_while_nothing_about_it_changes(built: Settings) -> None:
    hour, second = timedelta(hours=1), timedelta(seconds=1)
    assert [is_fresh(built, after) for after in (timedelta(0), hour - second, hour)] == [True, True, False]
    assert not is_fresh(built, -second), "a build from a time to come was made by a wrong clock"
    assert not is_fresh(built, print_now="another")
    assert not is_fresh(built, today="2026-11-21")
    aside = built.ledger.rename(built.ledger.with_suffix(".aside"))
    assert not is_fresh(built)
    aside.rename(built.ledger)
    assert is_fresh(built)
    (built.published / "current.duckdb").unlink()
    assert not is_fresh(built), "nothing is published"
    publish(built, Run("later", "eod", NOON, None, "running"), NOON + second)
    assert not is_fresh(built), "another build is published"


def test_the_runs_of_an_earlier_release_stay_and_get_the_columns_that_came_later(tmp_path: Path) -> None:
    path = tmp_path / "warehouse.duckdb"
    earlier = Run("1", "sync", NOON, NOON, "success", seconds=2.0)
    with open_warehouse(path) as connection:
        note_runs(connection, [earlier])
        for name in ("orders_new", "orders_manual", "orders_updated", "labels_new"):
            connection.execute(f"alter table raw_shipledger.runs drop column {name}")
    later = Run("2", "sync", NOON, NOON, "success", orders_new=4, orders_manual=3, orders_updated=2, labels_new=1)
    for _ in range(2):
        with open_warehouse(path) as connection:
            note_runs(connection, [later])
            found = connection.execute(
                "select run_id, seconds, orders_new, orders_manual, orders_updated, labels_new"
                " from raw_shipledger.runs order by run_id"
            ).fetchall()
        assert found == [("1", 2.0, None, None, None, None), ("2", None, 4, 3, 2, 1)]
