"""The log of uploads: what happened to each order on its way to ShipStation, append-only, in `operations.sqlite`.

`sending` is written before a request goes out. An order whose last event it is may or may not have arrived: its
process was killed before it could record the answer.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from ingest.sources.xcart.order_upload import UploadLine
from workflows.config.operations_database import append_row, open_operations_database, read_operations_database


@dataclass(frozen=True)
class UploadEvent:
    """An event of an order on its way to ShipStation.

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


def append_events(database: Path, run_id: str, events: Iterable[UploadEvent]) -> None:
    """Record events, all or none; they are on the disk when this returns."""
    now = datetime.now(UTC)
    with open_operations_database(database) as connection:
        for event in events:
            lines = json.dumps([asdict(line) for line in event.lines]) if event.lines else None
            append_row(connection, "uploads", **vars(event) | {"run_id": run_id, "lines": lines, "noted_at": now})


def last_events(database: Path) -> dict[str, UploadEvent]:
    """Return the last event of each order, by order key."""
    with read_operations_database(database) as connection:
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
