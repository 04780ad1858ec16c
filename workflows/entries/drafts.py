"""Counts and entries in progress: kept by id in the operations database until they are booked or cancelled.

A draft is what somebody has typed so far. It is no entry: the ledger knows nothing of it, and it may be wrong.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from workflows.config.operations_database import open_operations_database, read_instant, read_operations_database
from workflows.config.thresholds import KEPT_DRAFTS
from workflows.errors import EntryRefused

ENDED = "This has been booked or cancelled meanwhile."
DraftKind = Literal["receive", "adjust", "count"]


@dataclass(frozen=True)
class Draft:
    """A count or entry in progress.

    Attributes:
        draft_id: Its own id; what it books has ids made of it, so that it is booked once.
        kind: receive, adjust or count.
        actor: Who changed it last.
        content: What was typed, by field.
        changed_at: When it was changed last, UTC.
    """

    draft_id: str
    kind: str
    actor: str
    content: Mapping[str, Any]
    changed_at: datetime


def begin_draft(database: Path, draft_id: str, kind: DraftKind, actor: str, **fields: Any) -> None:
    """Begin a draft.

    Args:
        database: The operations database; made when missing.
        draft_id: A new id.
        kind: What it will be.
        actor: Who.
        fields: What JSON can hold; None is left out.
    """
    with open_operations_database(database) as connection:
        connection.execute(
            "insert into drafts (draft_id, kind, actor, content, changed_at) values (?, ?, ?, ?, ?)",
            [draft_id, kind, actor, _as_json(fields), datetime.now(UTC).isoformat()],
        )


def change_draft(database: Path, draft_id: str, actor: str, **fields: Any) -> None:
    """Set fields of a draft.

    Args:
        database: The operations database.
        draft_id: The draft.
        actor: Who.
        fields: What JSON can hold; None removes a field.

    Raises:
        EntryRefused: It has been booked or cancelled meanwhile: it does not come back.
    """
    with open_operations_database(database) as connection:
        found = _read(connection, "where draft_id = ?", draft_id)
        if not found:
            raise EntryRefused(ENDED, "draft")
        connection.execute(
            "update drafts set actor = ?, content = ?, changed_at = ? where draft_id = ?",
            [actor, _as_json({**found[0].content, **fields}), datetime.now(UTC).isoformat(), draft_id],
        )


def end_draft(database: Path, draft_id: str) -> None:
    """Remove a draft that is booked or cancelled."""
    with open_operations_database(database) as connection:
        connection.execute("delete from drafts where draft_id = ?", [draft_id])


def delete_old_drafts(database: Path, now: datetime) -> int:
    """Delete the drafts that nobody has changed for long enough, and return how many there were."""
    with open_operations_database(database) as connection:
        return connection.execute(
            "delete from drafts where julianday(changed_at) < julianday(?)", [(now - KEPT_DRAFTS).isoformat()]
        ).rowcount


def read_draft(database: Path, draft_id: str) -> Draft | None:
    """Return a draft; None when it is booked, cancelled, or was never begun."""
    with read_operations_database(database) as connection:
        found = _read(connection, "where draft_id = ?", draft_id)
    return found[0] if found else None


def open_drafts(database: Path, *kinds: DraftKind) -> list[Draft]:
    """Return all drafts of some kinds, the newest first; none when there is no database."""
    with read_operations_database(database) as connection:
        every = _read(connection, "order by changed_at desc, draft_id")
    return [draft for draft in every if draft.kind in kinds]


def _as_json(fields: Mapping[str, Any]) -> str:
    return json.dumps({name: value for name, value in fields.items() if value is not None})


def _read(connection: sqlite3.Connection, which: str, *values: str) -> list[Draft]:
    rows = connection.execute(f"select draft_id, kind, actor, content, changed_at from drafts {which}", values)
    return [
        Draft(draft_id, kind, actor, json.loads(content), read_instant(changed_at))
        for draft_id, kind, actor, content, changed_at in rows
    ]
