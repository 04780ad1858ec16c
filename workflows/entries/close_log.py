"""The log of closes: one row for each version of each close, append-only, in `operations.sqlite`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)
from workflows.config.periods import Period

_COLUMNS = "kind, period, version, run_id, actor, closed_at, snapshot, facts"


@dataclass(frozen=True)
class Close:
    """One version of one close.

    Attributes:
        kind: eod, eow or eom.
        period: The period's name, see `Period.name`.
        version: 1 for the first close of the period.
        run_id: The run that closed it; a week's run closes its day as well.
        closed_at: When, UTC.
        snapshot: File name of the snapshot its reports were made from.
        facts: Its result: figures, reports, alerts, mail.
    """

    kind: str
    period: str
    version: int
    run_id: str
    actor: str
    closed_at: datetime
    snapshot: str
    facts: dict[str, Any]


def record_close(database: Path, close: Close) -> None:
    """Record a close; one that the same run has recorded already stays as it is."""
    with open_operations_database(database) as connection:
        known = connection.execute(
            "select 1 from closes where kind = ? and period = ? and run_id = ?",
            [close.kind, close.period, close.run_id],
        ).fetchone()
        if known is None:
            append_row(connection, "closes", **vars(close) | {"facts": json.dumps(close.facts)})


def last_close(database: Path, period: Period) -> Close | None:
    """Return the newest version of a period's close; None when it has not been closed."""
    found = _read(
        database, "where kind = ? and period = ? order by version desc limit 1", period.kind, period.name
    )
    return found[0] if found else None


def latest_close(database: Path, kind: str) -> Close | None:
    """Return the newest version of the latest period of a kind, whenever it was closed; None if there is none."""
    found = _read(database, "where kind = ? order by period desc, version desc limit 1", kind)
    return found[0] if found else None


def recent_closes(database: Path, kind: str, limit: int = 10) -> list[Close]:
    """Return the last closes of a kind, whatever their period, newest first."""
    return _read(database, "where kind = ? order by seq desc limit ?", kind, limit)


def _read(database: Path, condition: str, *parameters: Any) -> list[Close]:
    with read_operations_database(database) as connection:
        rows = connection.execute(f"select {_COLUMNS} from closes {condition}", parameters).fetchall()
    return [_close(*row) for row in rows]


def _close(
    kind: str, period: str, version: int, run_id: str, actor: str, at: str, snapshot: str, facts: str
) -> Close:
    return Close(kind, period, version, run_id, actor, read_instant(at), snapshot, json.loads(facts))
