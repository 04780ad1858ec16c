"""Closing months of a warehouse under test, as the worker does it, and what is billed then."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import Payload

from workflows.closes.freezing import freeze_month
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.cycle.publishing import publish
from workflows.cycle.warehouse import Run
from workflows.entries.closed_months import FrozenMonth


def settings_of(ledger: Ledger) -> Settings:
    return read_settings({"SHIPLEDGER_HOME": str(ledger.home)})


def publish_marts(ledger: Ledger, run_id: str) -> None:
    """Make what was built last the current snapshot."""
    now = datetime.now(UTC)
    publish(settings_of(ledger), Run(run_id, "sync", now, now, "success"), now)


def close(ledger: Ledger, month: date, run_id: str | None = None, *, again: bool = False) -> FrozenMonth:
    """Publish what was built, freeze the month, load what was frozen and build once more."""
    frozen = freeze(ledger, month, run_id, again=again)
    ledger.build()
    return frozen


def freeze(ledger: Ledger, month: date, run_id: str | None = None, *, again: bool = False) -> FrozenMonth:
    """The same without the last build."""
    settings = settings_of(ledger)
    run_id = run_id or f"close-{month}"
    publish_marts(ledger, run_id)
    frozen = freeze_month(settings, month, "tester", run_id, again=again)
    with ledger.connect() as connection:
        raw_tables.load_closes(connection, settings.operations, run_id)
    return frozen


def come(ledger: Ledger, load_id: str, orders: list[Payload], labels: list[Payload]) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, load_id, arrived_by="backfill")
        raw_tables.load(connection, "shipments", labels, load_id, arrived_by="backfill")


def pass_time(ledger: Ledger, day: date) -> None:
    """Noon of a later day, built."""
    with ledger.connect() as connection:
        raw_tables.set_context(connection, datetime(day.year, day.month, day.day, 18, tzinfo=UTC))
    ledger.build()


def bill(ledger: Ledger, month: date) -> tuple[Any, ...]:
    """Orders, packages, units, cents restated and in all, and whether the month is closed."""
    [row] = ledger.rows(f"""
        select order_count, package_count, unit_count, restatement_cents, total_cents, is_closed
        from charge_report_monthly where charge_month = date '{month}'
    """)
    return row


def restated(ledger: Ledger, what: str = "true") -> list[tuple[Any, ...]]:
    """Restatements, all or those for which an SQL condition holds."""
    return ledger.rows(f"""
        select billed_month, restated_date, order_count, package_count, unit_count, pallet_count, total_cents,
            cause
        from charge_restatements where {what} order by billed_month, restated_date, restatement_key
    """)


def lines(ledger: Ledger, month: date) -> list[list[tuple[Any, ...]]]:
    """All that the bill of a month shows."""
    return [
        ledger.rows(f"select * from {table} where date_trunc('month', {column}) = date '{month}' order by all")
        for table, column in (
            ("charge_report_daily", "charge_date"),
            ("charge_report_carriers", "charge_month"),
            ("charge_report_monthly", "charge_month"),
            ("charge_restatements", "billed_month"),
        )
    ]
