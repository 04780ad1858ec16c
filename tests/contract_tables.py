"""The published tables as the models' contracts declare them, empty, for snapshots made by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import yaml

from ingest.sources.shipstation.watermarks import BEGINNING, LISTS

_MARTS = Path(__file__).parents[1] / "dbt_project" / "models" / "marts"
# A model whose table has another name: the seed of that name holds what users edit.
NAMES = {"products": "skus"}


def _tables() -> dict[str, dict[str, str]]:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(_MARTS.rglob("*.yml"))]
    return {
        NAMES.get(model["name"], model["name"]): {
            column["name"]: column["data_type"] for column in model["columns"]
        }
        for file in files
        for model in file["models"]
    }


TABLES = _tables()


def create_tables(connection: duckdb.DuckDBPyConnection) -> None:
    """Make all of them, without rows."""
    connection.execute("create schema marts")
    for table, columns in TABLES.items():
        connection.execute(
            f"create table marts.{table} ({', '.join(f'{name} {kind}' for name, kind in columns.items())})"
        )


def insert_spans(connection: duckdb.DuckDBPyConnection, as_of: datetime, begin: datetime = BEGINNING) -> None:
    """Say that each of ShipStation's lists was read up to an instant, and goes on from there."""
    insert(
        connection,
        "loaded_spans",
        "list_name, from_at, until_at, is_continued",
        [(name, begin, as_of, True) for name in LISTS],
    )


def sum_up_days(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `shipped_daily` from the orders, items and labels that are there."""
    connection.execute("""
        insert into marts.shipped_daily by name
        with left_on as (
            select ship_date, 'order' as kind, 0 as quantity, '' as sku_code, '' as lot_source
            from marts.shipped_orders
            union all
            select ship_date, 'units', quantity_shipped, sku_code, lot_source from marts.shipped_items
            union all
            select ship_date, 'package', 0, '', '' from marts.packages
            where package_kind = 'label' and not coalesce(is_voided, false)
        )
        select
            ship_date, count(*) filter (where kind = 'order') as order_count,
            count(*) filter (where kind = 'package') as package_count,
            coalesce(sum(quantity) filter (where sku_code is not null), 0) as unit_count,
            coalesce(sum(quantity) filter (where sku_code is null), 0) as unknown_unit_count,
            coalesce(sum(quantity) filter (where sku_code is not null and lot_source = 'unassigned'), 0)
                as unassigned_unit_count,
            0 as postage_cents
        from left_on group by ship_date
    """)


def mark_open_orders(connection: duckdb.DuckDBPyConnection) -> None:
    """Fill `is_open` by the statuses of the orders that are there."""
    connection.execute("""
        update marts.orders_inbox set is_open = list_contains(
            ['awaiting_shipment', 'on_hold', 'pending_fulfillment', 'awaiting_payment'], order_status
        )
    """)


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
