"""What operators entered and closed: only new rows are loaded, and a table that lacks a column is loaded again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from api_rows import rows

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


def test_only_new_rows_are_loaded_with_their_types_and_empty_tables_are_created(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    store = tmp_path / "operations.sqlite"
    with closing(sqlite3.connect(store)) as connection, connection:
        connection.executescript(TABLES)
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
