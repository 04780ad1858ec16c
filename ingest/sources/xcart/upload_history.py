"""The log of orders sent to ShipStation, from the operations database into `raw_xcart.uploads`.

It is not read by dlt's `sql_table`, because the raw table is created before the operations database has a log, so
its columns must be known here.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa

from ingest.pipeline import Warehouse, create_pipeline, held_open, load, query

_SCHEMA = pa.schema(
    [
        pa.field("seq", pa.int64(), nullable=False),
        *(pa.field(name, pa.string()) for name in ("run_id", "order_key", "order_number", "event", "detail")),
        pa.field("shipstation_order_id", pa.int64()),
        pa.field("lines", pa.string()),
        pa.field("noted_at", pa.timestamp("us", tz="UTC")),
    ]
)


def load_upload_log(store: Path, warehouse: Warehouse) -> int:
    """Load the log's rows that are not in the warehouse yet; return their number.

    Args:
        store: The operations database, an SQLite file with the table `uploads`.
        warehouse: Where to load.
    """
    pipeline = create_pipeline(warehouse, "xcart")
    with held_open(pipeline) as database:
        last = query(database, "select coalesce(max(seq), 0) from uploads")
        rows = _read_after(store, int(last[0][0]) if last else 0)
        if rows:
            load(pipeline, _uploads(rows))
    return len(rows)


@dlt.source(name="xcart", max_table_nesting=0)
def _uploads(rows: list[dict[str, Any]]) -> Any:
    yield resource(rows)


def resource(rows: list[dict[str, Any]]) -> Any:
    """Return the resource of the log, merged on its sequence number."""

    def uploads() -> Iterator[pa.Table]:
        yield pa.Table.from_pylist(rows, schema=_SCHEMA)

    return dlt.resource(
        uploads,
        name="uploads",
        primary_key="seq",
        write_disposition="merge",
        columns={"lines": {"data_type": "json"}},
    )


def _read_after(store: Path, seq: int) -> list[dict[str, Any]]:
    names = _SCHEMA.names
    with closing(sqlite3.connect(f"file:{store}?mode=ro", uri=True)) as connection:
        found = connection.execute(
            f"select {', '.join(names)} from uploads where seq > ? order by seq", [seq]
        ).fetchall()
    rows = [dict(zip(names, row, strict=True)) for row in found]
    for row in rows:
        row["noted_at"] = datetime.fromisoformat(row["noted_at"]).astimezone(UTC)
    return rows
