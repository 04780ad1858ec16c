"""A published folder as the contract describes it, made by hand: a small business, version after version."""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from published_bill import Bill, fill_charge_details
from published_carrier_bills import fill_carrier_bills

from tests.contract_tables import (
    BEGINNING,
    TABLES,
    create_tables,
    insert,
    insert_spans,
    mark_open_orders,
    sum_up_days,
)

SHIPPED_TODAY = 1
TWO_PACKAGES = 2
OPEN = 3
LONG_AGO = 4
RECEIVED = date(2025, 9, 19)


@dataclass
class Business:
    """Orders, shipped items and stock that a test starts from; a test adds what it is about.

    Attributes:
        today: The business's day.
        as_of: The snapshot's instant.
        orders: id, number, status, order date, first ship date.
        items: id, shipment, order, ship date, SKU as printed, SKU, lot, where the lot came from, units.
        lines: order, SKU as printed, SKU, lot, units: of orders beside the shipped items'.
        labels: shipment, order, ship date, tracking number, when it was voided.
        recipients: order, name, company, city, state, postal code, country.
        exceptions: id, type, severity, order, order number, detail, cause, when first seen.
        runs: id, kind, status, start, end, orders changed, error.
        figures: Ended days with the figures of `daily_figures`, in the order of its columns.
        bill: Its weeks and months; None for a business that has none yet.
        lots: SKU, number, units on hand. The first expires in 60 days.
        per_pallet: Units on a full pallet; None for a business that counts in units.
        loaded_from: From when on ShipStation's lists were read.
        has_carrier_bills: Whether carriers' bills were imported.
    """

    today: date
    as_of: datetime
    orders: list[tuple[Any, ...]] = field(default_factory=list)
    items: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    labels: list[tuple[Any, ...]] = field(default_factory=list)
    recipients: list[tuple[Any, ...]] = field(default_factory=list)
    exceptions: list[tuple[Any, ...]] = field(default_factory=list)
    runs: list[tuple[Any, ...]] = field(default_factory=list)
    figures: list[tuple[Any, ...]] = field(default_factory=list)
    bill: Bill | None = None
    lots: list[tuple[str, str, int]] = field(
        default_factory=lambda: [("17612", "250300", 120), ("17612", "250111", 0), ("17904", "240901", 464)]
    )
    per_pallet: int | None = None
    loaded_from: datetime = BEGINNING
    has_carrier_bills: bool = True

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
            labels=[
                (11, SHIPPED_TODAY, today, "94001", None),
                (20, TWO_PACKAGES, yesterday, "940020", now - timedelta(hours=20)),
                (21, TWO_PACKAGES, yesterday, "94002", None),
                (22, TWO_PACKAGES, yesterday, "940022", None),
            ],
            exceptions=[
                (
                    *("exception-1", "unknown_sku", "error", TWO_PACKAGES, "671826"),
                    *('SKU "99100" (1) is not in skus.csv or sku_aliases.csv.', "error", now),
                )
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
            # What loads in this process goes on with its scratch files.
            if path.name != "scratch":
                shutil.rmtree(path) if path.is_dir() else path.unlink()

    def publish(self, business: Business) -> Path:
        """Make a version and move the link to it. Returns the version's file."""
        self._folder.mkdir(exist_ok=True)
        version = self._folder / f"shipledger-{next(self._versions):06}.duckdb"
        with duckdb.connect(str(version)) as connection:
            create_tables(connection)
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
    _fill_reference(connection, business)
    insert_spans(connection, business.as_of, business.loaded_from)
    _fill_orders(connection, business)
    sum_up_days(connection)
    mark_open_orders(connection)
    _fill_stock(connection, business)
    insert(connection, "daily_figures", ", ".join(TABLES["daily_figures"]), business.figures)
    if business.bill is not None:
        business.bill.fill(connection)
    if business.has_carrier_bills:
        fill_carrier_bills(connection, business.today)
    insert(
        connection,
        "exceptions",
        "exception_id, exception_type, severity, shipstation_order_id, order_number, detail, cause, first_seen_at,"
        " started_at",
        [(*row, row[7]) for row in business.exceptions],
    )
    insert(
        connection,
        "sync_runs",
        "run_id, kind, started_at, finished_at, status, watermark_after, orders_changed,"
        " api_requests, error, actor",
        [
            (run, kind, started, ended, status, started, changed, 4, error, "dana")
            for run, kind, status, started, ended, changed, error in business.runs
        ],
    )


def _fill_reference(connection: duckdb.DuckDBPyConnection, business: Business) -> None:
    insert(
        connection,
        "snapshot_info",
        "run_id, timezone, as_of, today",
        [("run-1", "America/Chicago", business.as_of, business.today)],
    )
    insert(
        connection,
        "skus",
        "sku_id, sku_code, product_name, is_key_product, reorder_point",
        [
            ("17612", "17612", "PT Kit", True, 50),
            ("17904", "17904", "Travel Kit", True, 50),
            ("17913", "17913", "PPR, single", False, 0),
        ],
    )
    insert(
        connection,
        "lots",
        "lot_id, sku_id, sku_code, lot_number, received_date, status, is_inferred",
        [
            ("17612-250300", "17612", "17612", "250300", RECEIVED, "active", False),
            ("17612-250111", "17612", "17612", "250111", RECEIVED, "depleted", False),
            ("17904-240901", "17904", "17904", "240901", RECEIVED, "active", False),
        ],
    )


def _fill_orders(connection: duckdb.DuckDBPyConnection, business: Business) -> None:
    numbers = {row[0]: row[1] for row in business.orders}
    insert(
        connection,
        "orders_inbox",
        "shipstation_order_id, order_number, order_status, order_origin, order_date, created_at, modified_at,"
        " first_seen_at, ship_date, carrier_code, carrier_name, carrier_id, service_code, service_name,"
        " tracking_number, total_items, is_ghost",
        [
            (
                *(order_id, number, status, "manual" if number.startswith("10") else "channel", ordered),
                *(business.as_of, business.as_of, business.as_of, shipped, "stamps_com", "Stamps.com", 7),
                "usps_priority_mail",
                *("USPS Priority", f"9400{order_id}" if shipped else None, 2, False),
            )
            for order_id, number, status, ordered, shipped in business.orders
        ],
    )
    insert(
        connection,
        "order_items_inbox",
        "order_item_id, shipstation_order_id, line_number, shipstation_sku_raw, sku_id, sku_code, lot_id,"
        " lot_number, quantity, unit_price_cents, is_adjustment",
        [
            (at, order, at, raw, sku, sku, lot and f"{sku}-{lot}", lot, units, 3250, False)
            for at, (order, raw, sku, lot, units) in enumerate(
                [*((item[2], *item[4:7], item[8]) for item in business.items), *business.lines]
            )
        ],
    )
    insert(
        connection,
        "shipped_orders",
        "shipstation_order_id, order_number, ship_date, package_count, shipping_cost_cents, tracking_number",
        [(row[0], row[1], row[4], 1, 845, f"9400{row[0]}") for row in business.orders if row[4] is not None],
    )
    insert(
        connection,
        "shipped_items",
        "shipped_item_id, shipment_id, shipstation_order_id, order_number, ship_date, shipstation_sku_raw, sku_id,"
        " sku_code, lot_id, lot_number, lot_source, quantity_shipped",
        [
            (key, shipment, order, numbers[order], day, raw, sku, sku, lot and f"{sku}-{lot}", lot, source, units)
            for key, shipment, order, day, raw, sku, lot, source, units in business.items
        ],
    )
    insert(
        connection,
        "packages",
        "package_key, shipstation_order_id, shipment_id, package_kind, carrier_code, service_code, carrier_name,"
        " service_name, tracking_number, postage_cents, is_voided, ship_date, created_at, voided_at",
        [
            (
                *(f"label {shipment}", order, shipment, "label", "stamps_com", "usps_priority_mail"),
                *("Stamps.com", "USPS Priority", tracking, 845, voided_at is not None, day),
                *(business.as_of, voided_at),
            )
            for shipment, order, day, tracking, voided_at in business.labels
        ],
    )

    insert(
        connection,
        "order_consignees",
        "shipstation_order_id, consignee_name, company, city, state, postal_code, country",
        business.recipients,
    )
    fill_charge_details(connection, business.labels, business.items, numbers)


def _fill_stock(connection: duckdb.DuckDBPyConnection, business: Business) -> None:
    today = business.today
    insert(
        connection,
        "lot_inventory",
        "lot_id, sku_code, lot_number, received_date, expiry_date, quantity_on_hand, fifo_rank, pick_rank",
        [
            (f"{sku}-{number}", sku, number, RECEIVED, expiry, units, rank, rank)
            for place, (sku, number, units) in enumerate(business.lots)
            for expiry, rank in [(None if place else today + timedelta(days=60), 1 if units else None)]
        ],
    )
    insert(
        connection,
        "inventory_transactions",
        "transaction_id, transaction_date, sku_id, sku_code, lot_number, transaction_type, quantity, reason,"
        " actor",
        [
            ("opening:17612", RECEIVED, "17612", "17612", "250300", "opening", 1019, None, None),
            (
                *("entry:1", today - timedelta(days=9), "17904", "17904", "240901", "receive", 96),
                *("Delivery", "Dana"),
            ),
            ("ship:1", today, "17612", "17612", "250300", "ship", -5, None, None),
        ],
    )
    insert(
        connection,
        "inventory_daily",
        "inventory_date, sku_id, sku_code, quantity_on_hand, pallet_count, units_per_pallet",
        [
            (today - timedelta(days=back), sku, sku, on_hand + back, 3, business.per_pallet)
            for back in range(30)
            for sku, on_hand in (("17612", 120), ("17904", 464))
        ],
    )
    insert(
        connection,
        "inventory_current",
        "sku_id, sku_code, product_name, quantity_on_hand, quantity_allocated, quantity_available,"
        " average_weekly_units, days_of_supply, reorder_point, alert_level",
        [
            ("17612", "17612", "PT Kit", 120, 2, 118, 140.25, 5.9, 50, "critical"),
            ("17904", "17904", "Travel Kit", 464, 0, 464, 9.0, 360.8, 50, "normal"),
        ],
    )
