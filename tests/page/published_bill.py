"""The weeks and months of a business made by hand: what its reports say, written down and not computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from tests.contract_tables import insert

CLOSED_AT = datetime(2026, 1, 2, 15, tzinfo=UTC)


@dataclass
class Bill:
    """Weeks and months that a test starts from.

    Attributes:
        week: Monday of a week of ten days ago or more, closed.
        month: First day of a month that is over and closed.
        days: Of that month: day, orders, packages, units, pallets, postage.
        details: Of that month: key, order, label, number, units by SKU, orders, packages, units, postage, day.
        other_months: First days of months with four orders and units, $20.00.
        restatements: Billed with that month: key, day, order, number, cause, units, cents.
    """

    week: date
    month: date
    days: list[tuple[Any, ...]] = field(default_factory=list)
    details: list[tuple[Any, ...]] = field(default_factory=list)
    restatements: list[tuple[Any, ...]] = field(default_factory=list)
    other_months: list[date] = field(default_factory=list)

    @classmethod
    def small(cls, today: date) -> Bill:
        """A week with 12 units; a month with two orders, three labels, eight units on a day, then only storage."""
        month = (today.replace(day=1) - timedelta(days=40)).replace(day=1)
        return cls(
            week=today - timedelta(days=today.weekday() + 14),
            month=month,
            days=[(month, 2, 3, 8, 10, 2535), (month + timedelta(days=1), 0, 0, 0, 10, 0)],
            details=[
                ("1-31", 1, 31, "671825", "17612:5", 1, 1, 5, 845, month),
                ("2-32", 2, 32, "671826", "17904:3", 1, 1, 3, 845, month),
                ("2-33", 2, 33, "671826", None, 0, 1, 0, 845, month),
            ],
            restatements=[("voided", month - timedelta(days=9), 4, "671700", "The label was voided.", -7, -525)],
        )

    def fill(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Write the tables of weeks and months."""
        self._fill_weeks(connection)
        self._fill_month(connection)

    def _fill_weeks(self, connection: duckdb.DuckDBPyConnection) -> None:
        weeks = (self.week, self.week - timedelta(weeks=1))
        insert(
            connection,
            "weekly_inventory_report",
            "week_start_date, sku_code, product_name, quantity_on_hand, average_weekly_units, weeks_averaged,"
            " days_of_supply, run_out_date, run_out_earliest_date, run_out_latest_date, pallet_count,"
            " units_per_pallet, alert_level, full_pallet_count, loose_unit_count, quantity_shipped",
            [
                (
                    *(week, sku, name, on_hand, average, 52, days, week + timedelta(days=30)),
                    *(week + timedelta(days=25), None, 3, 48, level, full, loose, shipped),
                )
                for week in weeks
                for sku, name, on_hand, average, days, level, full, loose, shipped in (
                    ("17612", "PT Kit", 120, 140.25, 5.9, "critical", 2, 24, 12),
                    ("17904", "Travel Kit", 464, 9.0, 360.8, "normal", 9, 32, 0),
                )
            ],
        )
        insert(
            connection,
            "weekly_shipped_history",
            "week_start_date, sku_code, quantity_shipped",
            [(week, sku, units) for week in weeks for sku, units in (("17612", 12), ("17904", 0))],
        )
        insert(
            connection,
            "closed_weeks",
            "week_start_date, version, closed_at, actor",
            [(self.week, 2, CLOSED_AT, "dana <b>")],
        )

    def _fill_month(self, connection: duckdb.DuckDBPyConnection) -> None:
        insert(
            connection,
            "charge_report_daily",
            "charge_date, order_count, package_count, unit_count, pallet_count, postage_cents, order_charge_cents,"
            " handling_charge_cents, storage_charge_cents, total_cents",
            [
                (*day, day[1] * 425, day[3] * 75, day[4] * 45, day[1] * 425 + day[3] * 75 + day[4] * 45 + day[5])
                for day in self.days
            ],
        )
        insert(
            connection,
            "charge_report_monthly",
            "charge_month, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,"
            " storage_charge_cents, postage_cents, day_total_cents, restatement_cents, total_cents, is_closed,"
            " pallet_day_count",
            [
                (self.month, 2, 3, 8, 850, 600, 900, 2535, 4885, -525, 4360, True, 20),
                *((month, 4, 4, 4, 1700, 300, 0, 0, 2000, 0, 2000, True, 0) for month in self.other_months),
            ],
        )
        insert(
            connection,
            "charge_report_lines",
            "charge_month, line_number, charge_kind, rate_cents, quantity, amount_cents",
            [
                (self.month, 1, "order", 425, 2, 850),
                (self.month, 2, "handling", 75, 8, 600),
                (self.month, 3, "storage", 45, 20, 900),
                (self.month, 4, "postage", None, 3, 2535),
                (self.month, 5, "restatement", None, None, -525),
            ],
        )
        insert(
            connection,
            "charge_report_carriers",
            "charge_month, carrier_code, service_code, carrier_name, service_name, package_count, postage_cents",
            [(self.month, "stamps_com", "usps_priority_mail", "Stamps.com", "USPS Priority Mail", 3, 2535)],
        )
        insert(
            connection,
            "charge_details",
            "detail_key, shipstation_order_id, shipment_id, order_number, billed_units_by_sku, billed_order_count,"
            " billed_package_count, billed_unit_count, billed_postage_cents, ship_date, order_count,"
            " package_count, unit_count, postage_cents, is_restated, is_missing, charged_units_by_sku,"
            " charged_order_count, charged_package_count, charged_unit_count, charged_postage_cents,"
            " order_charge_cents, handling_charge_cents",
            [
                (*detail, 0, 0, 0, 0, False, False, *detail[4:9], 425 * detail[5], 75 * detail[7])
                for detail in self.details
            ],
        )
        insert(
            connection,
            "packages",
            "package_key, shipstation_order_id, shipment_id, package_kind, carrier_code, service_code,"
            " postage_cents, ship_date, is_voided",
            [
                (f"label {label}", order, label, "label", "stamps_com", "usps_priority_mail", 845, day, False)
                for _, order, label, *_, day in self.details
            ],
        )
        insert(
            connection,
            "charge_restatements",
            "billed_month, restatement_kind, restatement_key, restated_date, shipstation_order_id, order_number,"
            " cause, unit_count, total_cents, order_count, package_count, pallet_count, postage_cents",
            [(self.month, "shipment", *line, 0, 0, 0, 0) for line in self.restatements],
        )
        insert(
            connection,
            "closed_months",
            "month, version, closed_at, frozen_at, actor",
            [(self.month, 1, CLOSED_AT, CLOSED_AT, "dana <b>")],
        )


