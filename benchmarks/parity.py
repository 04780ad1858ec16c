"""`python -m benchmarks.parity [ORDERS_A_DAY]`: comparing 48 hours with the former system (default 10,000 a day).

The snapshot and the former system's database are made by hand and agree, but for every hundredth order. The
comparison runs in a process of its own, as the worker would run it, so that its memory is its own.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from benchmarks.measure import Row, print_table, run_command
from tests.contract_tables import create_tables

_DAYS = 30
_HOURS = 48
_SPOILED = 100
_LIMIT_SECONDS, _LIMIT_MEGABYTES = 30, 1024
_ORDERS = """
insert into marts.orders_inbox by name
select n as shipstation_order_id, (600000 + n)::varchar as order_number, 'key-' || n as order_key,
    'shipped' as order_status, 'channel' as order_origin, 'ups' as carrier_code, 'ups_ground' as service_code,
    '1Z' || n as tracking_number, 4 as total_items, false as is_ghost, false as is_missing,
    false as has_contested_number, moment::date as order_date, moment::date as ship_date, moment as created_at,
    moment as modified_at
from (
    select n, $now::timestamptz - to_seconds(n * $days * 86400 / $orders) as moment
    from range(1, $orders + 1) as r(n)
);
insert into marts.order_items_inbox by name
select n * 2 + part as order_item_id, n as shipstation_order_id, part as line_number, sku_code, 2 as quantity
from range(1, $orders + 1) as r(n), (values (0, '17612'), (1, '17914')) as parts(part, sku_code);
insert into marts.shipped_orders by name
select shipstation_order_id, order_number, ship_date, tracking_number, 1 as package_count from marts.orders_inbox;
insert into marts.shipped_items by name
select 'line-' || order_item_id as shipped_item_id, shipstation_order_id as shipment_id, shipstation_order_id,
    order_number, ship_date, sku_code || ' - 250300' as shipstation_sku_raw, sku_code, '250300' as lot_number,
    'shipment' as lot_source, quantity as quantity_shipped
from marts.order_items_inbox join marts.orders_inbox using (shipstation_order_id);
insert into marts.packages by name
select 'label ' || shipstation_order_id as package_key, shipstation_order_id, shipstation_order_id as shipment_id,
    'label' as package_kind, false as is_voided, ship_date, created_at from marts.orders_inbox;
insert into marts.snapshot_info by name
select 'run-1' as run_id, 'America/Chicago' as timezone, $now as as_of, $now::date as today;
"""
_FORMER = """
create table orders_inbox (id integer primary key, order_number text unique, order_date text, order_status text,
    shipstation_order_id text, shipping_carrier_code text, shipping_service_code text, tracking_number text,
    created_at text, updated_at text);
create table order_items_inbox (id integer primary key, order_inbox_id integer, sku text, quantity integer);
create table shipped_orders (id integer primary key, ship_date text, order_number text unique, created_at text);
create table shipped_items (id integer primary key, ship_date text, sku_lot text, base_sku text,
    quantity_shipped integer, order_number text, created_at text, unique (order_number, base_sku, sku_lot));
"""
# What the former system holds of the same orders; every hundredth has other units.
_THEIRS = {
    "orders_inbox": """
        select shipstation_order_id, order_number, order_date::varchar, order_status,
            shipstation_order_id::varchar, carrier_code, service_code, tracking_number,
            strftime(created_at at time zone 'UTC', '%Y-%m-%d %H:%M:%S') as written, written
        from marts.orders_inbox
    """,
    "order_items_inbox": """
        select order_item_id, shipstation_order_id, sku_code, quantity from marts.order_items_inbox
    """,
    "shipped_orders": """
        select shipstation_order_id, ship_date::varchar, order_number, ship_date || ' 06:00:00'
        from marts.shipped_orders
    """,
    "shipped_items": f"""
        select row_number() over (), ship_date::varchar, sku_code || ' - ' || lot_number, sku_code,
            if(sku_code = '17612' and shipstation_order_id % {_SPOILED} = 0, 9, quantity_shipped), order_number,
            ship_date || ' 06:00:00'
        from marts.shipped_items
    """,
}


def main() -> None:
    """Make both sides, compare them in a process of its own, and print time and memory."""
    a_day = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    with tempfile.TemporaryDirectory() as folder:
        home, former = Path(folder) / "home", Path(folder) / "former.db"
        _make(home, former, a_day * _DAYS)
        environment = os.environ | {"SHIPLEDGER_HOME": str(home)}
        compared = run_command(environment, "parity", "--legacy", str(former), "--hours", str(_HOURS))
    facts = compared.facts
    in_window = facts["orders_compared"]
    # Those of the last hours are put down to timing.
    spoiled = sum(facts["by_class"].values())
    assert in_window >= a_day * _HOURS / 24, facts["orders_compared"]
    assert abs(spoiled - in_window / _SPOILED) <= 1, facts["by_class"]
    note = f"{in_window} orders, {facts['units_here']} units, {spoiled} differences found"
    print_table(
        f"{_HOURS} hours at {a_day} orders a day, of {_DAYS} days on both sides",
        [Row("parity", facts["seconds"], _LIMIT_SECONDS, None, note)],
    )
    print(f"  peak memory of the whole process: {compared.megabytes:.0f} MB (limit {_LIMIT_MEGABYTES})")


def _make(home: Path, former: Path, orders: int) -> None:
    (home / "published").mkdir(parents=True)
    snapshot = home / "published" / "shipledger-1.duckdb"
    with duckdb.connect(str(snapshot)) as marts:
        create_tables(marts)
        values = {"now": datetime.now(UTC), "orders": orders, "days": _DAYS}
        for statement in filter(str.strip, _ORDERS.split(";")):
            marts.execute(statement, {name: value for name, value in values.items() if f"${name}" in statement})
        with sqlite3.connect(former) as theirs:
            theirs.executescript(_FORMER)
            for table, query in _THEIRS.items():
                found = marts.execute(query).fetchall()
                theirs.executemany(f"insert into {table} values ({', '.join('?' * len(found[0]))})", found)
    (home / "published" / "current.duckdb").symlink_to(snapshot.name)


if __name__ == "__main__":
    main()
