"""Delivering the outbox: each mail to each recipient once, with retries for three days."""

from __future__ import annotations

import fcntl
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from workflows.config.mail_settings import WEBHOOK
from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.config.settings import Settings
from workflows.errors import Advice, UsageError
from workflows.mail.message import AttachmentChanged, compose
from workflows.mail.outbox import RecipientState, note, read_states
from workflows.mail.smtp_session import NotSent, Unknown, send
from workflows.mail.webhook import post

log = logging.getLogger(__name__)

# Keys of mails that only try the server begin so. One that fails is not tried again, and is no alert.
TEST = "test:"
_LOCK = "outbox.lock"
# The pause after the first failure, the second and so on; after more, the last one.
_PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240))
_PATIENCE = timedelta(days=3)
_STATES = {"sent": "sent", "given_up": "given up", "handing_over": "uncertain"}
_UNCERTAIN = (
    "Shipledger was stopped, or the server did not answer, while the mail was handed over. It has very probably "
    "arrived, and is not sent again. Ask the recipient; if it is missing, send it again."
)


@dataclass(frozen=True)
class Delivery:
    """The state of a mail for one recipient.

    Attributes:
        key: The mail's key.
        recipient: The address, or `webhook`.
        subject: The mail's subject.
        state: waiting, sent, uncertain or given up.
        detail: The server's answer, or what went wrong and what to do.
        queued_at: When it was put into the outbox, UTC.
        changed_at: Since when it has this state, UTC.
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


def deliver_outbox(settings: Settings, now: datetime, key: str | None = None) -> list[Delivery]:
    """Send the mails that are due. It may be killed at any moment, and called again at any time.

    After a temporary refusal it is tried again after 1, 5, 15 and 60 minutes and then every four hours, for three
    days; after a permanent one (5xx) it is given up at once.

    Args:
        settings: Where, and through which server.
        now: The instant that decides what is due.
        key: The only mail to send; all by default.

    Returns:
        The states of the mails that were tried; none when neither a mail server nor a webhook is configured.
    """
    if not settings.recipients or not settings.operations.exists():
        return []
    tried: list[Delivery] = []
    with _alone(settings):
        with read_operations_database(settings.operations) as store:
            due = [
                state
                for state in read_states(store, key)
                if _is_configured(settings, state.recipient) and _is_due(state, now)
            ]
        for state in due:
            _attempt(settings, state, now)
            with read_operations_database(settings.operations) as store:
                tried += [
                    _delivery(after)
                    for after in read_states(store, state.mail.key)
                    if after.recipient == state.recipient
                ]
    return tried


def read_outbox(settings: Settings, key: str | None = None) -> list[Delivery]:
    """Return the states of all mails, or of one, the newest first; also while mail is being sent."""
    with read_operations_database(settings.operations) as store:
        return [_delivery(state) for state in reversed(read_states(store, key))]


def retry_mail(
    settings: Settings, key: str, now: datetime | None = None, *, actor: str = "", waits: bool = True
) -> list[Delivery]:
    """Queue a mail again for the recipients who lack it; its attempts begin again.

    Args:
        settings: Where.
        key: The mail's key.
        now: When it is asked for, UTC; the present by default.
        actor: Who asks for it.
        waits: Whether to wait while another process sends mail, which may take minutes.

    Returns:
        Its states now.

    Raises:
        UsageError: There is no such mail, it was sent to all, or mail is being sent and `waits` is false.
    """
    with _alone(settings, waits=waits), open_operations_database(settings.operations) as store:
        states = read_states(store, key)
        missing = [state for state in states if state.event != "sent"]
        if not states:
            raise UsageError(
                f"There is no mail {key!r} in the outbox.",
                advice=Advice("`mail` lists them.", "See Runs and health."),
            )
        if not missing:
            raise UsageError(f"The mail {key!r} was sent to everybody. Nothing to retry.")
        for state in missing:
            detail = f"{actor} asked to send it again." if actor else ""
            note(store, key, state.recipient, "retried", detail, now or datetime.now(UTC))
        return [_delivery(state) for state in read_states(store, key)]


def _is_configured(settings: Settings, recipient: str) -> bool:
    return settings.webhook_url is not None if recipient == WEBHOOK else settings.mail is not None


def _attempt(settings: Settings, state: RecipientState, now: datetime) -> None:
    """Try once to send a mail; each event is on disk before the next step begins."""

    def noted(event: str, detail: str = "") -> None:
        with open_operations_database(settings.operations) as store:
            note(store, state.mail.key, state.recipient, event, detail, now)

    noted("attempted")
    try:
        _send(settings, state, lambda: noted("handing_over"), lambda answer: noted("sent", answer))
    except AttachmentChanged as problem:
        noted("given_up", f"{problem} Close the period again, which queues a mail of its own.")
    except Unknown:
        log.warning("mail %s may or may not have arrived; `mail` says why", state.mail.key)
    except NotSent as problem:
        is_test = state.mail.key.startswith(TEST)
        ends = is_test or problem.is_final or now - state.waits_since > _PATIENCE
        noted("given_up" if ends else "failed", _advice(problem, ends=ends))
        # A server's answer often repeats the recipient's address, which must not be logged.
        log.warning("mail %s was not sent; `mail` says why", state.mail.key)
    else:
        log.info("mail %s was sent", state.mail.key)


def _send(
    settings: Settings,
    state: RecipientState,
    before_handing_over: Callable[[], None],
    when_accepted: Callable[[str], None],
) -> None:
    mail = state.mail
    if state.recipient == WEBHOOK:
        assert settings.webhook_url is not None
        post(settings.webhook_url, mail, before_handing_over, when_accepted)
        return
    assert settings.mail is not None
    # A mail queued for a webhook alone has no sender, and no address among its recipients.
    message = compose(mail, settings.home)
    send(settings.mail, mail.sender, state.recipient, message, before_handing_over, when_accepted)


def _advice(problem: NotSent, *, ends: bool) -> str:
    return f"{problem} {'Remove the cause, then send it again.' if ends else 'It will be tried again.'}"


def _is_due(state: RecipientState, now: datetime) -> bool:
    if state.event in _STATES:
        return False
    next_attempt_at = _next_attempt_at(state)
    # An event in the future was noted before the clock was set back: it says nothing about the pause.
    return now >= next_attempt_at or now < state.happened_at


def _next_attempt_at(state: RecipientState) -> datetime:
    if state.event != "failed":
        return state.happened_at
    return state.happened_at + _PAUSES[min(state.failures, len(_PAUSES)) - 1]


def _delivery(state: RecipientState) -> Delivery:
    name = _STATES.get(state.event, "waiting")
    # Who asked for it again is no answer of the server.
    detail = "" if state.event == "retried" else state.detail
    return Delivery(
        key=state.mail.key,
        recipient=state.recipient,
        subject=state.mail.subject,
        state=name,
        detail=_UNCERTAIN if name == "uncertain" else detail,
        queued_at=state.mail.queued_at,
        changed_at=state.happened_at,
        next_attempt_at=_next_attempt_at(state) if name == "waiting" else None,
    )


@contextmanager
def _alone(settings: Settings, *, waits: bool = True) -> Iterator[None]:
    """Hold the lock with which only one process sends; the operating system releases it when the process dies."""
    with (settings.home / _LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX if waits else fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as problem:
            raise UsageError("Mail is being sent at this moment. Try again in a minute.") from problem
        yield
