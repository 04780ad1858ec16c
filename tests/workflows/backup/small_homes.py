"""A home with little in it, of each kind that a backup takes."""

from __future__ import annotations

from pathlib import Path

import duckdb
from homes import settings_of

from workflows.config.settings import Settings
from workflows.entries.recording import EntryRequest, record_entry


def small_home(home: Path) -> Settings:
    """A home with an entry, a warehouse, a snapshot and a report."""
    made = settings_of(home)
    record_entry(made, EntryRequest("receive", "17612", 576, made.today(), "ann"))
    with duckdb.connect(str(made.warehouse)) as connection:
        connection.execute("create schema raw_shipstation")
        connection.execute("create table raw_shipstation.orders as select range as order_id from range(5000)")
    with duckdb.connect(str(made.published / "shipledger-1.duckdb")) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.skus as select '17612' as sku_code")
    (made.published / "current.duckdb").symlink_to("shipledger-1.duckdb")
    made.frozen.mkdir()
    (made.frozen / "2026-10.parquet").write_bytes(b"lines")
    (made.home / "reports").mkdir()
    (made.home / "reports" / "invoice.pdf").write_bytes(b"%PDF-1.7")
    return made
