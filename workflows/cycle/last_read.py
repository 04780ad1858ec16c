"""The last read of ShipStation that was loaded, in `operations.sqlite`: one row, replaced when a load is complete.

A failed build or publication afterwards does not change it, nor does a later sync that fails.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb

from workflows.config.operations_database import open_operations_database, read_instant, read_operations_database

_IN_WAREHOUSE = """
create table if not exists raw_shipledger.last_read (
    read_at timestamptz not null, watermark timestamptz, timezone varchar not null
)
"""


@dataclass(frozen=True)
class Read:
    """A read that was loaded, whether or not it found anything new.

    Attributes:
        at: When it began, UTC.
        watermark: The newest change in ShipStation known after it, UTC; None before the first one.
    """

    at: datetime
    watermark: datetime | None


def note_read(database: Path, read: Read) -> None:
    """Record a read that was loaded, replacing the last one."""
    mark = read.watermark.isoformat() if read.watermark else None
    with open_operations_database(database) as connection:
        connection.execute(
            "insert or replace into last_read (only_row, read_at, watermark) values (1, ?, ?)",
            (read.at.isoformat(), mark),
        )


def last_read(database: Path) -> Read | None:
    """Return the last read that was loaded; None before the first, and in a home of an earlier release."""
    with read_operations_database(database) as connection:
        row = connection.execute("select read_at, watermark from last_read").fetchone()
    if row is None:
        return None
    at, mark = (read_instant(text) if text else None for text in row)
    return Read(at, mark) if at else None


def copy_read(read: Read | None, warehouse: duckdb.DuckDBPyConnection, timezone: str) -> None:
    """Copy the last read into the warehouse, for `dbt source freshness`.

    A sync without changes loads no row, so nothing else there shows that ShipStation was read.
    """
    if read is None:
        return
    warehouse.execute(_IN_WAREHOUSE)
    warehouse.execute("begin")
    warehouse.execute("delete from raw_shipledger.last_read")
    warehouse.execute("insert into raw_shipledger.last_read values (?, ?, ?)", [read.at, read.watermark, timezone])
    warehouse.execute("commit")
