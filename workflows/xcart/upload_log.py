"""The log of uploads: what happened to each order on its way to ShipStation, append-only, in `operations.sqlite`.

`sending` is written before a request goes out. An order whose last entry it is may or may not have arrived: that
is how a process that was killed between sending and noting is found out by the next one.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.sources.xcart.order_upload import UploadLine
from workflows.config.operations_database import open_operations_database, read_operations_database


@dataclass(frozen=True)
class UploadEvent:
    """Something that happened to an order.

    Attributes:
        event: sending, uploaded, refused or held.
        detail: Why, for refused and held: a sentence.
        lines: What was sent.
        noted_at: When (UTC); given by the log.
    """

    order_key: str
    order_number: str
    event: str
    detail: str | None = None
    shipstation_order_id: int | None = None
    lines: tuple[UploadLine, ...] = ()
    noted_at: datetime | None = None


def append_events(store: Path, run_id: str, events: Iterable[UploadEvent]) -> None:
    """Write events, all or none; they are on the disk when this returns."""
    now = datetime.now(UTC).isoformat()
    rows = [
        (
            run_id,
            event.order_key,
            event.order_number,
            event.event,
            event.detail,
            event.shipstation_order_id,
            json.dumps([asdict(line) for line in event.lines]) if event.lines else None,
            now,
        )
        for event in events
    ]
    with open_operations_database(store) as connection:
        connection.executemany(
            "insert into uploads (run_id, order_key, order_number, event, detail, shipstation_order_id, lines,"
            " noted_at) values (?, ?, ?, ?, ?, ?, ?, ?)",
            rows,
        )


def last_events(store: Path) -> dict[str, UploadEvent]:
    """The last event of each order, by order key."""
    with read_operations_database(store) as connection:
        rows = connection.execute(
            "select order_key, order_number, event, detail, shipstation_order_id, lines, noted_at from uploads"
            " where seq in (select max(seq) from uploads group by order_key)"
        ).fetchall()
    return {row[0]: _event(*row) for row in rows}


def _event(
    key: str, number: str, event: str, detail: str | None, order_id: int | None, lines: str | None, at: str
) -> UploadEvent:
    sent = tuple(UploadLine(**line) for line in json.loads(lines)) if lines else ()
    return UploadEvent(key, number, event, detail, order_id, sent, datetime.fromisoformat(at))
