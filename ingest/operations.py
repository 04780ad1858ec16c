"""The operators' entries, from the append-only operations store into `raw_operations`."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.exceptions import DatabaseUndefinedRelation

from ingest.pipeline import Warehouse, create_pipeline, load

SOURCE = "operations"
_TEXTS = ("entry_id", "entry_type", "entry_date", "sku_code", "lot_number", "reason", "note", "actor")
_NUMBERS = ("quantity", "counted_quantity", "expected_quantity")
_SCHEMA = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        *(pa.field(name, pa.string()) for name in _TEXTS),
        *(pa.field(name, pa.int64()) for name in _NUMBERS),
        pa.field("entered_at", pa.timestamp("us", tz="UTC")),
    ]
)


def load_entries(store: Path, warehouse: Warehouse) -> int:
    """Load the entries that are not in the warehouse yet.

    Args:
        store: The operations store, an SQLite file with the table `entries`.
        warehouse: Where to load; the raw table is made when missing.

    Returns:
        How many entries were loaded.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    last = _last_loaded(pipeline)
    rows = _read_after(store, last or 0)
    if rows or last is None:
        load(pipeline, operations(rows))
    return len(rows)


@dlt.source(name=SOURCE, max_table_nesting=0)
def operations(rows: list[dict[str, Any]]) -> Any:
    """The one resource of the operations store: entries, merged on their own id."""

    def entries() -> Iterator[pa.Table]:
        yield pa.Table.from_pylist(rows, schema=_SCHEMA)

    return dlt.resource(entries, name="entries", primary_key="entry_id", write_disposition="merge")


def _last_loaded(pipeline: dlt.Pipeline) -> int | None:
    """The last entry's sequence number in the warehouse; None when there is no such table yet."""
    with pipeline.sql_client() as client:
        try:
            rows = client.execute_sql("select coalesce(max(seq), 0) from entries")
        except DatabaseUndefinedRelation:
            return None
    return int(rows[0][0]) if rows else 0


def _read_after(store: Path, seq: int) -> list[dict[str, Any]]:
    if not store.exists():
        return []
    names = _SCHEMA.names
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            f"select {', '.join(names)} from entries where seq > ? order by seq",
            [seq],
        ).fetchall()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows:
        row["entered_at"] = datetime.fromisoformat(row["entered_at"]).astimezone(UTC)
    return rows
