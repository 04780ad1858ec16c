"""Mail about critical alarms as soon as they begin; the daily digest has the others.

Which beginnings have been mailed is append-only, in `operations.sqlite`, and noted in the transaction that queues
the mail: killed at any moment, or run twice at once, each beginning is in one mail.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from sqlite3 import Connection

from workflows.config.formatting import moment
from workflows.config.operations_database import open_operations_database
from workflows.config.settings import Settings
from workflows.mail.outbox import add_mail
from workflows.monitoring.check_log import standing_turns
from workflows.monitoring.checks import Alarm, headline

# An alarm that comes and goes is mailed at most once in this time; if it stands at its end, it is mailed then.
QUIET = timedelta(hours=1)
SUBJECT = "Shipledger alert: "
# A mail that brings alarms and could not be sent is no reason to send another one.
_OWN_MAIL = "mail Shipledger"


def mail_critical(settings: Settings, alarms: Sequence[Alarm], now: datetime) -> list[str]:
    """Queue one mail with all critical alarms whose beginning has not been mailed.

    Args:
        settings: The home and the mail server; without a server nothing counts as mailed.
        alarms: Those that stand now.
        now: The present instant, UTC.

    Returns:
        The titles of those that it has; nothing when there is no mail.
    """
    critical = [alarm for alarm in alarms if alarm.level == "critical" and not alarm.key.startswith(_OWN_MAIL)]
    if settings.mail is None or not critical:
        return []
    with open_operations_database(settings.operations) as store:
        turns = standing_turns(store)
        new = [
            alarm for alarm in critical if alarm.key in turns and _is_due(store, alarm.key, turns[alarm.key], now)
        ]
        if new:
            key = f"alert:{max(turns[alarm.key] for alarm in new)}"
            add_mail(store, settings.mail, key, f"{SUBJECT}{headline(new)}", _body(settings, new), [], now)
            store.executemany(
                "insert into alarm_mails (turn, alarm_key, mail_key, mailed_at) values (?, ?, ?, ?)",
                [(turns[alarm.key], alarm.key, key, now.isoformat()) for alarm in new],
            )
    return [alarm.title for alarm in new]


def _is_due(store: Connection, alarm: str, turn: int, now: datetime) -> bool:
    [(is_mailed, last)] = store.execute(
        "select coalesce(max(turn = ?), 0), max(mailed_at) from alarm_mails where alarm_key = ?", [turn, alarm]
    ).fetchall()
    if is_mailed or last is None:
        return not is_mailed
    # One that was mailed in the future was mailed before the clock was set back.
    return not timedelta() <= now - datetime.fromisoformat(last) < QUIET


def _body(settings: Settings, alarms: Sequence[Alarm]) -> str:
    lines = [f"{alarm.title}{_since(settings, alarm)}\n  {alarm.detail}\n" for alarm in alarms]
    return (
        "Critical: somebody has to act.\n\n"
        + "\n".join(lines)
        + "\nWhile this lasts, no other mail repeats it but the next daily digest. `status` and the page show "
        "what still stands.\n"
    )


def _since(settings: Settings, alarm: Alarm) -> str:
    return f" (since {moment(alarm.since, settings.timezone)})" if alarm.since else ""
