"""The history of checks: append-only, in `operations.sqlite`.

`health_results` has each result of each run of `health`. `alarm_turns` has when a check of `condition_checks`
began to fail and when it stopped; each failure is in one digest, and in another one only after the check has
passed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from sqlite3 import Connection
from typing import cast

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)
from workflows.config.settings import Settings
from workflows.monitoring.checks import Check, Severity

_FAILING = """
    select alarm_key, level, title, detail, turned_at, seq from alarm_turns
    where is_on = 1 and seq in (select max(seq) from alarm_turns group by alarm_key) order by seq
"""


@dataclass(frozen=True)
class HealthPoint:
    """The result of a run of `health`: when (UTC), how many checks passed, and the names of those that failed."""

    checked_at: datetime
    passed: int
    failed: list[str]


@dataclass(frozen=True)
class HealthResults:
    """The last run of `health`: when (UTC), and by name whether each check passed."""

    checked_at: datetime
    results: dict[str, bool]


def record_results(database: Path, checked_at: datetime, snapshot: str, checks: Sequence[Check]) -> None:
    """Record the results of a run of `health`."""
    run = {"checked_at": checked_at, "snapshot": snapshot}
    with open_operations_database(database) as connection:
        for check in checks:
            append_row(
                connection, "health_results", **run, name=check.name, is_ok=check.is_ok, detail=check.detail
            )


def health_history(settings: Settings, days: int = 90) -> list[HealthPoint]:
    """Return the results of the last days, the oldest first."""
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    with read_operations_database(settings.operations) as connection:
        rows = connection.execute(
            "select checked_at, sum(is_ok), group_concat(case when is_ok then null else name end, '|')"
            " from health_results where checked_at >= ? group by checked_at order by checked_at",
            (since,),
        ).fetchall()
    return [
        HealthPoint(read_instant(at), passed, failed.split("|") if failed else []) for at, passed, failed in rows
    ]


def last_results(database: Path) -> HealthResults | None:
    """Return the results of the last run of `health`; None before the first."""
    with read_operations_database(database) as connection:
        rows = connection.execute(
            "select checked_at, name, is_ok from health_results"
            " where checked_at = (select max(checked_at) from health_results)"
        ).fetchall()
    return (
        HealthResults(read_instant(rows[0][0]), {name: bool(is_ok) for _, name, is_ok in rows}) if rows else None
    )


def record_failures(database: Path, failed: Sequence[Check], now: datetime) -> list[Check]:
    """Record which checks have begun to fail and which have stopped.

    Args:
        database: The operations database.
        failed: All that fail now.
        now: The present instant, UTC.

    Returns:
        The same checks, each with since when it has failed.
    """
    with open_operations_database(database) as connection:
        before = {check.name: check for check, _seq in _failing(connection)}
        names = {check.name for check in failed}
        begun = [(check, 1) for check in failed if check.name not in before]
        ended = [(check, 0) for name, check in before.items() if name not in names]
        for check, is_on in [*begun, *ended]:
            texts = {"level": check.severity, "title": check.title, "detail": check.detail}
            append_row(connection, "alarm_turns", alarm_key=check.name, is_on=is_on, **texts, turned_at=now)
    return [replace(one, since=before[one.name].since if one.name in before else now) for one in failed]


def with_since(database: Path, failed: Sequence[Check]) -> list[Check]:
    """Return the checks with since when they have failed, as far as that was recorded; nothing is written."""
    with read_operations_database(database) as connection:
        since = {check.name: check.since for check, _seq in _failing(connection)}
    return [replace(check, since=since.get(check.name)) for check in failed]


def failures_for_digest(database: Path) -> tuple[list[Check], int]:
    """Return the failing checks that were in no digest yet, and the number of the last row of the history.

    A check that failed and passed again between two digests is left out: there is nothing left to do.
    """
    with read_operations_database(database) as connection:
        digested = connection.execute("select coalesce(max(last_turn), 0) from alarm_digests").fetchone()[0]
        last = connection.execute("select coalesce(max(seq), 0) from alarm_turns").fetchone()[0]
        return [check for check, seq in _failing(connection) if seq > digested], int(last)


def record_digest(database: Path, last_row: int, now: datetime) -> None:
    """Record that a digest covered the history up to a row."""
    with open_operations_database(database) as connection:
        append_row(connection, "alarm_digests", last_turn=last_row, told_at=now)


def failing_rows(connection: Connection) -> dict[str, int]:
    """Return, by name, the row of the history in which each failing check began to fail."""
    return {check.name: seq for check, seq in _failing(connection)}


def _failing(connection: Connection) -> list[tuple[Check, int]]:
    return [
        (Check(name, title, False, detail, cast(Severity, severity), read_instant(at)), seq)
        for name, severity, title, detail, at, seq in connection.execute(_FAILING)
    ]
