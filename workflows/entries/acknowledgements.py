"""Exceptions somebody has looked at: append-only rows in the operations store.

An acknowledgement holds for one exception and the cause it had then. What a scan finds or does not find never
touches it, so a scan that failed can neither make one nor end one; a new cause is simply another cause.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.errors import ShipledgerError, UsageError

LONGEST_NOTE = 500


@dataclass(frozen=True)
class Acknowledgement:
    """Somebody has looked at an exception and left a note.

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
    """The operations store cannot be read: nothing may be taken for acknowledged."""


def acknowledge(store: Path, exception_id: str, cause: str, note: str, actor: str) -> None:
    """Note that somebody has looked at an exception.

    Args:
        store: The operations store; made when missing.
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
    _append(store, exception_id, cause, words, actor, is_taken_back=False)


def take_back(store: Path, exception_id: str, cause: str, actor: str) -> None:
    """Open an acknowledged exception again; what was noted stays on record."""
    _append(store, exception_id, cause, "", actor, is_taken_back=True)


def current_acknowledgements(store: Path) -> list[Acknowledgement]:
    """What stands acknowledged, the newest first; none when there is no store.

    Raises:
        AcknowledgementsUnreadable: The store is there and cannot be read.
    """
    try:
        with read_operations_database(store) as connection:
            rows = connection.execute("""
                select exception_id, cause, note, actor, acknowledged_at from acknowledgements as newest
                where is_taken_back = 0 and seq = (
                    select max(seq) from acknowledgements as any_of
                    where any_of.exception_id = newest.exception_id and any_of.cause = newest.cause
                )
                order by seq desc
            """).fetchall()
    except sqlite3.Error as problem:
        raise AcknowledgementsUnreadable(
            f"The notes on exceptions in {store.name} cannot be read ({problem}), so all exceptions are shown. "
            "Look whether the file is damaged; the runbook says how to bring it back."
        ) from problem
    return [
        Acknowledgement(key, cause, note, actor, datetime.fromisoformat(at))
        for key, cause, note, actor, at in rows
    ]


def _append(store: Path, exception_id: str, cause: str, note: str, actor: str, *, is_taken_back: bool) -> None:
    with open_operations_database(store) as connection:
        connection.execute(
            "insert into acknowledgements (exception_id, cause, is_taken_back, note, actor, acknowledged_at)"
            " values (?, ?, ?, ?, ?, ?)",
            [exception_id, cause, int(is_taken_back), note, actor, datetime.now(UTC).isoformat()],
        )
