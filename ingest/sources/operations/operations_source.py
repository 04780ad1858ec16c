"""The operators' entries and lot states, from the append-only operations store into `raw_operations`."""

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

from ingest.pipeline import Warehouse, create_pipeline, held_open, load

SOURCE = "operations"


def _schema(texts: tuple[str, ...], numbers: tuple[str, ...] = ()) -> pa.Schema:
    return pa.schema(
        [
            pa.field("seq", pa.int64(), nullable=False),
            *(pa.field(name, pa.string()) for name in texts),
            *(pa.field(name, pa.int64()) for name in numbers),
            pa.field("entered_at", pa.timestamp("us", tz="UTC")),
        ]
    )


_SCHEMAS = {
    "entries": _schema(
        ("entry_id", "entry_type", "entry_date", "sku_code", "lot_number", "reason", "note", "actor", "corrects"),
        ("quantity", "counted_quantity", "expected_quantity"),
    ),
    "lot_states": _schema(
        ("state_id", "sku_code", "lot_number", "status", "valid_from", "reason", "note", "actor")
    ),
}
_KEYS = {"entries": "entry_id", "lot_states": "state_id"}


def load_entries(store: Path, warehouse: Warehouse) -> int:
    """Load the entries and lot states that are not in the warehouse yet.

    Args:
        store: The operations store, an SQLite file with the tables `entries` and `lot_states`.
        warehouse: Where to load; a raw table is made when missing, and filled again when it lacks a column.

    Returns:
        How many rows were loaded.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    with held_open(pipeline) as database:
        last = {name: _last_loaded(database, name) for name in _SCHEMAS}
        rows = {name: _read_after(store, name, seq or 0) for name, seq in last.items()}
        due = {name: found for name, found in rows.items() if found or last[name] is None}
        if due:
            load(pipeline, operations(due))
    return sum(map(len, due.values()))


@dlt.source(name=SOURCE, max_table_nesting=0)
def operations(rows: dict[str, list[dict[str, Any]]]) -> Any:
    """One resource for each table of the operations store, merged on its own id."""
    for name, found in rows.items():
        yield dlt.resource(_tables(name, found), name=name, primary_key=_KEYS[name], write_disposition="merge")


def _tables(name: str, rows: list[dict[str, Any]]) -> Iterator[pa.Table]:
    yield pa.Table.from_pylist(rows, schema=_SCHEMAS[name])


def _last_loaded(client: SqlClientBase[Any], name: str) -> int | None:
    """The last row's sequence number in the warehouse; None when the table is missing or lacks a column."""
    there = client.execute_sql(
        "select column_name from information_schema.columns where table_schema = %s and table_name = %s",
        client.dataset_name,
        name,
    )
    if not {column for (column,) in there or ()}.issuperset(_SCHEMAS[name].names):
        return None
    rows = client.execute_sql(f"select coalesce(max(seq), 0) from {name}")
    return int(rows[0][0]) if rows else 0


def _read_after(store: Path, name: str, seq: int) -> list[dict[str, Any]]:
    if not store.exists():
        return []
    names = _SCHEMAS[name].names
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            f"select {', '.join(names)} from {name} where seq > ? order by seq",
            [seq],
        ).fetchall()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows:
        row["entered_at"] = datetime.fromisoformat(row["entered_at"]).astimezone(UTC)
    return rows
