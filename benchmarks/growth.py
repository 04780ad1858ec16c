"""A snapshot of any size: a real one, with every order many times."""

from __future__ import annotations

from pathlib import Path

import duckdb

# The columns that identify an order's rows, and how a copy's differ: by number or by an ending.
_NUMBERS = {"shipstation_order_id", "order_item_id", "shipment_id"}
_TEXTS = {
    "order_number",
    "tracking_number",
    "shipped_item_id",
    "package_key",
    "exception_id",
    "detail_key",
    "restatement_key",
}
_APART = 10**13


def grow(snapshot: Path, orders: int) -> int:
    """Copy all orders of a snapshot, with their lines, items, packages and exceptions, until there are so many.

    Days, SKUs and lots stay as they are: a busier business over the same time. What is counted from them (stock,
    weeks, charges) has as many rows in any business, and stays.

    Args:
        snapshot: A published version's file; it is written to.
        orders: At least so many orders.

    Returns:
        How many there are.
    """
    with duckdb.connect(str(snapshot)) as connection:
        [(present,)] = connection.execute("select count(*) from marts.orders_inbox").fetchall()
        copies = -(-orders // present) - 1
        for table, columns in _tables_of_orders(connection).items():
            copied = ", ".join(_copied(column) for column in columns)
            connection.execute(
                f"insert into marts.{table} by name select {copied} from marts.{table},"
                " (select unnest(range(1, $1::bigint + 1)) as copy)"
                " where shipstation_order_id is not null order by copy",
                [copies],
            )
        connection.execute("checkpoint")
    return int(present * (copies + 1))


def _tables_of_orders(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "select table_name, column_name from duckdb_columns() where schema_name = 'marts' order by column_index"
    ).fetchall():
        columns.setdefault(table, []).append(column)
    return {table: names for table, names in columns.items() if "shipstation_order_id" in names}


def _copied(column: str) -> str:
    if column in _NUMBERS:
        return f"{column} + copy * {_APART} as {column}"
    if column in _TEXTS:
        return f"{column} || '-' || copy as {column}"
    return column
