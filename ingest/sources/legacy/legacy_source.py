"""The former system's SQLite database, read-only, into `raw_legacy`: each load replaces the tables.

Only the columns named here are loaded, which are not those with customers' names and addresses. A column that a
version of the database lacks is null. It is not read by dlt's `sql_table`, because the digest must be of the very
rows that are loaded, with missing columns and values of another type as null, whatever SQLite stored.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.exceptions import DatabaseUndefinedRelation

from ingest.pipeline import Warehouse, create_pipeline, load
from ingest.sources.legacy.sqlite_file import NotTheFormerSystem, connect_to

SOURCE = "legacy"
_NUMBER, _TEXT = pa.int64(), pa.string()
# Tables and columns, including those of the later version.
TABLES: dict[str, dict[str, Any]] = {
    "configuration_params": {
        "id": _NUMBER, "category": _TEXT, "parameter_name": _TEXT, "value": _TEXT, "sku": _TEXT, "notes": _TEXT,
    },
    "inventory_current": {
        "id": _NUMBER, "sku": _TEXT, "product_name": _TEXT, "current_quantity": _NUMBER,
        "weekly_avg_cents": _NUMBER, "reorder_point": _NUMBER,
    },
    "sku_lot": {
        "id": _NUMBER, "sku": _TEXT, "lot": _TEXT, "active": _NUMBER, "received_date": _TEXT, "updated_at": _TEXT,
    },
    "bundle_skus": {"id": _NUMBER, "bundle_sku": _TEXT, "description": _TEXT, "active": _NUMBER},
    "bundle_components": {
        "id": _NUMBER, "bundle_sku_id": _NUMBER, "component_sku": _TEXT, "multiplier": _NUMBER,
    },
    "inventory_transactions": {
        "id": _NUMBER, "date": _TEXT, "sku": _TEXT, "quantity": _NUMBER, "transaction_type": _TEXT,
        "lot": _TEXT, "notes": _TEXT,
    },
    "shipped_orders": {
        "id": _NUMBER, "ship_date": _TEXT, "order_number": _TEXT, "shipstation_order_id": _TEXT,
    },
    "shipped_items": {
        "id": _NUMBER, "ship_date": _TEXT, "sku_lot": _TEXT, "base_sku": _TEXT, "quantity_shipped": _NUMBER,
        "order_number": _TEXT,
    },
    "weekly_shipped_history": {
        "id": _NUMBER, "start_date": _TEXT, "end_date": _TEXT, "sku": _TEXT, "quantity_shipped": _NUMBER,
    },
}  # fmt: skip
_IMPORTS = pa.schema(
    [
        pa.field("digest", _TEXT),
        pa.field("previous_digest", _TEXT),
        pa.field("action", _TEXT, nullable=False),
        pa.field("noted_at", pa.timestamp("us", tz="UTC"), nullable=False),
    ]
)


@contextmanager
def open_legacy(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading.

    Raises:
        NotTheFormerSystem: It is missing, damaged, or another database; the message says which.
    """
    if not path.is_file():
        raise NotTheFormerSystem(f"There is no file {path}. Name the former system's SQLite database.")
    try:
        with closing(connect_to(path)) as connection:
            _check_tables(path, connection)
            yield connection
    except sqlite3.DatabaseError as problem:
        raise NotTheFormerSystem(f"{path} cannot be read as an SQLite database ({problem}).") from problem


def digest_of(connection: sqlite3.Connection) -> str:
    """Return a hash of the rows to load, which is equal for equal content even if the files differ."""
    digest = hashlib.blake2b(digest_size=16)
    for table in TABLES:
        for row in _rows(connection, table):
            digest.update(repr((table, sorted(row.items()))).encode())
    return digest.hexdigest()


def load_legacy(path: Path | None, warehouse: Warehouse, action: str, previous_digest: str | None) -> None:
    """Load the database in place of the one loaded before, and log it in `raw_legacy.imports`.

    Args:
        path: The SQLite file; None empties the tables.
        warehouse: Where to load.
        action: `migrate` or `rollback`.
        previous_digest: The digest of the replaced content, for a rollback; None for none.
    """
    rows: dict[str, list[dict[str, Any]]] = {table: [] for table in TABLES}
    digest = None
    if path is not None:
        with open_legacy(path) as connection:
            rows = {table: list(_rows(connection, table)) for table in TABLES}
            digest = digest_of(connection)
    note = {
        "digest": digest,
        "previous_digest": previous_digest,
        "action": action,
        "noted_at": datetime.now(UTC),
    }
    load(create_pipeline(warehouse, SOURCE), legacy(rows, note))


def last_imports(warehouse: Warehouse) -> list[dict[str, Any]]:
    """Return the last two rows of `raw_legacy.imports`, newest first."""
    with create_pipeline(warehouse, SOURCE).sql_client() as client:
        try:
            found = client.execute_sql(
                f"select {', '.join(_IMPORTS.names)} from imports order by noted_at desc limit 2"
            )
        except DatabaseUndefinedRelation:
            return []
    return [dict(zip(_IMPORTS.names, row, strict=True)) for row in found or ()]


@dlt.source(name=SOURCE, max_table_nesting=0)
def legacy(rows: dict[str, list[dict[str, Any]]], note: dict[str, Any]) -> Any:
    """Return one resource for each table, which replaces it, and the log of imports at the end."""
    for table, columns in TABLES.items():
        made = pa.Table.from_pylist(rows[table], schema=pa.schema(columns.items()))
        yield dlt.resource(iter([made]), name=table, write_disposition="replace")
    noted = pa.Table.from_pylist([note], schema=_IMPORTS)
    yield dlt.resource(iter([noted]), name="imports", write_disposition="append")


def _check_tables(path: Path, connection: sqlite3.Connection) -> None:
    there = {name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")}
    missing = sorted(TABLES.keys() - there)
    if missing:
        raise NotTheFormerSystem(
            f"{path} is not the former system's database: it has no table {', '.join(missing)}."
        )


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table with all named columns; in a number's column, other values are null."""
    columns = TABLES[table]
    there = {name for _, name, *_ in connection.execute(f'pragma table_info("{table}")')}
    names = [name if name in there else f"null as {name}" for name in columns]
    for row in connection.execute(f'select {", ".join(names)} from "{table}" order by id'):
        yield {name: _read(value, kind) for (name, kind), value in zip(columns.items(), row, strict=True)}


def _read(value: Any, kind: Any) -> Any:
    if value is None or kind is _TEXT:
        return None if value is None else str(value)
    return value if isinstance(value, int) else None
