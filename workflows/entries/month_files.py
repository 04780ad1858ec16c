"""The lines of closed months: one Parquet file for each month, `frozen/<month>.parquet` in the home.

A file is written once, when its month is first closed; later changes are restatements in the next month. Its
SHA-256 is in `frozen_months`, and each build compares the two. `columns.parquet` beside them has all columns and
no rows, for the models to read before any month is closed, or when the files of an earlier release lack columns.
"""

from __future__ import annotations

import hashlib
from datetime import date
from pathlib import Path

import duckdb

from workflows.config.disk_sync import sync_to_disk
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError

# A line has a kind, a key within month and kind, and of the other columns those of its kind. `day`, `carrier` and
# `restatement` are the bill; later changes are compared with `detail`, `stock` and `movement`.
COLUMNS = {
    "line_kind": "varchar",
    "line_key": "varchar",
    "shipstation_order_id": "bigint",
    "shipment_id": "bigint",
    "entry_id": "varchar",
    "order_number": "varchar",
    "carrier_code": "varchar",
    "service_code": "varchar",
    "sku_code": "varchar",
    "sku_codes": "varchar",
    "units_by_sku": "varchar",
    "restatement_kind": "varchar",
    "transaction_type": "varchar",
    "cause": "varchar",
    "not_loaded": "varchar",
    "order_count": "bigint",
    "package_count": "bigint",
    "unit_count": "bigint",
    "pallet_count": "bigint",
    "units_per_pallet": "bigint",
    "quantity_on_hand": "bigint",
    "quantity": "bigint",
    "order_rate_cents": "bigint",
    "handling_rate_cents": "bigint",
    "storage_rate_cents": "bigint",
    "order_charge_cents": "bigint",
    "handling_charge_cents": "bigint",
    "storage_charge_cents": "bigint",
    "postage_cents": "bigint",
    "total_cents": "bigint",
    "is_charged_ahead": "boolean",
    "charge_date": "date",
    "restated_date": "date",
    "ship_date": "date",
    "inventory_date": "date",
    "transaction_date": "date",
}


def prepare_folder(settings: Settings) -> None:
    """Make the folder of the files when it is missing, and the file of this release's columns."""
    settings.frozen.mkdir(mode=0o700, exist_ok=True)
    file = settings.frozen / "columns.parquet"
    with duckdb.connect() as connection:
        make_line_table(connection)
        written = write_part(connection, file)
    if written == hash_of(file):
        part_of(file).unlink(missing_ok=True)
    else:
        put_in_place(file)


def file_of(settings: Settings, month: date) -> Path:
    """Return the path of a month's lines, which exist once it is closed."""
    return settings.frozen / f"{month:%Y-%m}.parquet"


def hash_of(file: Path) -> str | None:
    """Return the SHA-256 of a file; None when there is no file."""
    try:
        with file.open("rb") as content:
            return hashlib.file_digest(content, "sha256").hexdigest()
    except FileNotFoundError:
        return None


def altered(month: date, file: str) -> ShipledgerError:
    """Return the error for a month whose lines in a file do not match their hash; the models use the same text."""
    return ShipledgerError(
        f"The frozen lines of {month:%B %Y} are not those that were hashed when it was closed. "
        f"Put {file} back from a backup."
    )


def make_line_table(connection: duckdb.DuckDBPyConnection) -> None:
    """Create a temporary table `lines`, to be filled and written to a file."""
    columns = ", ".join(f"{name} {kind}" for name, kind in COLUMNS.items())
    connection.execute(f"create temp table lines ({columns})")


def write_part(connection: duckdb.DuckDBPyConnection, file: Path) -> str:
    """Write the table `lines` to a file beside its place, sync it to disk, and return its SHA-256."""
    part = part_of(file)
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    path = str(part).replace("'", "''")
    connection.execute(
        f"copy (from lines order by line_kind, line_key) to '{path}'"
        " (format parquet, compression zstd, use_tmp_file false)"
    )
    sync_to_disk(part)
    sync_to_disk(part.parent)
    written = hash_of(part)
    assert written is not None
    return written


def put_in_place(file: Path) -> None:
    """Rename the file that was written beside its place, if there is one."""
    part = part_of(file)
    if part.exists():
        part.replace(file)
        sync_to_disk(file.parent)


def part_of(file: Path) -> Path:
    """Return the path where a file is written before it is renamed."""
    return file.with_name(f"{file.name}.part")
