"""A published folder as the contract describes it, made by hand: a small business, version after version."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb

_TABLES = """
create schema marts;
create table marts.snapshot_info (run_id varchar, timezone varchar, as_of timestamptz, today date);
create table marts.skus (
    sku_id varchar, sku_code varchar, product_name varchar, is_key_product boolean, reorder_point bigint
);
create table marts.lots (
    lot_id varchar, sku_id varchar, sku_code varchar, lot_number varchar, received_date date, status varchar,
    is_inferred boolean
);
create table marts.orders_inbox (
    shipstation_order_id bigint, order_number varchar, order_status varchar, order_origin varchar, order_date date,
    created_at timestamptz, modified_at timestamptz, ship_date date, carrier_code varchar, carrier_id bigint,
    service_code varchar, service_name varchar, tracking_number varchar, total_items bigint, is_ghost boolean
);
create table marts.order_items_inbox (
    order_item_id bigint, shipstation_order_id bigint, shipstation_sku_raw varchar, sku_id varchar,
    sku_code varchar, lot_id varchar, lot_number varchar, quantity bigint, unit_price_cents bigint,
    is_adjustment boolean
);
create table marts.shipped_orders (
    shipstation_order_id bigint, order_number varchar, ship_date date, package_count bigint,
    shipping_cost_cents bigint, tracking_number varchar
);
create table marts.shipped_items (
    shipped_item_id varchar, shipment_id bigint, shipstation_order_id bigint, order_number varchar, ship_date date,
    shipstation_sku_raw varchar, sku_id varchar, sku_code varchar, lot_id varchar, lot_number varchar,
    lot_source varchar, quantity_shipped bigint
);
create table marts.inventory_transactions (
    transaction_id varchar, transaction_date date, sku_id varchar, sku_code varchar, lot_id varchar,
    lot_number varchar, transaction_type varchar, quantity bigint, reason varchar, actor varchar
);
create table marts.inventory_daily (
    inventory_date date, sku_id varchar, sku_code varchar, quantity_on_hand bigint, pallet_count bigint
);
create table marts.inventory_current (
    sku_id varchar, sku_code varchar, product_name varchar, quantity_on_hand bigint, quantity_allocated bigint,
    quantity_available bigint, average_weekly_units double, days_of_supply double, reorder_point bigint,
    alert_level varchar
);
create table marts.lot_inventory (
    lot_id varchar, sku_code varchar, lot_number varchar, received_date date, quantity_on_hand bigint,
    fifo_rank bigint
);
create table marts.exceptions (
    exception_type varchar, severity varchar, shipstation_order_id bigint, order_number varchar, detail varchar,
    first_seen_at timestamptz
);
create table marts.sync_runs (
    run_id varchar, kind varchar, started_at timestamptz, finished_at timestamptz, status varchar,
    watermark_before timestamptz, watermark_after timestamptz, orders_changed bigint, api_requests bigint,
    error varchar, actor varchar
);
"""

SHIPPED_TODAY = 1
TWO_PACKAGES = 2
OPEN = 3
LONG_AGO = 4


@dataclass
class Business:
    """Orders, shipped items and stock that a test starts from; a test adds what it is about.

    Attributes:
        today: The business's day.
        as_of: The snapshot's instant.
        orders: id, number, status, order date, first ship date.
        items: id, shipment, order, ship date, SKU as printed, SKU, lot, where the lot came from, units.
        runs: id, kind, status, start, end, orders changed, error.
    """

    today: date
    as_of: datetime
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    items: list[tuple[Any, ...]] = field(default_factory=list)
    runs: list[tuple[Any, ...]] = field(default_factory=list)

    @classmethod
    def small(cls, today: date) -> Business:
        """Five units today, four units and one of an unknown SKU yesterday, seven units forty days ago."""
        yesterday, long_ago = today - timedelta(days=1), today - timedelta(days=40)
        now = datetime.now(UTC)
        return cls(
            today=today,
            as_of=now,
            orders=[
                (SHIPPED_TODAY, "671825", "shipped", yesterday, today),
                (TWO_PACKAGES, "671826", "shipped", yesterday, yesterday),
                (OPEN, "100001", "awaiting_shipment", today, None),
                (LONG_AGO, "671700", "shipped", long_ago, long_ago),
            ],
            items=[
                ("a", 11, SHIPPED_TODAY, today, "17612 - 250300", "17612", "250300", "shipment", 5),
                ("b", 21, TWO_PACKAGES, yesterday, "17904", "17904", "240901", "fifo", 3),
                ("c", 22, TWO_PACKAGES, yesterday, "17904", "17904", "240901", "fifo", 1),
                ("d", 22, TWO_PACKAGES, yesterday, "99100", None, None, "unassigned", 1),
                ("e", None, LONG_AGO, long_ago, "17612 - 250111", "17612", "250111", "shipment", 7),
            ],
            runs=[("run-1", "sync", "success", now - timedelta(seconds=9), now, 4, None)],
        )


class PublishedFolder:
    """The `published` folder of a home; each version is a file of its own, as in the real one."""

    _versions = count(1)

    def __init__(self, home: Path) -> None:
        self._home = home
        self._folder = home / "published"

    def clear(self) -> None:
        """A home in which nothing has happened yet."""
        for path in self._home.iterdir():
            shutil.rmtree(path) if path.is_dir() else path.unlink()

    def publish(self, business: Business) -> Path:
        """Make a version and move the link to it. Returns the version's file."""
        self._folder.mkdir(exist_ok=True)
        version = self._folder / f"shipledger-{next(self._versions):06}.duckdb"
        with duckdb.connect(str(version)) as connection:
            connection.execute(_TABLES)
            _fill(connection, business)
        version.chmod(0o444)
        self.point_to(version)
        return version

    def point_to(self, version: Path) -> None:
        """Move the link in one step."""
        link = self._folder / ".current.duckdb.new"
        link.symlink_to(version.name)
        link.replace(self._folder / "current.duckdb")


