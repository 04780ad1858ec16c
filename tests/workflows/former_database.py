"""A small database of the former system, with its schema and one of each of its oddities."""

from __future__ import annotations

import sqlite3
from datetime import date, timedelta
from pathlib import Path

_SCHEMA = """
create table configuration_params (id integer primary key, category text not null, parameter_name text not null,
    value text not null, sku text, notes text);
create table inventory_current (id integer primary key, sku text not null, product_name text not null,
    current_quantity integer not null, weekly_avg_cents integer, reorder_point integer not null default 50);
create table sku_lot (id integer primary key, sku text not null, lot text not null, active integer not null,
    updated_at text);
create table bundle_skus (id integer primary key, bundle_sku text not null, description text not null,
    active integer not null default 1);
create table bundle_components (id integer primary key, bundle_sku_id integer not null,
    component_sku text not null, multiplier integer not null);
create table inventory_transactions (id integer primary key, date text not null, sku text not null,
    quantity integer not null, transaction_type text not null, notes text);
create table shipped_orders (id integer primary key, ship_date text not null, order_number text not null unique,
    customer_email text, shipstation_order_id text, created_at text);
create table shipped_items (id integer primary key, ship_date text not null, sku_lot text not null default '',
    base_sku text not null, quantity_shipped integer not null, order_number text, created_at text);
create table weekly_shipped_history (id integer primary key, start_date text not null, end_date text not null,
    sku text not null, quantity_shipped integer not null);
create table orders_inbox (id integer primary key, order_number text not null unique, order_date date,
    status text not null default 'pending', shipstation_order_id text, total_items integer default 0,
    created_at datetime default current_timestamp, updated_at datetime default current_timestamp);
create table order_items_inbox (id integer primary key, order_inbox_id integer not null, sku text,
    quantity integer);
create table workflows (id integer primary key, name text not null unique, status text not null, last_run_at text,
    enabled integer not null default 1 check (enabled in (0, 1)));
create table sync_watermark (id integer primary key, workflow_name text not null unique,
    last_sync_timestamp text not null, updated_at text);
"""
_ROWS = {
    "configuration_params (category, parameter_name, value, sku)": [
        ("Rates", "OrderCharge", "4.25", None), ("Rates", "PackageCharge", "0.75", None),
        ("Rates", "SpaceRentalRate", "0.45", None), ("Rates", "monthly_space_rental_cents", "30000", None),
        ("PalletConfig", "PalletCount", "48", "17612"), ("Key Products", "PT Kit", "", "17612"),
        ("InitialInventory", "EOD_Prior_Week", "1019", "17612"),
    ],
    "sku_lot (sku, lot, active)": [("17612", "250216", 0), ("17612", "250237", 1), ("17612", "250300", 1)],
    "bundle_skus (id, bundle_sku, description)": [(1, "18225", "Buy 30 Get 8 Free"), (2, "18999", "Not ours")],
    "bundle_components (bundle_sku_id, component_sku, multiplier)": [(1, "17612", 40), (2, "17612", 2)],
    # On the opening day; two equal receipts; a lot in free text; no lot; a shipment; no day; no product; two lots.
    "inventory_transactions (id, date, sku, quantity, transaction_type, notes)": [
        (1, "2025-08-27", "17612", 100, "Receive", "250237"), (2, "2025-09-22", "17612", 576, "Receive", "250300"),
        (3, "2025-09-22", "17612", 576, "Receive", "250300"),
        (4, "2025-10-01", "17612", 6, "Adjust Down", "Lot 250237 shipped via UPS"),
        (5, "2025-10-01", "18795", 1, "Adjust Down", "Shipped UPS"),
        (6, "2025-10-01", "17612", 50, "Ship", "250237"),
        (7, "unknown", "17612", 5, "Receive", None), (8, "2025-10-02", "99999", 5, "Receive", None),
        (9, "2025-10-03", "17914", 4, "Repack", "250297 and 240286"),
    ],
    "shipped_orders (ship_date, order_number)": [
        ("2025-09-23", "690001"), ("2025-09-24", "690002"), ("2025-09-26", "690003"), ("2025-09-23", "690004"),
    ],
    # 690002 left on two days; 690003's line has the day that stood for none; 690004 sold a promotional twin.
    "shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number)": [
        ("2025-09-23", "17612 - 250237", "17612", 10, "690001"),
        ("2025-09-24", "17612-250237", "17612", 3, "690002"),
        ("2025-09-25", "17612 - 250237", "17612", 2, "690002"),
        ("2024-04-16", "17904 - 250240", "17904", 7, "690003"),
        ("2025-09-23", "17613", "17613", 1, "690004"),
    ],
    "order_items_inbox (order_inbox_id, sku, quantity)": [(290, "17612", 1)],
    "inventory_current (sku, product_name, current_quantity)": [("17612", "PT Kit", 2149), ("18795", "Paste", 9)],
}  # fmt: skip
FIRST_WEEK = date(2024, 9, 30)


def former_database(path: Path) -> Path:
    """Write it: 52 weeks of history of 17612, 100 units in the first and 10 in each other, and what is above."""
    with sqlite3.connect(path) as connection:
        connection.executescript(_SCHEMA)
        for table, rows in _ROWS.items():
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into {table} values ({marks})", rows)
        mondays = [FIRST_WEEK + timedelta(weeks=number) for number in range(52)]
        weeks = [(str(day), str(day + timedelta(6)), "17612", 100 if day == FIRST_WEEK else 10) for day in mondays]
        connection.executemany(
            "insert into weekly_shipped_history (start_date, end_date, sku, quantity_shipped) values (?, ?, ?, ?)",
            [*weeks, ("2025-09-02", "2025-09-08", "17612", 999)],
        )
    return path
