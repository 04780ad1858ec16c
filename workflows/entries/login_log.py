"""The audit log of the page's logins, in `operations.sqlite`. Append-only until `cleanup` deletes what is old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from workflows.config.operations_database import (
    append_row,
    open_operations_database,
    read_instant,
    read_operations_database,
)
from workflows.config.thresholds import KEPT_LOGINS

LOGIN, REFUSAL, LOGOUT = "login", "refusal", "logout"


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
    database: Path, event: str, user_name: str | None, address: str, reason: str | None = None
) -> None:
    """Append a login, refusal or logout, which happened now; see `LoginEvent`."""
    with open_operations_database(database) as connection:
        append_row(
            connection,
            "login_events",
            event=event,
            user_name=user_name,
            address=address,
            reason=reason,
            happened_at=datetime.now(UTC),
        )


def recent_login_events(database: Path, limit: int) -> list[LoginEvent]:
    """Return the newest rows, newest first; none when the database does not exist yet."""
    with read_operations_database(database) as connection:
        rows = connection.execute(
            "select event, user_name, address, reason, happened_at from login_events order by seq desc limit ?",
            [limit],
        ).fetchall()
    return [
        LoginEvent(event, user_name, address, reason, read_instant(happened_at))
        for event, user_name, address, reason, happened_at in rows
    ]


def delete_old_login_events(database: Path, now: datetime) -> int:
    """Delete the rows that have been kept for long enough, and return how many there were."""
    with open_operations_database(database) as connection:
        return connection.execute(
            "delete from login_events where julianday(happened_at) < julianday(?)",
            [(now - KEPT_LOGINS).isoformat()],
        ).rowcount