def _fill(connection: duckdb.DuckDBPyConnection, business: Business) -> None:
    numbers = {row[0]: row[1] for row in business.orders}
    today = business.today

    def insert(table: str, rows: Sequence[Sequence[Any]]) -> None:
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            connection.executemany(f"insert into marts.{table} values ({marks})", rows)

    insert("snapshot_info", [("run-1", "America/Chicago", business.as_of, today)])
    insert(
        "skus",
        [
            ("17612", "17612", "PT Kit", True, 50),
            ("17904", "17904", "Travel Kit", True, 50),
            ("17913", "17913", "PPR, single", False, 0),
        ],
    )
    received = date(2025, 9, 19)
    insert(
        "lots",
        [
            ("17612-250300", "17612", "17612", "250300", received, "active", False),
            ("17612-250111", "17612", "17612", "250111", received, "depleted", False),
            ("17904-240901", "17904", "17904", "240901", received, "active", False),
        ],
    )
    insert(
        "lot_inventory",
        [
            ("17612-250300", "17612", "250300", received, 120, 1),
            ("17612-250111", "17612", "250111", received, 0, None),
            ("17904-240901", "17904", "240901", received, 464, 1),
        ],
    )
    insert(
        "orders_inbox",
        [
            (
                *(order_id, number, status, "manual" if number.startswith("10") else "channel", ordered),
                *(business.as_of, business.as_of, shipped, "stamps_com", 7, "usps_priority_mail", "USPS Priority"),
                *(f"9400{order_id}" if shipped else None, 2, False),
            )
            for order_id, number, status, ordered, shipped in business.orders
        ],
    )
    insert(
        "order_items_inbox",
        [
            (at, order, raw, sku, sku, lot and f"{sku}-{lot}", lot, units, 3250, False)
            for at, (_, _, order, _, raw, sku, lot, _, units) in enumerate(business.items)
        ],
    )
    insert(
        "shipped_orders",
        [(row[0], row[1], row[4], 1, 845, f"9400{row[0]}") for row in business.orders if row[4] is not None],
    )
    insert(
        "shipped_items",
        [
            (key, shipment, order, numbers[order], day, raw, sku, sku, lot and f"{sku}-{lot}", lot, source, units)
            for key, shipment, order, day, raw, sku, lot, source, units in business.items
        ],
    )
    insert(
        "inventory_transactions",
        [
            ("opening:17612", received, "17612", "17612", None, "250300", "opening", 1019, None, None),
            (
                "entry:1",
                today - timedelta(days=9),
                "17904",
                "17904",
                None,
                "240901",
                "receive",
                96,
                "Delivery",
                "Dana",
            ),
            ("ship:1", today, "17612", "17612", None, "250300", "ship", -5, None, None),
        ],
    )
    insert(
        "inventory_daily",
        [
            (today - timedelta(days=back), sku, sku, on_hand + back, 3)
            for back in range(30)
            for sku, on_hand in (("17612", 120), ("17904", 464))
        ],
    )
    insert(
        "inventory_current",
        [
            ("17612", "17612", "PT Kit", 120, 2, 118, 140.25, 5.9, 50, "critical"),
            ("17904", "17904", "Travel Kit", 464, 0, 464, 9.0, 360.8, 50, "normal"),
        ],
    )
    insert(
        "exceptions",
        [
            (
                "unknown_sku",
                "error",
                TWO_PACKAGES,
                "671826",
                'SKU "99100" (1) is in no list of ours.',
                business.as_of,
            )
        ],
    )
    insert(
        "sync_runs",
        [
            (run, kind, started, ended, status, None, started, changed, 4, error, "dana")
            for run, kind, status, started, ended, changed, error in business.runs
        ],
    )
