"""The state of the data in the current snapshot: its age, the last read in it, stock and exceptions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb

from workflows.config.settings import Settings
from workflows.config.snapshots import reading_snapshot
from workflows.cycle.last_read import Read, last_read

# The last read in a snapshot, for homes in which an earlier release recorded none.
_INFO = """
    select
        (select as_of from marts.snapshot_info),
        max(started_at),
        arg_max(watermark_after, started_at)
    from marts.sync_runs where watermark_after is not null
"""
_EXCEPTIONS = """
    select exception_type, severity, count(*) from marts.exceptions group by exception_type, severity
    order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, exception_type
"""


@dataclass(frozen=True)
class Published:
    """The state of the published snapshot, for alerts; empty before the first one.

    Attributes:
        read: The last read of ShipStation that is in it.
        exceptions: Type, severity and how many there are, the worst first.
    """

    file: str | None = None
    as_of: datetime | None = None
    read: Read | None = None
    stock: tuple[dict[str, Any], ...] = ()
    negative_lots: tuple[dict[str, Any], ...] = ()
    exceptions: tuple[tuple[str, str, int], ...] = ()


def read_published(settings: Settings) -> Published:
    """Read the state of the current snapshot.

    Raises:
        HomeUnusable: It cannot be read.
    """
    with reading_snapshot(settings) as snapshot:
        if snapshot is None:
            return Published()
        name, connection = snapshot
        as_of, read_at, mark = connection.execute(_INFO).fetchall()[0]
        stock = _rows(
            connection,
            "select sku_code, product_name, alert_level, quantity_available, days_of_supply, reorder_point"
            " from marts.inventory_current where alert_level <> 'normal' order by sku_code",
        )
        negative_lots = _rows(
            connection,
            "select sku_code, lot_number, quantity_on_hand from marts.lot_inventory"
            " where quantity_on_hand < 0 order by all",
        )
        exceptions = connection.execute(_EXCEPTIONS).fetchall()
    read = Read(read_at.astimezone(UTC), mark.astimezone(UTC)) if read_at else None
    return Published(name, as_of.astimezone(UTC), read, tuple(stock), tuple(negative_lots), tuple(exceptions))


def known_read(settings: Settings, published: Published) -> Read | None:
    """Return the last read of ShipStation that was loaded, None before the first one."""
    return last_read(settings.operations) or published.read


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
