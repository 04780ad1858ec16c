"""The published tables as the models' contracts declare them, empty, for snapshots made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

_MARTS = Path(__file__).parents[1] / "dbt_project" / "models" / "marts"
_CONTRACTS = ("marts.yml", "local_orders.yml")
# A model whose table has another name: the seed of that name holds what users edit.
_NAMES = {"products": "skus"}


def _tables() -> dict[str, dict[str, str]]:
    files = [yaml.safe_load((_MARTS / name).read_text(encoding="utf-8")) for name in _CONTRACTS]
    return {
        _NAMES.get(model["name"], model["name"]): {
            column["name"]: column["data_type"] for column in model["columns"]
        }
        for file in files
        for model in file["models"]
    }


_TABLES = _tables()


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all of them, without rows."""
    connection.execute("create schema marts")
    for table, columns in _TABLES.items():
        connection.execute(
            f"create table marts.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )


BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


def insert_spans(connection: duckdb.DuckDBPyConnection, as_of: datetime, begin: datetime = BEGINNING) -> None:
    """Say that each of ShipStation's lists was read up to an instant, and goes on from there."""
    insert(
        connection,
        "loaded_spans",
        "list_name, from_at, until_at, is_continued",
        [(name, begin, as_of, True) for name in ("orders", "shipments", "voids", "fulfillments")],
    )


def insert(connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: Sequence[Sequence[Any]]) -> None:
    """Add rows; columns that are not named stay empty.

    Args:
        table: A table of schema `marts`.
        columns: Names, separated by commas.
        rows: Values in the same order.
    """
    if rows:
        marks = ", ".join("?" for _ in columns.split(","))
        connection.executemany(f"insert into marts.{table} ({columns}) values ({marks})", rows)
