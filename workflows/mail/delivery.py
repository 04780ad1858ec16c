"""Delivering the outbox: each mail to each recipient once, with patience when the server has none."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflows.config.mail_settings import MailSettings
from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.config.settings import Settings
from workflows.errors import UsageError
from workflows.mail.message import AttachmentChanged, compose
from workflows.mail.outbox import Mail, Standing, note, read_standings
from workflows.mail.smtp_session import NotSent, Unknown, send

log = logging.getLogger(__name__)

_LOCK = "outbox.lock"
# After so many failures wait so long; the last one from there on.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_PATIENCE = timedelta(days=3)
_STATES = {"sent": "sent", "given_up": "given up", "handing_over": "uncertain"}
_UNCERTAIN = (
    "Shipledger was stopped, or the server went silent, just when the mail was handed over. It has very probably "
    "arrived, and is not sent again by itself. Ask its reader; if it is missing, use `mail --retry {key}`."
)


@dataclass(frozen=True)
class Delivery:
    """Where a mail to one recipient stands.

    Attributes:
        key: The mail's key.
        recipient: The address.
        subject: The mail's subject.
        state: waiting, sent, uncertain or given up.
        detail: The server's answer, or what went wrong and what to do.
        queued_at: When it was put into the outbox, UTC.
        changed_at: When this state was noted, UTC.
        next_attempt_at: From when on (UTC) it is tried again; None when it is not.
    """

    key: str
    recipient: str
    subject: str
    state: str
    detail: str
    queued_at: datetime
    changed_at: datetime
    next_attempt_at: datetime | None


def deliver_outbox(settings: Settings, now: datetime) -> list[Delivery]:
    """Send what is due. Safe to be killed at any moment, and to be called again at any time.

    A refusal that may pass is tried again after 1, 5, 15 and 60 minutes and then every four hours, for three days;
    one that will not (5xx) is given up at once.

    Args:
        settings: Where, and through which server.
        now: The instant that decides what is due.

    Returns:
        Where the mails stand that were tried; nothing when no mail server is configured.
    """
    if settings.mail is None or not settings.operations.exists():
        return []
    tried: list[Delivery] = []
    with _alone(settings):
        with open_operations_database(settings.operations) as store:
            due = [standing for standing in read_standings(store) if _is_due(standing, now)]
        for standing in due:
            _attempt(settings, settings.mail, standing, now)
            with open_operations_database(settings.operations) as store:
                tried += [
                    _delivery(after)
                    for after in read_standings(store, standing.mail.key)
                    if after.recipient == standing.recipient
                ]
    return tried


def read_outbox(settings: Settings, key: str | None = None) -> list[Delivery]:
    """Where all mails stand, or one of them, the newest first; without the outbox's lock, so at any time."""
    if not settings.operations.exists():
        return []
    with read_operations_database(settings.operations) as store:
        return [_delivery(standing) for standing in reversed(read_standings(store, key))]


def retry_mail(
    settings: Settings, key: str, now: datetime | None = None, *, actor: str = "", waits: bool = True
) -> list[Delivery]:
    """Have a mail sent again to all who are not known to have it; its attempts begin again as those of a new one.

    Args:
        settings: Where.
        key: The mail's key.
        now: When it is asked for, UTC; the present by default.
        actor: Who asks for it.
        waits: Wait until whoever sends mail at this moment has ended, which may take minutes.

    Returns:
        Where it stands now.

    Raises:
        UsageError: There is no such mail, or all have it, or mail is being sent and nobody waits.
    """
    with _alone(settings, waits=waits), open_operations_database(settings.operations) as store:
        standings = read_standings(store, key)
        missing = [standing for standing in standings if standing.event != "sent"]
        if not standings:
            raise UsageError(f"There is no mail {key!r} in the outbox. `mail` lists them.")
        if not missing:
            raise UsageError(f"The mail {key!r} was sent to everybody. Nothing to retry.")
        for standing in missing:
            detail = f"{actor} asked for it again." if actor else ""
            note(store, key, standing.recipient, "retried", detail, now or datetime.now(UTC))
        return [_delivery(standing) for standing in read_standings(store, key)]


def _attempt(settings: Settings, mail: MailSettings, standing: Standing, now: datetime) -> None:
    """One attempt, with each of its moments noted on disk before the next one begins."""

    def noted(event: str, detail: str = "") -> None:
        with open_operations_database(settings.operations) as store:
            note(store, standing.mail.key, standing.recipient, event, detail, now)

    noted("attempted")
    try:
        message = compose(standing.mail, settings.home)
        send(
            mail,
            standing.mail.sender,
            standing.recipient,
            message,
            before_handing_over=lambda: noted("handing_over"),
            when_accepted=lambda answer: noted("sent", answer),
        )
    except AttachmentChanged as problem:
        noted("given_up", f"{problem} Make the report again with --force, which queues a mail of its own.")
    except Unknown:
        log.warning("mail %s may or may not have arrived; `mail` says why", standing.mail.key)
    except NotSent as problem:
        ends = problem.is_final or now - standing.waits_since > _PATIENCE
        noted("given_up" if ends else "failed", _advice(problem, standing.mail, ends=ends))
        # A server's words often repeat the reader's address, which no log is to hold.
        log.warning("mail %s was not sent; `mail` says why", standing.mail.key)
    else:
        log.info("mail %s was sent", standing.mail.key)


def _advice(problem: NotSent, mail: Mail, *, ends: bool) -> str:
    if not ends:
        return f"{problem} It is tried again by itself."
    return f"{problem} Remove the cause, then use `mail --retry {mail.key}`."


def _is_due(standing: Standing, now: datetime) -> bool:
    if standing.event in _STATES:
        return False
    next_attempt_at = _next_attempt_at(standing)
    # A failure noted in the future was noted before the clock was set back: it says nothing about the pause.
    return now >= next_attempt_at or now < standing.happened_at


def _next_attempt_at(standing: Standing) -> datetime:
    if standing.event != "failed":
        return standing.happened_at
    return standing.happened_at + _PAUSES[min(standing.failures, len(_PAUSES)) - 1]


def _delivery(standing: Standing) -> Delivery:
    state = _STATES.get(standing.event, "waiting")
    return Delivery(
        key=standing.mail.key,
        recipient=standing.recipient,
        subject=standing.mail.subject,
        state=state,
        detail=_said(standing, state),
        queued_at=standing.mail.queued_at,
        changed_at=standing.happened_at,
        next_attempt_at=_next_attempt_at(standing) if state == "waiting" else None,
    )


def _said(standing: Standing, state: str) -> str:
    """The server's answer or what went wrong; who asked for it again is neither."""
    if state == "uncertain":
        return _UNCERTAIN.format(key=standing.mail.key)
    return "" if standing.event == "retried" else standing.detail


@contextmanager
def _alone(settings: Settings, *, waits: bool = True) -> Iterator[None]:
    """Only one process sends; the operating system gives the lock back when it dies."""
    with (settings.home / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise UsageError("Mail is being sent at this moment. Try again in a minute.") from problem
        yield
