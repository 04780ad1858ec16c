"""Exceptions: rows of data that need a person, as the table `findings` of a raw schema keeps them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import dlt
import pyarrow as pa
from dlt.destinations.sql_client import SqlClientBase

from ingest.pipeline import query

TABLE = "findings"
SCHEMA = pa.schema(
    [
        pa.field("finding_key", pa.string(), nullable=False),
        pa.field("exception_type", pa.string(), nullable=False),
        pa.field("severity", pa.string(), nullable=False),
        pa.field("shipstation_order_id", pa.int64()),
        pa.field("order_number", pa.string()),
        pa.field("detail", pa.string(), nullable=False),
        pa.field("first_seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("resolved_at", pa.timestamp("us", tz="UTC")),
    ]
)


@dataclass(frozen=True)
class ExceptionRow:
    """One exception. The key names its cause: the same cause is the same exception."""

    finding_key: str
    exception_type: str
    severity: str
    detail: str
    first_seen_at: datetime
    shipstation_order_id: int | None = None
    order_number: str | None = None
    resolved_at: datetime | None = None


def open_exceptions(client: SqlClientBase[Any]) -> dict[str, ExceptionRow]:
    """Return the unresolved exceptions of a pipeline's dataset by key."""
    rows = query(client, f"select {', '.join(SCHEMA.names)} from {TABLE} where resolved_at is null")
    return {row[0]: ExceptionRow(**dict(zip(SCHEMA.names, row, strict=True))) for row in rows}


def changed_exceptions(
    raised: Iterable[ExceptionRow],
    still_open: Mapping[str, ExceptionRow],
    is_resolved: Callable[[ExceptionRow], bool],
    now: datetime,
) -> list[ExceptionRow]:
    """Return the exceptions to load: new ones, and open ones that are resolved now.

    Args:
        raised: The exceptions that this load raises.
        still_open: Unresolved exceptions of the warehouse by key.
        is_resolved: Whether an open exception is resolved when this load does not raise it again.
        now: The instant (UTC) of the load.
    """
    current = {row.finding_key: row for row in raised}
    new = [row for key, row in current.items() if key not in still_open]
    resolved = [row for key, row in still_open.items() if key not in current and is_resolved(row)]
    return new + [replace(row, resolved_at=now) for row in resolved]


def to_table(exceptions: Iterable[ExceptionRow]) -> pa.Table:
    """Return exceptions as an Arrow table in the raw table's schema."""
    rows = list(exceptions)
    return pa.table({name: [getattr(row, name) for row in rows] for name in SCHEMA.names}, schema=SCHEMA)


def exceptions_resource(tables: Callable[[], Iterator[pa.Table]]) -> Any:
    """Return the resource that merges exceptions on their key."""
    return dlt.resource(tables, name=TABLE, primary_key="finding_key", write_disposition="merge")
