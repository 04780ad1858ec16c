"""A demo home: filled from the sandbox, never mixed with a real account's data."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from workflows.config.home_directory import DEMO_MARKER, is_of_demo, prepare_home
from workflows.config.settings import Settings
from workflows.config.worker_lock import LOCK_FILE, WorkerLock
from workflows.entries.entry_log import Entry, append_entries
from workflows.errors import AlreadyRunning, ConfigurationError, UsageError

_ROWS = "demo-shipstation"
_BILLS = "demo-carrier-bills"
ACTOR = "demo"
_TO_TRY = (
    "status",
    "receive --sku 17612 --lot 260601 --quantity 40",
    "sync",
    "eow",
    "reconcile --since {week_ago}",
    "import-carrier-bill {bill}",
    "export --to exported",
)


def begin_demo(settings: Settings, receipts: Iterable[Mapping[str, Any]]) -> None:
    """Empty a demo home and enter receipts.

    Args:
        settings: Names the home.
        receipts: Of the sandbox's business: sku, lot, quantity, received_date (ISO).

    Raises:
        UsageError: The home holds other data than a demo's.
        AlreadyRunning: A worker runs in it.
    """
    prepare_home(settings)
    if not is_of_demo(settings.home) and (settings.warehouse.exists() or settings.operations.exists()):
        raise UsageError(
            f"{settings.home} holds the data of an account, which a demo must not touch. "
            "Point SHIPLEDGER_HOME to an empty directory for it."
        )
    lock = WorkerLock(settings.home)
    if not lock.acquire():
        raise AlreadyRunning(f"A worker is at work in {settings.home}. Stop it first.")
    try:
        (settings.home / DEMO_MARKER).touch()
        _empty(settings)
        append_entries(settings.operations, (_entry(receipt) for receipt in receipts))
    finally:
        lock.release()


def demo_rows(settings: Settings) -> Path | None:
    """Return the folder with the rows of a demo's ShipStation; None for a home without them.

    Raises:
        ConfigurationError: The home is a demo's, and an account is configured. Its orders would be mixed with
            generated ones, and the next demo would delete them.
    """
    if not is_of_demo(settings.home):
        return None
    if settings.api_key or settings.api_secret:
        raise ConfigurationError(
            f"{settings.home} is the home of a demo. To work with your account, point SHIPLEDGER_HOME to an empty "
            "directory, or delete the demo's. To work with the demo, remove SHIPSTATION_API_KEY and "
            "SHIPSTATION_API_SECRET."
        )
    rows = settings.home / _ROWS
    return rows if rows.is_dir() else None


def note_shipstation(settings: Settings, url: str) -> Path:
    """Note the address of a demo's ShipStation, and return the folder for its rows."""
    (settings.home / DEMO_MARKER).write_text(url, encoding="ascii")
    return settings.home / _ROWS


def bills_folder(settings: Settings) -> Path:
    """Return the folder for the bills of a demo's carriers."""
    return settings.home / _BILLS


def running_shipstation(settings: Settings) -> str | None:
    """Return the address of a demo's ShipStation; None when it does not run."""
    url = urlsplit((settings.home / DEMO_MARKER).read_text(encoding="ascii"))
    try:
        socket.create_connection((url.hostname, url.port or 0), 1).close()
    except OSError:
        return None
    return url.geturl()


def describe_demo(program: str | None, settings: Settings) -> str:
    """Say what to try in the home of a demo."""
    command = "shipledger" if program == "shipledger" else ".venv/bin/python orchestrate.py"
    lines = "\n".join(f"  {command} {words}" for words in _TO_TRY)
    return f"Try these, with SHIPLEDGER_HOME={settings.home}:\n" + lines.format(
        week_ago=settings.today() - timedelta(days=7),
        bill=next(iter(sorted(bills_folder(settings).glob("ups-*.csv"))), "bill.csv"),
    )


def _empty(settings: Settings) -> None:
    """Remove what an earlier demo wrote, except the marker and the lock."""
    kept = (DEMO_MARKER, LOCK_FILE)
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
