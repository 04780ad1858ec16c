"""Recording logins, refusals and logouts in the audit log, which never keeps anybody out."""

from __future__ import annotations

import logging
import sqlite3

from workflows.page_api import Settings, ShipledgerError, record_login_event

log = logging.getLogger(__name__)


def record_login(
    settings: Settings,
    event: str,
    user_name: str | None,
    address: str,
    reason: str | None = None,
    session_key: str | None = None,
) -> None:
    """Record an event of the audit log, as `record_login_event` does.

    On a full disk or with a damaged operations database an admin must still get in, to see what is wrong: what
    cannot be recorded is a line of the log instead.
    """
    try:
        record_login_event(settings.operations, event, user_name, address, reason, session_key)
    except (OSError, sqlite3.Error, ShipledgerError) as problem:
        log.error("A %s of %s from %s is not in the audit log: %s", event, user_name, address, problem)  # noqa: TRY400
