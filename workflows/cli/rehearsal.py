"""A demo home: filled from the sandbox, never mixed with a real account's data."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import LOCK_FILE, WorkerLock
from workflows.entries.entry_log import Entry, append_entries
from workflows.errors import AlreadyRunning, UsageError

_MARKER = "rehearsal"
ACTOR = "demo"


def begin_rehearsal(settings: Settings, receipts: Iterable[Mapping[str, Any]]) -> None:
    """Empty a demo home and enter receipts.

    Args:
        settings: Names the home.
        receipts: Of the sandbox's business: sku, lot, quantity, received_date (ISO).

    Raises:
        UsageError: The home holds other data than a demo's.
        AlreadyRunning: A worker runs in it.
    """
    prepare_home(settings)
    marker = settings.home / _MARKER
    if not marker.exists() and (settings.warehouse.exists() or settings.operations.exists()):
        raise UsageError(
            f"{settings.home} holds the data of an account, which a demo must not touch. "
            "Point SHIPLEDGER_HOME to an empty directory for it."
        )
    lock = WorkerLock(settings.home)
    if not lock.acquire():
        raise AlreadyRunning(f"A worker is at work in {settings.home}. Stop it first.")
    try:
        marker.touch()
        _empty(settings)
        append_entries(settings.operations, (_entry(receipt) for receipt in receipts))
    finally:
        lock.release()


def _empty(settings: Settings) -> None:
    """Remove what an earlier demo wrote, except the marker and the lock."""
    kept = (_MARKER, LOCK_FILE)
    for path in settings.home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name not in kept:
            path.unlink()
    prepare_home(settings)


def _entry(receipt: Mapping[str, Any]) -> Entry:
    return Entry(
        entry_type="receive",
        entry_date=date.fromisoformat(str(receipt["received_date"])),
        sku_code=str(receipt["sku"]),
        lot_number=str(receipt["lot"]),
        quantity=int(receipt["quantity"]),
        actor=ACTOR,
        reason="delivery",
    )
