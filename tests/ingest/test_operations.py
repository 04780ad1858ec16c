"""What operators entered and closed: only new rows are loaded, and a table that lacks a column is loaded again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from api_rows import rows

from ingest.errors import OperationsLost
from ingest.pipeline import Warehouse
from ingest.sources.operations.operations_source import load_operations

ENTERED = "2026-11-20T18:00:00.123456+00:00"
TABLES = """
create table entries (
    seq integer primary key autoincrement, entry_id text not null unique, lot_number text,
    quantity integer not null, entered_at text not null, seen_by_count integer
) strict;
create table lot_states (seq integer primary key autoincrement, state_id text not null unique) strict;
create table frozen_months (seq integer primary key autoincrement, month text not null) strict;
create table closed_weeks (
    seq integer primary key autoincrement, week_start_date text not null, closed_at text not null
) strict;
"""


def enter(store: Path, *quantities: int) -> None:
    with closing(sqlite3.connect(store)) as connection, connection:
        for quantity in quantities:
            row = [f"of {quantity}", quantity, ENTERED]
            connection.execute("insert into entries (entry_id, quantity, entered_at) values (?, ?, ?)", row)


def make(store: Path) -> Path:
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.executescript(TABLES)
    return store


def test_only_new_rows_are_loaded_with_their_types_and_empty_tables_are_created(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    store = make(tmp_path / "operations.sqlite")
    enter(store, 5, -2)
    assert [load_operations(store, warehouse) for _ in range(2)] == [2, 0]
    enter(store, 9)
    assert load_operations(store, warehouse) == 1
    loaded = rows(warehouse, "select quantity, lot_number, entered_at from raw_operations.entries order by seq")
    entered_at = datetime.fromisoformat(ENTERED).astimezone(UTC)
    assert loaded == [(quantity, None, entered_at) for quantity in (5, -2, 9)]
    loads = rows(warehouse, "select count(distinct _dlt_load_id) from raw_operations.entries")
    assert (loads, rows(warehouse, "from raw_operations.closed_weeks")) == ([(2,)], [])
    columns = {name: kind for name, kind, *_ in rows(warehouse, "describe raw_operations.closed_weeks")}
    del columns["_dlt_load_id"]
    assert columns == {"seq": "BIGINT", "week_start_date": "VARCHAR", "closed_at": "TIMESTAMP WITH TIME ZONE"}
    with closing(sqlite3.connect(store)) as connection:
        connection.execute("alter table entries add column note text default 'none'")
    assert load_operations(store, warehouse) == 3
    assert rows(warehouse, "select quantity, note from raw_operations.entries order by seq limit 1") == [
        (5, "none")
    ]


@pytest.mark.parametrize("entered_since", [(), (7,), (7, 8), (7, 8, 9)], ids=["none", "fewer", "as many", "more"])
def test_a_database_that_lacks_what_was_loaded_is_refused_whatever_was_entered_since(
    warehouse: Warehouse, tmp_path: Path, entered_since: tuple[int, ...]
) -> None:
    """Its numbers begin again, so what was entered since would never be loaded, or only in part."""
    store = make(tmp_path / "operations.sqlite")
    enter(store, 5, -2)
    load_operations(store, warehouse)
    store.unlink()
    enter(make(store), *entered_since)
    with pytest.raises(OperationsLost, match="entries"):
        load_operations(store, warehouse)
    assert rows(warehouse, "select quantity from raw_operations.entries order by seq") == [(5,), (-2,)]


def test_a_closed_month_that_the_database_lacks_is_missed_too(warehouse: Warehouse, tmp_path: Path) -> None:
    store = make(tmp_path / "operations.sqlite")
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.execute("insert into frozen_months (month) values ('2026-10-01')")
    load_operations(store, warehouse)
    store.unlink()
    with pytest.raises(OperationsLost, match="frozen_months"):
        load_operations(make(store), warehouse)
