"""Closing months of a warehouse under test, as the worker does it: from a published snapshot into the store."""

from __future__ import annotations

from datetime import date
from zoneinfo import ZoneInfo

import raw_tables
from ledger_under_test import Ledger

from workflows.frozen import freeze_month
from workflows.frozen_store import FrozenMonth
from workflows.publishing import publish
from workflows.settings import Settings


def settings_of(ledger: Ledger) -> Settings:
    return Settings(ledger.home, ZoneInfo("America/Chicago"), "http://localhost", None, None)


def close(ledger: Ledger, month: date, run_id: str | None = None, *, again: bool = False) -> FrozenMonth:
    """Publish what was built, freeze the month, load what was frozen and build once more."""
    settings = settings_of(ledger)
    run_id = run_id or f"close-{month}"
    publish(settings, run_id)
    frozen = freeze_month(settings, month, "tester", run_id, again=again)
    with ledger.connect() as connection:
        raw_tables.load_closes(connection, settings.operations, run_id)
    ledger.build()
    return frozen
