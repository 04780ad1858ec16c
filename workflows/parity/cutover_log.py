"""The history of cutovers and rollbacks: append-only, in `operations.sqlite`.

`begun` is written before the former system's flags are touched, with the values they had, and `done` after: that
is how a cutover that was killed in between is found and finished. A rollback is recorded in the same way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from workflows.config.operations_database import open_operations_database, read_instant, read_operations_database
from workflows.errors import AlreadyRunning

BEGUN, DONE, ROLLBACK_BEGUN, ROLLED_BACK = "begun", "done", "rollback begun", "rolled back"


@dataclass(frozen=True)
class CutoverEvent:
    """A step of a cutover or of its rollback.

    Attributes:
        event: One of this module's.
        source: The former system, without a password.
        noted_at: When, UTC.
        facts: `flags` with their values before, and the `numbers` it was decided by.
    """

    event: str
    actor: str
    source: str
    noted_at: datetime
    facts: dict[str, Any]


def last_event(database: Path) -> CutoverEvent | None:
    """Return the last event; None when there never was a cutover."""
    with read_operations_database(database) as connection:
        row = connection.execute(
            "select event, actor, source, noted_at, facts from cutovers order by seq desc limit 1"
        ).fetchone()
    if row is None:
        return None
    event, actor, source, noted_at, facts = row
    return CutoverEvent(event, actor, source, read_instant(noted_at), json.loads(facts))


def record_event(database: Path, event: CutoverEvent, after: str | None) -> None:
    """Record an event, which is on the disk when this returns.

    Args:
        database: The operations database.
        event: What happened.
        after: The event that has to be the last so far; None for none.

    Raises:
        AlreadyRunning: Somebody else has written one meanwhile.
    """
    with open_operations_database(database) as connection:
        added = connection.execute(
            "insert into cutovers (event, actor, source, noted_at, facts) select ?, ?, ?, ?, ?"
            " where (select event from cutovers order by seq desc limit 1) is ?",
            (
                *(event.event, event.actor, event.source, event.noted_at.isoformat(), json.dumps(event.facts)),
                after,
            ),
        )
    if not added.rowcount:
        raise AlreadyRunning("Somebody else has just begun a cutover or a rollback. See how it ended.")


def is_unfinished(database: Path) -> bool:
    """Return whether a cutover or a rollback was begun and not finished."""
    event = last_event(database)
    return event is not None and event.event in (BEGUN, ROLLBACK_BEGUN)


def is_cut_over(database: Path) -> bool:
    """Return whether there was a cutover that was not rolled back."""
    event = last_event(database)
    return event is not None and event.event in (BEGUN, DONE)