def fill_charge_details(
    connection: duckdb.DuckDBPyConnection,
    labels: Sequence[tuple[Any, ...]],
    items: Sequence[tuple[Any, ...]],
    numbers: Mapping[int, str],
) -> None:
    """What is charged for labels that are not void, in months that are not closed; see `Business`."""
    charged = [label for label in labels if label[4] is None]
    first_labels = {order: shipment for shipment, order, *_ in reversed(charged)}
    units: dict[int, int] = {}
    for _, shipment, _, _, _, sku, _, _, quantity in items:
        units[shipment] = units.get(shipment, 0) + (quantity if sku else 0)
    insert(
        connection,
        "charge_details",
        "detail_key, shipstation_order_id, shipment_id, order_number, order_count, package_count, unit_count,"
        " postage_cents, ship_date, is_restated, is_missing, charged_order_count, charged_package_count,"
        " charged_unit_count, charged_postage_cents, order_charge_cents, handling_charge_cents",
        [
            (
                *(f"{order}-{shipment}", order, shipment, numbers[order], first, 1, left, 845, day, False, False),
                *(first, 1, left, 845, 425 * first, 75 * left),
            )
            for shipment, order, day, *_ in charged
            for first, left in ((int(first_labels[order] == shipment), units.get(shipment, 0)),)
        ],
    )
