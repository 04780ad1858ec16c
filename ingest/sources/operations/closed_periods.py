"""Closed months and weeks, from the operations store into `raw_operations`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.sql_client import SqlClientBase

from ingest.pipeline import Warehouse, create_pipeline, held_open, load
from ingest.sources.operations.operations_source import SOURCE

_CLOSE = (
    ("snapshot", pa.string()),
    ("run_id", pa.string()),
    ("actor", pa.string()),
    ("closed_at", pa.timestamp("us", tz="UTC")),
)
_TABLES = {
    "frozen_months": (
        ("month", pa.string()),
        ("version", pa.int64()),
        ("content_hash", pa.string()),
        ("evidence_hash", pa.string()),
        *_CLOSE,
    ),
    "closed_weeks": (("week_start_date", pa.string()), ("version", pa.int64()), *_CLOSE),
}
# The lines of closed months, which the loads of an earlier release brought.
_FORMER = "frozen_lines"


def load_closes(store: Path, warehouse: Warehouse) -> int:
    """Load what was closed since the last load.

    Where the lines of an earlier release are in the warehouse, all months are loaded again, because the hash of
    their evidence has changed, and then the lines go.

    Args:
        store: The operations store, an SQLite file.
        warehouse: Where to load; raw tables are made when missing.

    Returns:
        How many rows were loaded.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        loaded = _last_loaded(database)
        if _FORMER in loaded:
            loaded.pop("frozen_months", None)
        rows = {table: _rows_after(store, table, loaded.get(table, 0)) for table in _TABLES}
        wanted = {table: rows[table] for table in _TABLES if rows[table] or table not in loaded}
        if wanted:
            load(pipeline, closes(wanted))
        if _FORMER in loaded:
            database.execute_sql(f"drop table {_FORMER}")
    return sum(map(len, rows.values()))


@dlt.source(name=SOURCE, max_table_nesting=0)
def closes(rows: dict[str, list[dict[str, Any]]]) -> Any:
    """One resource for each table with new rows, merged on the store's own sequence number."""
    for table, found in rows.items():
        schema = pa.schema([pa.field("seq", pa.int64(), nullable=False), *_TABLES[table]])
        yield dlt.resource(
            [pa.Table.from_pylist(found, schema)], name=table, primary_key="seq", write_disposition="merge"
        )


def _last_loaded(database: SqlClientBase[Any]) -> dict[str, int]:
    """The last sequence number of each table in the warehouse; a table that is not there has no entry."""
    found = database.execute_sql(
        "select table_name from duckdb_tables() where schema_name = %s", database.dataset_name
    )
    tables = sorted({name for (name,) in found or []} & {*_TABLES, _FORMER})
    if not tables:
        return {}
    each = ", ".join(f"(select coalesce(max(seq), 0) from {table})" for table in tables)
    [row] = database.execute_sql(f"select {each}") or []
    return dict(zip(tables, row, strict=True))


def _rows_after(store: Path, table: str, seq: int) -> list[dict[str, Any]]:
    names = ["seq", *(name for name, _ in _TABLES[table])]
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            f"select {', '.join(names)} from {table} where seq > ? order by seq", [seq]
        ).fetchall()
    return [_typed(dict(zip(names, row, strict=True))) for row in found]


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    row["closed_at"] = datetime.fromisoformat(row["closed_at"]).astimezone(UTC)
    return row
