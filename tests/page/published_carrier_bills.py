"""Two carriers' bills for snapshots made by hand: one label adjusted, one billed twice, one never billed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import duckdb

from tests.contract_tables import insert

UPS, STAMPS = "b1", "b2"
_ORDERS = ((1, "671825"), (2, "671826"))
LINES = (
    "line_key, bill_id, line_number, carrier_code, invoice_number, invoice_date, charged_date, tracking_number,"
    " charge_kind, charge_description, line_class, adjustment_reason, amount_cents, difference_cents,"
    " dispute_cents, shipment_id, matched_by, shipstation_order_id, order_number, ship_date, label_cost_cents,"
    " label_ounces, billed_ounces, label_dimensions, billed_dimensions"
)


def fill_carrier_bills(connection: duckdb.DuckDBPyConnection, today: date) -> None:
    """Add the bills to a snapshot."""
    day, now = today - timedelta(days=40), datetime.now(UTC)
    insert(
        connection,
        "carrier_bills",
        "bill_id, file_name, bill_format, carrier_code, line_count, invoice_count, amount_cents, missing_cents,"
        " is_adjustments, first_date, last_date, imported_at",
        [
            (UPS, "ups <b>.csv", "ups", "ups", 4, 1, 3365, 250, False, day, day, now),
            (STAMPS, "stamps.csv", "stamps_com", "stamps_com", 1, 0, 845, 0, False, day, day, now),
        ],
    )
    insert(connection, "carrier_bill_lines", LINES, _lines(day))
    insert(
        connection,
        "label_costs",
        "shipment_id, carrier_code, tracking_number, bill_state, label_cost_cents, billed_cents, disputed_cents,"
        " final_cost_cents, difference_cents, is_voided, ship_date, order_number, shipstation_order_id",
        [
            (11, "ups", "1Z11", "billed", 835, 1185, 0, 1185, 350, False, day, "671825", 1),
            (12, "ups", "1Z12", "billed", 835, 1670, 835, 835, 0, False, day, "671826", 2),
            (13, "ups", "1Z13", "never_billed", 900, None, 0, 900, 0, False, day, "671826", 2),
            (21, "stamps_com", "9421", "billed", 845, 845, 0, 845, 0, False, day, "671826", 2),
        ],
    )


def _lines(day: date) -> list[tuple[Any, ...]]:
    sizes = (40.0, 88.0, "10 x 8.5 x 4 in", "16 x 12 x 9 in")
    first, second = (("tracking_number", order, number, day, 835, *sizes) for order, number in _ORDERS)
    ups = ("ups", "INV1", day, day)
    return [
        ("u:1", UPS, 1, *ups, "1Z11", "base", "Ground", "equal", None, 835, 0, 0, 11, *first),
        ("u:2", UPS, 2, *ups, "1Z11", "weight", "=Weight", "adjusted", "weight", 350, 350, 350, 11, *first),
        ("u:3", UPS, 3, *ups, "1Z12", "base", "Ground", "billed_twice", None, 835, 835, 835, 12, *second),
        (
            *("u:4", UPS, 4, *ups, "1Z99", "base", "Ground", "not_ours", None, 510, None, 510, None),
            *(None, None, None, None, None, None, 32.0, None, None),
        ),
        (
            *("s:2", STAMPS, 2, "stamps_com", None, None, day, "9421", "base", "Print", "equal", None, 845, 0, 0),
            *(21, *second),
        ),
    ]
