"""Acknowledged exceptions: append-only rows in the operations database.

An acknowledgement holds for one exception and the cause it had then; for another cause the exception is open
again. It does not depend on later loads, so that a failed one can neither make nor end it.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflows.config.operations_database import append_row, open_operations_database, read_operations_database
from workflows.errors import DatabaseBusy, HomeUnusable, ShipledgerError, UsageError

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Acknowledgement:
    """A note with which somebody has acknowledged an exception.

    Attributes:
        exception_id: Key of the exception in the published snapshot.
        cause: The exception's cause at that time; for another cause it does not hold.
        note: Why nothing more is to be done, or what was done.
        actor: Who.
        acknowledged_at: When, UTC.
    """

    exception_id: str
    cause: str
    note: str
    actor: str
    acknowledged_at: datetime


class AcknowledgementsUnreadable(ShipledgerError):
    """The operations database cannot be read, so that no exception counts as acknowledged."""


def acknowledge(database: Path, exception_id: str, cause: str, note: str, actor: str) -> None:
    """Acknowledge an exception with a note.

    Args:
        database: The operations database; made when missing.
        exception_id: Key of the exception.
        cause: Its cause as it was shown.
        note: At least a word.
        actor: Who.

    Raises:
        UsageError: The note is empty or too long.
    """
    words = " ".join(note.split())
    if not words:
        raise UsageError("Write a note: what you found, or why nothing has to be done.")
    if len(words) > LONGEST_NOTE:
        raise UsageError(f"The note has {len(words)} characters; {LONGEST_NOTE} is the most.")
    _append(database, exception_id, cause, words, actor, is_taken_back=False)


def take_back(database: Path, exception_id: str, cause: str, actor: str) -> None:
    """Open an acknowledged exception again; the note stays in the history."""
    _append(database, exception_id, cause, "", actor, is_taken_back=True)


def current_acknowledgements(database: Path) -> list[Acknowledgement]:
    """Return the acknowledgements that hold, the newest first; none when there is no database.

    Raises:
        AcknowledgementsUnreadable: The database exists and cannot be read.
    """
    try:
        with read_operations_database(database) as connection:
            rows = connection.execute("""
                select exception_id, cause, note, actor, acknowledged_at from acknowledgements as newest
                where is_taken_back = 0 and seq = (
                    select max(seq) from acknowledgements as any_of
                    where any_of.exception_id = newest.exception_id and any_of.cause = newest.cause
                )
                order by seq desc
            """).fetchall()
    except (sqlite3.Error, HomeUnusable, DatabaseBusy) as problem:
        raise AcknowledgementsUnreadable(
            f"The notes on exceptions in {database.name} cannot be read ({problem}), so all exceptions are shown. "
            "Check whether the file is damaged; docs/administrator.md says how to restore it."
        ) from problem
    return [
        Acknowledgement(key, cause, note, actor, datetime.fromisoformat(at))
        for key, cause, note, actor, at in rows
    ]


def _append(database: Path, exception_id: str, cause: str, note: str, actor: str, *, is_taken_back: bool) -> None:
    with open_operations_database(database) as connection:
        append_row(
            connection,
            "acknowledgements",
            exception_id=exception_id,
            cause=cause,
            is_taken_back=is_taken_back,
            note=note,
            actor=actor,
            acknowledged_at=datetime.now(UTC),
        )
