"""A former system that agrees with a published snapshot: its tables filled from the marts, for tests to spoil."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import duckdb
from former_database import former_database

# What the later version of the database has beside.
_LATER = """
alter table orders_inbox add column shipping_carrier_code text;
alter table orders_inbox add column shipping_service_code text;
alter table orders_inbox add column tracking_number text;
create table workflow_controls (workflow_name text primary key, enabled integer not null, updated_by text);
"""
_OF_THE_TEST = ("orders_inbox", "order_items_inbox", "shipped_orders", "shipped_items")
_ORDERS = """
select shipstation_order_id::varchar, order_number, order_date::varchar, order_status, carrier_code, service_code,
    tracking_number, strftime(modified_at at time zone 'UTC' + interval 1 minute, '%Y-%m-%d %H:%M:%S'),
    strftime(created_at at time zone 'UTC', '%Y-%m-%d %H:%M:%S'),
    shipstation_order_id in (select shipstation_order_id from marts.order_items_inbox)
from marts.orders_inbox order by shipstation_order_id
"""
_SHIPPED = """
select min(ship_date)::varchar, order_number, min(ship_date)::varchar || ' 06:00:00'
from marts.shipped_orders group by order_number order by order_number
"""
_ITEMS = """
select min(ship_date)::varchar, sku || coalesce(' - ' || lot_number, ''), sku, sum(quantity_shipped)::bigint,
    order_number, min(ship_date)::varchar || ' 06:00:00'
from (select *, coalesce(sku_code, left(shipstation_sku_raw, 5)) as sku from marts.shipped_items)
where sku in (select sku_code from marts.skus where is_key_product)
group by order_number, sku, lot_number, ship_date order by all
"""


class FormerTwin:
    """The database at `path`, and ways to look at it and to spoil it."""

    def __init__(self, path: Path, snapshot: Path) -> None:
        self.path = former_database(path)
        with duckdb.connect(str(snapshot), read_only=True) as marts:
            orders = marts.execute(_ORDERS).fetchall()
            shipped = marts.execute(_SHIPPED).fetchall()
            items = marts.execute(_ITEMS).fetchall()
        with sqlite3.connect(self.path) as connection:
            connection.executescript(_LATER + "".join(f"delete from {table};" for table in _OF_THE_TEST))
            for at, (*order, has_lines) in enumerate(orders, start=1):
                connection.execute(
                    "insert or ignore into orders_inbox (id, shipstation_order_id, order_number, order_date,"
                    " status, shipping_carrier_code, shipping_service_code, tracking_number, updated_at,"
                    " created_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    (at, *order),
                )
                if has_lines:
                    connection.execute(
                        "insert into order_items_inbox (order_inbox_id, sku, quantity)"
                        " select id, '17612', 1 from orders_inbox where id = ?",
                        [at],
                    )
            connection.executemany(
                "insert into shipped_orders (ship_date, order_number, created_at) values (?, ?, ?)", shipped
            )
            connection.executemany(
                "insert into shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number,"
                " created_at) values (?, ?, ?, ?, ?, ?)",
                items,
            )
            connection.execute(
                "insert into sync_watermark values (1, 'manual_shipstation_sync', '2025-10-02T20:07:04Z',"
                " datetime('now'))"
            )
            connection.executemany(
                "insert into workflows (name, status, enabled) values (?, 'completed', ?)",
                [("weekly_reporter", 0), ("daily_shipment_processor", 1), ("manual_shipstation_sync", 1)],
            )
            connection.execute("insert into workflow_controls values ('xcart-import', 1, null)")

    def change(self, statement: str, *parameters: Any) -> None:
        """Write something else into it; fails when no row was changed."""
        with sqlite3.connect(self.path) as connection:
            changed = connection.execute(statement, parameters).rowcount
        assert changed, statement

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.path) as connection:
            return connection.execute(query).fetchall()
