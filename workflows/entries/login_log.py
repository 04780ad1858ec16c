"""The audit log of the page's logins, in `operations.sqlite`. Append-only until `cleanup` deletes what is old."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)
from workflows.config.thresholds import KEPT_LOGINS
from workflows.errors import ShipledgerError

log = logging.getLogger(__name__)

LOGIN, REFUSAL, LOGOUT = EVENTS = ("login", "refusal", "logout")
MOST_REFUSALS = 100
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class LoginEvent:
    """One row of the audit log.

    Attributes:
        event: `login`, `refusal` or `logout`.
        user_name: A name of the users file or an address that the identity provider verified; None for any other
            name, because people sometimes type their password there.
        address: The IP address it came from.
        reason: Why a login was refused; None otherwise.
        happened_at: When, UTC.
    """

    event: str
    user_name: str | None
    address: str
    reason: str | None
    happened_at: datetime


def record_login_event(
    database: Path,
    event: str,
    user_name: str | None,
    address: str,
    reason: str | None = None,
    session_key: str | None = None,
) -> None:
    """Append a login, refusal or logout, which happened now. Never keeps anybody out.

    On a full disk or with a damaged operations database an admin must still get in, to see what is wrong: what
    cannot be recorded is a line of the log instead.

    After `MOST_REFUSALS` refusals of a name within a clock hour, one row says that no further ones are recorded
    before the next hour: attempts from ever new addresses would fill the database. Names that are not in the users
    file count together.

    See `LoginEvent` for the arguments. `session_key` names a login at an identity provider: a second event of the
    same kind is not recorded.
    """
    seen = LoginEvent(event, user_name, address, reason, datetime.now(UTC))
    try:
        with open_operations_database(database) as connection:
            _append(connection, seen, session_key)
    except (OSError, sqlite3.Error, ShipledgerError) as problem:
        log.error("A %s of %s from %s is not in the audit log: %s", event, user_name, address, problem)  # noqa: TRY400


def recent_login_events(database: Path, limit: int, events: Sequence[str] = EVENTS) -> list[LoginEvent]:
    """Return the newest rows of these events, newest first; none when the database does not exist yet."""
    marks = ", ".join("?" * len(events))
    with read_operations_database(database) as connection:
        rows = connection.execute(
            f"select event, user_name, address, reason, happened_at from login_events where event in ({marks}) "
            "order by seq desc limit ?",
            [*events, limit],
        ).fetchall()
    return [
        LoginEvent(event, user_name, address, reason, read_instant(happened_at))
        for event, user_name, address, reason, happened_at in rows
    ]


def _append(connection: sqlite3.Connection, seen: LoginEvent, session_key: str | None) -> None:
    if session_key is not None and _is_recorded(connection, seen.event, session_key):
        return
    if seen.event == REFUSAL:
        refused = _refused_this_hour(connection, seen.user_name, seen.happened_at)
        if refused > MOST_REFUSALS:
            return
        if refused == MOST_REFUSALS:
            end = _hour(seen.happened_at) + _HOUR
            seen = replace(seen, reason=f"further refusals are not recorded until {end:%H:%M} UTC")
    append_row(connection, "login_events", **asdict(seen), session_key=session_key)


def _is_recorded(connection: sqlite3.Connection, event: str, session_key: str) -> bool:
    found = connection.execute(
        "select 1 from login_events where event = ? and session_key = ? limit 1", [event, session_key]
    )
    return found.fetchone() is not None


def _refused_this_hour(connection: sqlite3.Connection, user_name: str | None, now: datetime) -> int:
    [refused] = connection.execute(
        "select count(*) from login_events where event = ? and user_name is ? and happened_at >= ?",
        [REFUSAL, user_name, _hour(now).isoformat()],
    ).fetchone()
    return int(refused)


def _hour(instant: datetime) -> datetime:
    return instant.replace(minute=0, second=0, microsecond=0)


def delete_old_login_events(database: Path, now: datetime) -> int:
    """Delete the rows that have been kept for long enough, and return how many there were."""
    with open_operations_database(database) as connection:
        return connection.execute(
            "delete from login_events where julianday(happened_at) < julianday(?)",
            [(now - KEPT_LOGINS).isoformat()],
        ).rowcount
