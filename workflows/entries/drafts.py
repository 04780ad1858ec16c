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


def change_draft(database: Path, draft_id: str, kind: DraftKind, actor: str, **fields: Any) -> None:
    """Set fields of a draft, and begin it if there is none.

    Args:
        database: The operations database; made when missing.
        draft_id: The draft.
        kind: What it will be.
        actor: Who.
        fields: What JSON can hold; None removes a field.
    """
    with open_operations_database(database) as connection:
        found = _read(connection, "where draft_id = ?", draft_id)
        content = {**(found[0].content if found else {}), **fields}
        kept = json.dumps({name: value for name, value in content.items() if value is not None})
        connection.execute(
            "insert or replace into drafts (draft_id, kind, actor, content, changed_at) values (?, ?, ?, ?, ?)",
            [draft_id, kind, actor, kept, datetime.now(UTC).isoformat()],
        )


def end_draft(database: Path, draft_id: str) -> None:
    """Remove a draft that is booked or cancelled."""
    with open_operations_database(database) as connection:
        connection.execute("delete from drafts where draft_id = ?", [draft_id])


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


def _read(connection: sqlite3.Connection, which: str, *values: str) -> list[Draft]:
    rows = connection.execute(f"select draft_id, kind, actor, content, changed_at from drafts {which}", values)
    return [
        Draft(draft_id, kind, actor, json.loads(content), read_instant(changed_at))
        for draft_id, kind, actor, content, changed_at in rows
    ]
