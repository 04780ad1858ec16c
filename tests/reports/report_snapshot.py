"""A snapshot as the reports read it, made by hand: a day, a week and a month whose sums are known from paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

AS_OF = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
OCTOBER = date(2026, 10, 1)
HOSTILE = '=HYPERLINK("http://evil.example","<b>Zoë & "O\'Brien"</b>")'

_TABLES = """
create schema marts;
create table marts.snapshot_info (as_of timestamptz, today date, timezone varchar);
create table marts.skus (sku_id varchar, sku_code varchar, product_name varchar, is_key_product boolean);
create table marts.shipped_orders (
    shipstation_order_id bigint, order_number varchar, ship_date date, tracking_number varchar
);
create table marts.shipped_items (
    shipped_item_id varchar, shipment_id bigint, shipstation_order_id bigint, order_number varchar, ship_date date,
    shipstation_sku_raw varchar, sku_code varchar, lot_number varchar, lot_source varchar, quantity_shipped bigint
);
create table marts.orders_inbox (shipstation_order_id bigint, order_number varchar, order_status varchar);
create table marts.packages (shipment_id bigint, shipstation_order_id bigint, tracking_number varchar);
create table marts.order_consignees (
    shipstation_order_id bigint, consignee_name varchar, company varchar, city varchar, state varchar,
    postal_code varchar, country varchar
);
create table marts.exceptions (exception_type varchar, severity varchar);
create table marts.lot_inventory (
    lot_id varchar, sku_code varchar, lot_number varchar, received_date date, quantity_on_hand bigint
);
create table marts.inventory_transactions (
    transaction_id varchar, transaction_date date, sku_code varchar, lot_number varchar, transaction_type varchar,
    quantity bigint
);
create table marts.inventory_daily (
    inventory_date date, sku_code varchar, quantity_on_hand bigint, pallet_count bigint
);
create table marts.inventory_current (
    sku_code varchar, product_name varchar, quantity_on_hand bigint, quantity_allocated bigint,
    quantity_available bigint, average_weekly_units double, days_of_supply double, alert_level varchar
);
create table marts.weekly_shipped_history (week_start_date date, sku_code varchar, quantity_shipped bigint);
create table marts.weekly_inventory_report (
    week_start_date date, sku_code varchar, product_name varchar, quantity_on_hand bigint,
    average_weekly_units double, weeks_averaged bigint, days_of_supply double, run_out_date date,
    pallet_count bigint
);
create table marts.charge_report_daily (
    charge_date date, order_count bigint, package_count bigint, unit_count bigint, order_charge_cents bigint,
    handling_charge_cents bigint, storage_charge_cents bigint, postage_cents bigint, total_cents bigint,
    pallet_count bigint
);
create table marts.charge_report_carriers (
    charge_month date, carrier_code varchar, service_code varchar, package_count bigint, postage_cents bigint
);
"""
Rows = Sequence[Sequence[Any]]


def write_snapshot(path: Path, changes: Mapping[str, Rows] | None = None) -> Path:
    """Write a snapshot; `changes` replaces the rows of tables."""
    rows: dict[str, Rows] = {**_business(), **(changes or {})}
    with duckdb.connect(str(path)) as connection:
        connection.execute(_TABLES)
        for table, values in rows.items():
            if values:
                marks = ", ".join("?" for _ in values[0])
                connection.executemany(f"insert into marts.{table} values ({marks})", values)
    path.chmod(0o444)
    return path


def charges(day: date, orders: int, units: int, pallets: int, postage: int) -> tuple[Any, ...]:
    """A day of the charge report at $4.25, $0.75 and $0.45."""
    parts = (orders * 425, units * 75, pallets * 45, postage)
    return (day, orders, orders, units, *parts, sum(parts), pallets)


def _business() -> dict[str, Rows]:
    return {
        "snapshot_info": [(AS_OF, TODAY, "America/Chicago")],
        "skus": [
            ("17612", "17612", "PT Kit", True),
            ("17904", "17904", "Travel Kit", True),
            ("17913", "17913", "PPR, single", False),
        ],
        "shipped_orders": [(1, "671825", TODAY, "9400-1"), (2, "671826", TODAY, "9400-2")],
        "shipped_items": [
            ("a", 11, 1, "671825", TODAY, "17612 - 250300", "17612", "250300", "shipment", 1200),
            ("b", 21, 2, "671826", TODAY, "17612", "17612", "250300", "fifo", 3),
            ("c", 22, 2, "671826", TODAY, "17904", "17904", "240901", "fifo", 4),
            ("d", 22, 2, "671826", TODAY, HOSTILE, None, None, "unassigned", 1),
        ],
        "orders_inbox": [(1, "671825", "shipped"), (2, "671826", "shipped"), (3, "100001", "on_hold")],
        "packages": [(11, 1, "9400-1"), (21, 2, "9400-2"), (22, 2, "9400-3")],
        "order_consignees": [
            (1, HOSTILE, None, "São Paulo", "SP", "01310-100", "BR"),
            (2, "Dana Smith", "Bright Smiles, LLC", "Austin", "TX", "78701", "US"),
        ],
        "exceptions": [("unknown_sku", "error"), ("ghost_order", "warning"), ("ghost_order", "warning")],
        "lot_inventory": [
            ("17612-250300", "17612", "250300", date(2025, 9, 19), 7777),
            ("17904-240901", "17904", "240901", date(2025, 9, 19), 464),
            ("17904-230101", "17904", "230101", date(2023, 1, 9), 0),
        ],
        "inventory_transactions": [
            ("opening", date(2025, 9, 19), "17612", "250300", "opening", 8000),
            ("up", date(2026, 11, 1), "17612", "250300", "adjust_up", 980),
            ("ship", TODAY, "17612", "250300", "ship", -1203),
            ("opening2", date(2025, 9, 19), "17904", "240901", "opening", 468),
            ("ship2", TODAY, "17904", "240901", "ship", -4),
        ],
        "inventory_daily": [(TODAY, "17612", 7777, 163), (TODAY, "17904", 464, 6)],
        "inventory_current": [
            ("17612", "PT Kit", 7777, 2, 7775, 140.25, 388.1, "critical"),
            ("17904", "Travel Kit", 464, 0, 464, 9.0, 360.9, "normal"),
        ],
        "weekly_shipped_history": [
            (MONDAY - timedelta(weeks=back), sku, units)
            for back in range(60)
            for sku, units in (("17612", 100 + back), ("17904", 9), ("17913", 1))
        ],
        "weekly_inventory_report": [
            (MONDAY, "17612", "PT Kit", 7777, 140.25, 52, 388.1, date(2027, 12, 13), 163),
            (MONDAY, "17904", "Travel Kit", 464, 9.0, 52, None, None, 6),
        ],
        "charge_report_daily": [
            charges(OCTOBER + timedelta(days=at), at, 10 * at, 70, 999 * at) for at in range(31)
        ],
        "charge_report_carriers": [(OCTOBER, "stamps_com", "usps_priority_mail", 465, 464535)],
    }
