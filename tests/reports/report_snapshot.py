"""A snapshot as the reports read it, made by hand: a day, a week and a month whose sums are known from paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from tests.contract_tables import BEGINNING, create_tables, insert, insert_spans, mark_open_orders, sum_up_days

AS_OF = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
TODAY = date(2026, 11, 20)
MONDAY = date(2026, 11, 16)
OCTOBER = date(2026, 10, 1)
RUNS_OUT = (date(2027, 11, 1), date(2027, 12, 13), date(2028, 2, 29))
HOSTILE = '=HYPERLINK("http://evil.example","<b>Zoë & "O\'Brien"</b>")'

_COLUMNS = {
    "snapshot_info": "as_of, today, timezone",
    "skus": "sku_id, sku_code, product_name, is_key_product",
    "shipped_orders": "shipstation_order_id, order_number, ship_date, tracking_number",
    "shipped_items": (
        "shipped_item_id, shipment_id, shipstation_order_id, order_number, ship_date, shipstation_sku_raw,"
        " sku_code, lot_number, lot_source, quantity_shipped"
    ),
    "orders_inbox": "shipstation_order_id, order_number, order_date, order_status",
    "order_items_inbox": "shipstation_order_id, sku_code, lot_number, quantity",
    "packages": (
        "package_key, package_kind, is_voided, ship_date, shipment_id, shipstation_order_id, tracking_number"
    ),
    "order_consignees": "shipstation_order_id, consignee_name, company, city, state, postal_code, country",
    "exceptions": "exception_type, severity",
    "lots": "lot_id, sku_code, lot_number, received_date",
    "lot_inventory": "lot_id, sku_code, lot_number, received_date, quantity_on_hand",
    "inventory_transactions": "transaction_id, transaction_date, sku_code, lot_number, transaction_type, quantity",
    "inventory_daily": "inventory_date, sku_code, quantity_on_hand, pallet_count, units_per_pallet",
    "inventory_current": (
        "sku_code, product_name, quantity_on_hand, quantity_allocated, quantity_available, average_weekly_units,"
        " days_of_supply, alert_level"
    ),
    "weekly_shipped_history": "week_start_date, sku_code, quantity_shipped",
    "weekly_inventory_report": (
        "week_start_date, sku_code, product_name, quantity_on_hand, average_weekly_units, weeks_averaged,"
        " days_of_supply, run_out_earliest_date, run_out_date, run_out_latest_date, alert_level, pallet_count,"
        " full_pallet_count, loose_unit_count"
    ),
    "charge_report_daily": (
        "charge_date, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,"
        " storage_charge_cents, postage_cents, total_cents, pallet_count, is_charged_ahead, not_loaded"
    ),
    "charge_report_monthly": (
        "charge_month, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,"
        " storage_charge_cents, postage_cents, day_total_cents, pallet_day_count, restatement_cents, total_cents,"
        " not_loaded"
    ),
    "charge_report_lines": "charge_month, line_number, charge_kind, rate_cents, quantity, amount_cents",
    "charge_report_carriers": "charge_month, carrier_name, service_name, package_count, postage_cents",
    "charge_restatements": (
        "billed_month, restatement_key, restated_date, order_number, sku_codes, cause, order_count, package_count,"
        " unit_count, pallet_count, total_cents"
    ),
    "closed_months": "month, version, frozen_at, content_hash",
}
Rows = Sequence[Sequence[Any]]


def write_snapshot(
    path: Path, changes: Mapping[str, Rows] | None = None, loaded_from: datetime = BEGINNING
) -> Path:
    """Write a snapshot; `changes` replaces the rows of tables."""
    rows: dict[str, Rows] = {**business(), **(changes or {})}
    with duckdb.connect(str(path)) as connection:
        create_tables(connection)
        insert_spans(connection, AS_OF, loaded_from)
        for table, values in rows.items():
            insert(connection, table, _COLUMNS[table], values)
        sum_up_days(connection)
        mark_open_orders(connection)
    path.chmod(0o444)
    return path


def package(
    key: str, order_id: int, tracking_number: str, *, day: date = TODAY, is_voided: bool = False
) -> tuple[Any, ...]:
    """A label or a fulfillment, as its key says."""
    kind, number = key.split()
    return (key, kind, is_voided, day, int(number) if kind == "label" else None, order_id, tracking_number)


def charges(
    day: date, orders: int, units: int, pallets: int, postage: int, *, ahead: bool = False, lack: str | None = None
) -> tuple[Any, ...]:
    """A day of the charge report at $4.25, $0.75 and $0.45."""
    parts = (orders * 425, units * 75, pallets * 45, postage)
    return (day, orders, orders, units, *parts, sum(parts), pallets, ahead, lack)


def bill(days: Rows, restated: int = 0) -> dict[str, Rows]:
    """October's days, what they add up to at the rates of `charges`, and what it restates."""
    if not days:
        return {"charge_report_daily": [], "charge_report_monthly": [], "charge_report_lines": []}
    sums = [sum(day[at] for day in days) for at in range(1, 10)]
    orders, packages, units, *charged, _total, pallets = sums
    lines = [
        (OCTOBER, 1, "order", 425, orders, charged[0]),
        (OCTOBER, 2, "handling", 75, units, charged[1]),
        (OCTOBER, 3, "storage", 45, pallets, charged[2]),
        (OCTOBER, 4, "postage", None, packages, charged[3]),
        *([(OCTOBER, 5, "restatement", None, None, restated)] if restated else []),
    ]
    month = (OCTOBER, *sums, restated, sum(charged) + restated, days[0][-1])
    return {"charge_report_daily": days, "charge_report_monthly": [month], "charge_report_lines": lines}


