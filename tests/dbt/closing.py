"""Closing months of a warehouse under test, as the worker does it: from a published snapshot into the store."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import raw_tables
from ledger_under_test import Ledger

from workflows.frozen import freeze_month
from workflows.frozen_store import FrozenMonth
from workflows.publishing import publish
from workflows.settings import Settings
from workflows.warehouse import Run


def settings_of(ledger: Ledger) -> Settings:
    return Settings(ledger.home, ZoneInfo("America/Chicago"), "http://localhost", None, None)


def publish_marts(ledger: Ledger, run_id: str) -> None:
    """Make what was built last the current snapshot."""
    now = datetime.now(UTC)
    publish(settings_of(ledger), Run(run_id, "sync", now, now, "success"), now)


def close(ledger: Ledger, month: date, run_id: str | None = None, *, again: bool = False) -> FrozenMonth:
    """Publish what was built, freeze the month, load what was frozen and build once more."""
    settings = settings_of(ledger)
    run_id = run_id or f"close-{month}"
    publish_marts(ledger, run_id)
    frozen = freeze_month(settings, month, "tester", run_id, again=again)
    with ledger.connect() as connection:
        raw_tables.load_closes(connection, settings.operations, run_id)
    ledger.build()
    return frozen
