"""The key figures of a day: what belongs to it, in the business's time zone, and which days are noted."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.contract_tables import create_tables, insert
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.cycle.key_figures import key_figures, note_key_figures

TODAY = date(2026, 11, 28)
DAY = date(2026, 11, 27)
# Midnight in Chicago, as the day begins and as it ends.
BEGIN, END = datetime(2026, 11, 27, 6, tzinfo=UTC), datetime(2026, 11, 28, 6, tzinfo=UTC)
SECOND = timedelta(seconds=1)
ORDERS = "shipstation_order_id, is_open, created_at, total_items, is_ghost"
RUNS = "run_id, kind, status, started_at, finished_at, watermark_age_minutes, api_requests, seconds"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({}).model_copy(update={"home": tmp_path})


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """What a build left: published tables without rows, but for the time zone."""
    with duckdb.connect() as connection:
        connection.execute("create schema raw_shipstation; attach ':memory:' as ledger")
        connection.execute("create table raw_shipstation.order_states (state varchar, checked_at timestamptz)")
        connection.execute("use ledger")
        create_tables(connection)
        insert(connection, "snapshot_info", "timezone", [("America/Chicago",)])
        connection.execute("use memory")
        yield connection


def fill(warehouse: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
    warehouse.execute("use ledger")
    insert(warehouse, table, columns, rows)
    warehouse.execute("use memory")


def figures(settings: Settings, warehouse: duckdb.DuckDBPyConnection, today: date = TODAY) -> dict[str, Any]:
    """Those of the newest day noted."""
    note_key_figures(settings.operations, warehouse, today, "")
    return key_figures(settings)[-1]


def test_open_orders_are_all_that_wait_and_nothing_else(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    orders = [(number, number < 4, BEGIN, 10**number, number == 1) for number in range(6)]
    fill(warehouse, "orders_inbox", ORDERS, orders)
    fill(warehouse, "exceptions", "exception_id", [("a",), ("b",)])
    found = figures(settings, warehouse)
    assert (found["open_orders"], found["open_units"], found["ghosts"], found["exceptions"]) == (4, 1111, 1, 2)


def test_runs_count_when_they_succeeded_and_only_syncs_have_a_length_and_a_watermark(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    def run(name: str, kind: str, status: str, start: datetime, behind: float, seconds: float) -> tuple[Any, ...]:
        ended = start + timedelta(seconds=seconds)
        return name, kind, status, start, ended, behind, 5, seconds

    runs = [
        run("first", "sync", "success", BEGIN, 20, 4),
        run("last", "sync", "success", END - SECOND, 1.5, 8),
        run("failed", "sync", "failed", BEGIN, 90, 60),
        run("other", "reconcile", "success", BEGIN, 80, 300),
        run("day before", "sync", "success", BEGIN - SECOND, 70, 100),
        run("day after", "sync", "success", END, 70, 100),
    ]
    fill(warehouse, "sync_runs", RUNS, runs)
    states = [("repaired", at) for at in (BEGIN - SECOND, BEGIN, END - SECOND, END - SECOND, END)]
    warehouse.executemany("insert into raw_shipstation.order_states values (?, ?)", [*states, ("ghost", BEGIN)])
    found = figures(settings, warehouse)
    names = ("sync_count", "api_requests", "sync_seconds", "watermark_age_minutes", "repairs")
    assert [found[name] for name in names] == [2, 15, 6, 20, 3]


def test_a_day_without_anything_has_zeros_and_no_length_of_a_sync(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection
) -> None:
    unknown = {"sync_seconds", "watermark_age_minutes"}
    found = figures(settings, warehouse)
    assert {name for name, value in found.items() if value is None} == unknown
    assert {value for name, value in found.items() if name not in unknown | {"day"}} == {0}


@pytest.mark.parametrize(
    ("builds", "noted"),
    [
        # The first build notes yesterday; what was before nobody can tell.
        ([TODAY], [1]),
        ([TODAY, TODAY, TODAY], [1]),
        # A third build after a pause notes what the second could not know, and once only.
        ([TODAY - timedelta(days=4), TODAY - timedelta(days=3), TODAY], [5, 4, 3, 2, 1]),
        # A clock that was set back notes nothing twice.
        ([TODAY, TODAY - timedelta(days=2), TODAY], [1]),
        ([TODAY - timedelta(days=200), TODAY], [201, *range(60, 0, -1)]),
        ([TODAY - timedelta(days=60), TODAY], [*range(61, 0, -1)]),
    ],
)
def test_each_day_is_noted_once_up_to_yesterday_and_a_pause_is_made_up_for_sixty_days(
    settings: Settings, warehouse: duckdb.DuckDBPyConnection, builds: list[date], noted: list[int]
) -> None:
    for today in builds:
        note_key_figures(settings.operations, warehouse, today, "")
    found = key_figures(settings)
    assert [(TODAY - row["day"]).days for row in found] == noted
    followed = {(TODAY - today).days + 1 for today in builds}
    assert {(TODAY - row["day"]).days for row in found if row["open_orders"] is not None} == followed & set(noted)


def test_a_home_that_has_noted_nothing_has_no_figures_and_gets_no_file(settings: Settings) -> None:
    assert key_figures(settings) == []
    assert not settings.operations.exists()