def business() -> dict[str, Rows]:
    """The rows of all tables."""
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
        "orders_inbox": [
            (1, "671825", TODAY, "shipped"),
            (2, "671826", TODAY, "shipped"),
            (3, "100001", TODAY, "on_hold"),
        ],
        "order_items_inbox": [(1, "17612", "250300", 1200), (3, "17612", "250300", 2)],
        "packages": [
            package("label 11", 1, "9400-1"),
            package("label 21", 2, "9400-2"),
            package("label 22", 2, "9400-3"),
        ],
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
        "lots": [
            ("17612-250300", "17612", "250300", date(2025, 9, 19)),
            ("17904-240901", "17904", "240901", date(2025, 9, 19)),
            ("17913-250001", "17913", "250001", None),
        ],
        "inventory_transactions": [
            ("opening", date(2025, 9, 19), "17612", "250300", "opening", 8000),
            ("up", date(2026, 11, 1), "17612", "250300", "adjust_up", 980),
            ("ship", TODAY, "17612", "250300", "ship", -1203),
            ("opening2", date(2025, 9, 19), "17904", "240901", "opening", 468),
            ("ship2", TODAY, "17904", "240901", "ship", -4),
        ],
        "inventory_daily": [
            (day, sku, units, pallets, per_pallet)
            for day in (TODAY,)
            for sku, units, pallets, per_pallet in (("17612", 7777, 163, 48), ("17904", 464, 6, 81))
        ],
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
            (
                MONDAY,
                "17612",
                "PT Kit",
                7777,
                140.25,
                52,
                388.1,
                RUNS_OUT[0],
                RUNS_OUT[1],
                RUNS_OUT[2],
                "low",
                163,
                162,
                1,
            ),
            (MONDAY, "17904", "Travel Kit", 464, 9.0, 52, None, None, None, None, "normal", 6, 5, 59),
        ],
        **bill([charges(OCTOBER + timedelta(days=at), at, 10 * at, 70, 999 * at) for at in range(31)]),
        "charge_report_carriers": [(OCTOBER, "Stamps.com", "USPS Priority Mail", 465, 464535)],
    }
