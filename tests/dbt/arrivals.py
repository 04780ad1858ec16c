"""What comes into a warehouse under test, in loads that no build has had."""

from __future__ import annotations

from datetime import date
from typing import Any

import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import Payload, label, line, order


def come(ledger: Ledger, table: str, *payloads: Payload, **how: Any) -> None:
    """Rows of one of ShipStation's lists; `how` as of `raw_tables.load`."""
    with ledger.connect() as connection:
        raw_tables.load(connection, table, list(payloads), raw_tables.new_load(), **how)


def ship(ledger: Ledger, order_id: int, day: date | str, sku: str, quantity: int) -> None:
    """An order of one line and its label, loaded by a backfill."""
    come(ledger, "orders", order(order_id, [line(sku, quantity)]), arrived_by="backfill")
    come(ledger, "shipments", label(order_id + 5000, order_id, str(day)), arrived_by="backfill")


def enter(ledger: Ledger, *entry: Any, **named: Any) -> None:
    """An operator's entry, as of `raw_tables.enter`."""
    with ledger.connect() as connection:
        raw_tables.enter(connection, *entry, **named)
