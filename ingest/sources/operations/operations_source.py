"""The operators' entries and lot states, and the closed months and weeks, loaded into `raw_operations`.

Their tables in the operations database are append-only, so dlt's `sql_table` reads the rows after the last
sequence number `seq` in the warehouse. The cursor is not dlt's own, because dlt commits its state when extraction
ends, before the rows are loaded.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Container, Iterator, Mapping
from pathlib import Path
from typing import Any

import dlt
import sqlalchemy as sa
from dlt.destinations.sql_client import SqlClientBase
from dlt.sources.sql_database import TableLoader, sql_table
from dlt.sources.sql_database.arrow_helpers import row_tuples_to_arrow

from ingest.errors import OperationsLost
from ingest.pipeline import Warehouse, create_pipeline, held_open, load, query

SOURCE = "operations"
_KEYS = {"entries": "entry_id", "lot_states": "state_id", "frozen_months": "seq", "closed_weeks": "seq"}
# What tells a row from another one with its sequence number.
_NAMES = {**_KEYS, "frozen_months": "month", "closed_weeks": "week_start_date"}
_NOT_LOADED = ["seen_by_count"]
# The lines of closed months, which an earlier release loaded.
_FORMER_LINES = "frozen_lines"


def load_operations(store: Path, warehouse: Warehouse) -> int:
    """Load the rows that are not in the warehouse yet.

    Where the lines of an earlier release are in the warehouse, all months are loaded again, because the hash of
    their evidence has changed, and then the lines are dropped.

    Args:
        store: The operations database, an SQLite file.
        warehouse: Where to load; a raw table is created when missing, and loaded again when it lacks a column.

    Returns:
        How many rows were loaded.

    Raises:
        OperationsLost: The database lacks a table's newest loaded row. It is another one, whose sequence numbers
            begin again: new rows would be taken for loaded ones.
        sqlalchemy.exc.OperationalError: The operations database is missing, locked or lacks a table.
    """
    pipeline = create_pipeline(warehouse, SOURCE)
    engine = sa.create_engine("sqlite://", creator=lambda: _connect(store), poolclass=sa.NullPool)
    with held_open(pipeline) as database, engine.connect() as connection:
        columns = _columns(database)
        newest = _newest_loaded(database, columns)
        _check_that_none_is_lost(store, connection, newest)
        last = {table: seq for table, (seq, _) in newest.items()}
        if _FORMER_LINES in columns:
            last.pop("frozen_months", None)
        due, loaded = _due(connection, columns, last)
        if due:
            load(pipeline, operations(engine, due))
        if _FORMER_LINES in columns:
            database.execute_sql(f"drop table {_FORMER_LINES}")
    return loaded


def _due(
    connection: sa.Connection, columns: Mapping[str, set[str]], last: Mapping[str, int]
) -> tuple[dict[str, int], int]:
    """Return after which sequence number each table is to be loaded, and how many rows that is."""
    due: dict[str, int] = {}
    rows = 0
    for table, names in _tables(connection).items():
        is_complete = columns.get(table, set()) >= names - {*_NOT_LOADED}
        seq = last.get(table, 0) if is_complete else 0
        new: int = connection.exec_driver_sql(f"select count(*) from {table} where seq > {seq}").scalar_one()
        if new or not is_complete:
            due[table] = seq
            rows += new
    return due, rows


@dlt.source(name=SOURCE, max_table_nesting=0)
def operations(engine: sa.Engine, after: dict[str, int]) -> Iterator[Any]:
    """Return one resource for each table, with the rows after a sequence number, merged on the table's key."""
    for table, seq in after.items():
        yield sql_table(
            engine,
            table,
            backend="pyarrow",
            table_loader_class=_CreatingLoader,
            table_adapter_callback=_set_types,
            excluded_columns=_NOT_LOADED,
            query_adapter_callback=lambda select, table, seq=seq: select.where(table.c.seq > seq),
            primary_key=_KEYS[table],
            write_disposition="merge",
        )


class _CreatingLoader(TableLoader):  # type: ignore[misc]
    """Yields an empty Arrow table first, so that the load creates a table without rows, too."""

    def load_rows(self, backend_kwargs: Any = None) -> Iterator[Any]:
        """Yield Arrow tables."""
        # dlt's own mark for this, `materialize_table_schema`, adds a column `_dlt_id`.
        yield row_tuples_to_arrow(
            [], {column.name: self.columns[column.name] for column in self.table.columns}, "UTC"
        )
        yield from super().load_rows(backend_kwargs)


def _set_types(table: sa.Table) -> None:
    """Set what the SQLite schema does not say: a column ending in `_at` has instants. Only keys are required."""
    for column in table.columns:
        column.nullable = column.name not in ("seq", *_KEYS.values())
        if column.name.endswith("_at"):
            column.type = sa.DateTime(timezone=True)


def _connect(store: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{store.as_uri()}?mode=ro", uri=True)


def _tables(connection: sa.Connection) -> dict[str, set[str]]:
    """Return the tables of the operations database that are loaded, with the names of their columns."""
    found = {
        table: connection.exec_driver_sql(f"select name from pragma_table_info('{table}')") for table in _KEYS
    }
    return {table: set(columns.scalars().all()) for table, columns in found.items()}


def _columns(client: SqlClientBase[Any]) -> dict[str, set[str]]:
    """Return the columns of each table in the client's dataset."""
    columns: dict[str, set[str]] = {}
    for table, column in query(
        client,
        "select table_name, column_name from information_schema.columns where table_schema = %s",
        client.dataset_name,
    ):
        columns.setdefault(table, set()).add(column)
    return columns


def _newest_loaded(client: SqlClientBase[Any], tables: Container[str]) -> dict[str, tuple[int, str]]:
    """Return the last sequence number of each table with rows in the warehouse, and what names its row."""
    newest: dict[str, tuple[int, str]] = {}
    for table, name in _NAMES.items():
        if table in tables:
            for seq, value in query(client, f"select seq, {name} from {table} order by seq desc limit 1"):
                newest[table] = (int(seq), str(value))
    return newest


def _check_that_none_is_lost(store: Path, connection: sa.Connection, newest: dict[str, tuple[int, str]]) -> None:
    for table, row in newest.items():
        found = connection.exec_driver_sql(f"select 1 from {table} where seq = ? and {_NAMES[table]} = ?", row)
        if found.first() is None:
            raise OperationsLost(
                f"{store} lacks rows of {table} that were loaded from it: it was lost, or is an older or another "
                "one. Nothing was loaded from it."
            )
