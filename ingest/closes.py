"""Closed months and weeks, from the operations store into `raw_operations`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.sql_client import SqlClientBase

from ingest.operations import SOURCE
from ingest.pipeline import Warehouse, create_pipeline, held_open, load

_ROWS_AT_ONCE = 20_000
_INSTANT = pa.timestamp("us", tz="UTC")
_CLOSE = (
    ("snapshot", pa.string()),
    ("run_id", pa.string()),
    ("actor", pa.string()),
    ("closed_at", _INSTANT),
)
_TABLES = {
    "frozen_months": (
        ("month", pa.string()),
        ("version", pa.int64()),
        ("content_hash", pa.string()),
        ("evidence_hash", pa.string()),
        *_CLOSE,
    ),
    "frozen_lines": (
        ("month", pa.string()),
        ("line_kind", pa.string()),
        ("line_key", pa.string()),
        ("shipstation_order_id", pa.int64()),
        ("line", pa.string()),
    ),
    "closed_weeks": (("week_start_date", pa.string()), ("version", pa.int64()), *_CLOSE),
}


def load_closes(store: Path, warehouse: Warehouse) -> int:
    """Load what was closed since the last load.

    Args:
        store: The operations store, an SQLite file.
        warehouse: Where to load; raw tables are made when missing.

    Returns:
        How many rows were loaded.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        loaded = _last_loaded(database)
        rows = {table: _count_after(store, table, loaded.get(table, 0)) for table in _TABLES}
        wanted = {table: loaded.get(table, 0) for table in _TABLES if rows[table] or table not in loaded}
        if wanted:
            load(pipeline, closes(store, wanted))
    return sum(rows.values())


@dlt.source(name=SOURCE, max_table_nesting=0)
def closes(store: Path, after: dict[str, int]) -> Any:
    """One resource for each table with new rows, merged on the store's own sequence number."""
    for table, seq in after.items():
        yield dlt.resource(_batches(store, table, seq), name=table, primary_key="seq", write_disposition="merge")


def _last_loaded(database: SqlClientBase[Any]) -> dict[str, int]:
    """The last sequence number of each table in the warehouse; a table that is not there has no entry."""
    found = database.execute_sql(
        "select table_name from duckdb_tables() where schema_name = %s", database.dataset_name
    )
    tables = sorted({name for (name,) in found or []} & set(_TABLES))
    if not tables:
        return {}
    each = ", ".join(f"(select coalesce(max(seq), 0) from {table})" for table in tables)
    [row] = database.execute_sql(f"select {each}") or []
    return dict(zip(tables, row, strict=True))


def _count_after(store: Path, table: str, seq: int) -> int:
    with closing(_read_only(store)) as connection:
        return int(connection.execute(f"select count(*) from {table} where seq > ?", [seq]).fetchone()[0])


def _batches(store: Path, table: str, seq: int) -> Iterator[pa.Table]:
    schema = pa.schema([pa.field("seq", pa.int64(), nullable=False), *_TABLES[table]])
    with closing(_read_only(store)) as connection:
        found = connection.execute(
            f"select {', '.join(schema.names)} from {table} where seq > ? order by seq", [seq]
        )
        rows = found.fetchmany(_ROWS_AT_ONCE)
        while True:
            yield pa.Table.from_pylist([_typed(dict(zip(schema.names, row, strict=True))) for row in rows], schema)
            rows = found.fetchmany(_ROWS_AT_ONCE)
            if not rows:
                return


def _typed(row: dict[str, Any]) -> dict[str, Any]:
    if "closed_at" in row:
        row["closed_at"] = datetime.fromisoformat(row["closed_at"]).astimezone(UTC)
    return row


def _read_only(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"file:{store}?mode=ro", uri=True)
