"""Alarms as they begin and end, and which a digest has had: append-only, in `operations.sqlite`.

Each alarm is in one digest, and in no other one until it has ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection
from typing import cast

from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.monitoring.checks import Alarm, Level

_LAST_TURNS = """
    select alarm_key, level, title, detail, turned_at, seq from alarm_turns
    where is_on = 1 and seq in (select max(seq) from alarm_turns group by alarm_key) order by seq
"""


def turn_alarms(store: Path, alarms: Sequence[Alarm], now: datetime) -> list[Alarm]:
    """Note which alarms have begun and which have ended.

    Args:
        store: The operations store.
        alarms: All there are now.
        now: The present instant, UTC.

    Returns:
        The same alarms, each with since when it has stood.
    """
    with open_operations_database(store) as connection:
        on = {alarm.key: alarm for alarm, _seq in _standing(connection)}
        here = {alarm.key for alarm in alarms}
        begun = [(alarm, 1) for alarm in alarms if alarm.key not in on]
        ended = [(alarm, 0) for key, alarm in on.items() if key not in here]
        connection.executemany(
            "insert into alarm_turns (alarm_key, is_on, level, title, detail, turned_at)"
            " values (?, ?, ?, ?, ?, ?)",
            [
                (alarm.key, is_on, alarm.level, alarm.title, alarm.detail, now.isoformat())
                for alarm, is_on in [*begun, *ended]
            ],
        )
    return [replace(alarm, since=on[alarm.key].since if alarm.key in on else now) for alarm in alarms]


def with_since(store: Path, alarms: Sequence[Alarm]) -> list[Alarm]:
    """The alarms, each with since when it has stood, as far as that was noted; nothing is written."""
    with read_operations_database(store) as connection:
        on = {alarm.key: alarm.since for alarm, _seq in _standing(connection)}
    return [replace(alarm, since=on.get(alarm.key)) for alarm in alarms]


def alarms_for_digest(store: Path) -> tuple[list[Alarm], int]:
    """The alarms that stand and were in no digest yet, and the last turn of all.

    One that has begun and ended between two digests is left out: nobody can do anything about it any more.
    """
    with read_operations_database(store) as connection:
        digested = connection.execute("select coalesce(max(last_turn), 0) from alarm_digests").fetchone()[0]
        last = connection.execute("select coalesce(max(seq), 0) from alarm_turns").fetchone()[0]
        return [alarm for alarm, seq in _standing(connection) if seq > digested], int(last)


def note_digest(store: Path, last_turn: int, now: datetime) -> None:
    """Note that a digest had all alarms up to a turn."""
    with open_operations_database(store) as connection:
        connection.execute(
            "insert into alarm_digests (last_turn, told_at) values (?, ?)", (last_turn, now.isoformat())
        )


def standing_turns(store: Connection) -> dict[str, int]:
    """Number of the beginning of each alarm that stands, by its key; the store is open."""
    return {alarm.key: seq for alarm, seq in _standing(store)}


def _standing(connection: Connection) -> list[tuple[Alarm, int]]:
    return [
        (Alarm(key, cast(Level, level), title, detail, datetime.fromisoformat(at).astimezone(UTC)), seq)
        for key, level, title, detail, at, seq in connection.execute(_LAST_TURNS)
    ]
