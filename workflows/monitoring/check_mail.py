"""Mail about critical checks as soon as they begin to fail; the daily digest has the others.

What has been mailed is append-only, in `operations.sqlite`, and recorded in the transaction that queues the mail:
the beginning of a failure is in one mail, also when the process is killed or two run at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection

from workflows.config.operations_database import append_row, open_operations_database
from workflows.config.settings import Settings
from workflows.config.thresholds import MAIL_AGAIN_AFTER
from workflows.mail.outbox import add_mail
from workflows.monitoring.check_log import failing_rows
from workflows.monitoring.checks import Check, headline

_SUBJECT = "Shipledger alert: "
# An alert mail that could not be sent is no reason to send another one.
_OWN_MAIL = "mail Shipledger"


def mail_critical(settings: Settings, failed: Sequence[Check], now: datetime) -> list[str]:
    """Queue one mail with all critical checks that have begun to fail and were not mailed since.

    Args:
        settings: The home and the recipients; without any, nothing counts as mailed.
        failed: The checks that fail now.
        now: The present instant, UTC.

    Returns:
        The titles of the checks in the mail; none when there is no mail.
    """
    critical = [one for one in failed if one.severity == "critical" and not one.name.startswith(_OWN_MAIL)]
    if not settings.recipients or not critical:
        return []
    with open_operations_database(settings.operations) as connection:
        rows = failing_rows(connection)
        new = [one for one in critical if one.name in rows and _is_due(connection, one.name, rows[one.name], now)]
        if new:
            key = f"alert:{max(rows[check.name] for check in new)}"
            add_mail(connection, settings, key, f"{_SUBJECT}{headline(new)}", _body(settings, new), [], now)
            for name in (check.name for check in new):
                append_row(connection, "alarm_mails", turn=rows[name], alarm_key=name, mail_key=key, mailed_at=now)
    return [check.title for check in new]


def _is_due(connection: Connection, name: str, row: int, now: datetime) -> bool:
    [(is_mailed, last)] = connection.execute(
        "select coalesce(max(turn = ?), 0), max(mailed_at) from alarm_mails where alarm_key = ?", [row, name]
    ).fetchall()
    if is_mailed or last is None:
        return not is_mailed
    # One that was mailed in the future was mailed before the clock was set back.
    return not timedelta() <= now - datetime.fromisoformat(last) < MAIL_AGAIN_AFTER


def _body(settings: Settings, failed: Sequence[Check]) -> str:
    lines = [
        f"{check.title}{f' (since {settings.dates.moment(check.since)})' if check.since else ''}\n"
        f"  {check.detail}\n"
        for check in failed
    ]
    return (
        "Critical: somebody has to act.\n\n"
        + "\n".join(lines)
        + "\nWhile this lasts, only the next daily digest repeats it. `status` and the page list all alerts.\n"
    )
