"""The outbox: mails and their delivery, append-only, in `operations.sqlite`.

A mail has one row and, for each of its recipients, a history of events. The last event is the state:

| event | it says | what follows |
|---|---|---|
| `queued`, `retried` | it is to be sent | an attempt |
| `attempted` | an attempt began; the server cannot have accepted anything yet | another attempt |
| `handing_over` | the server has the mail except for its last line, which is sent next | nothing: see below |
| `sent` | the server accepted it | nothing |
| `failed` | it did not accept it, and may do so later | another attempt, later |
| `given_up` | it never will, or three days have passed | nothing until it is retried |

When a process is killed before `handing_over`, the mail was certainly not sent: it is sent later. When it is
killed between `handing_over` and `sent`, the mail has very probably arrived: it is not sent again by itself, but
shown as uncertain.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from sqlite3 import Connection

from workflows.config.operations_database import append_row, open_operations_database
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError


@dataclass(frozen=True)
class Attachment:
    """A file of a mail, as it was when the mail was queued.

    Attributes:
        path: Below the home.
        digest: SHA-256 of its content.
    """

    path: str
    digest: str


@dataclass(frozen=True)
class Mail:
    """A mail in the outbox."""

    key: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    body: str
    attachments: tuple[Attachment, ...]
    queued_at: datetime


@dataclass(frozen=True)
class RecipientState:
    """The state of a mail for one recipient.

    Attributes:
        mail: The mail.
        recipient: The address, or `webhook`.
        event: The last event.
        detail: What was noted with it.
        happened_at: When, UTC.
        failures: Attempts that failed since it was queued or retried.
        waits_since: When (UTC) it was queued or last retried.
    """

    mail: Mail
    recipient: str
    event: str
    detail: str
    happened_at: datetime
    failures: int
    waits_since: datetime


def queue_mail(settings: Settings, key: str, subject: str, body: str, attachments: Sequence[Path]) -> bool:
    """Put a mail into the outbox, once for each key: asking again with the same key changes nothing.

    Args:
        settings: The home, and the recipients.
        key: What it is about and which version, such as `eow:2026-11-16:v1`.
        subject: One line; line breaks in it become blanks.
        body: Plain text.
        attachments: Files below the home, which must stay as they are.

    Returns:
        Whether it is in the outbox; it is not when neither a mail server nor a webhook is configured.

    Raises:
        ShipledgerError: An attachment cannot be read.
    """
    if not settings.recipients:
        return False
    files = [_attachment(settings.home, path) for path in attachments]
    with open_operations_database(settings.operations) as store:
        add_mail(store, settings, key, subject, body, files, datetime.now(UTC))
    return True


def add_mail(
    store: Connection,
    settings: Settings,
    key: str,
    subject: str,
    body: str,
    attachments: Sequence[Attachment],
    now: datetime,
) -> None:
    """Put a mail into the open outbox, in its transaction; see `queue_mail`. Its dates are as on the page."""
    added = store.execute(
        "insert into mails values (?, ?, ?, ?, ?, ?, ?) on conflict (mail_key) do nothing",
        [
            key,
            settings.mail.sender if settings.mail else "",
            json.dumps(settings.recipients),
            " ".join(settings.dates.in_mail(subject).split()),
            settings.dates.in_mail(body),
            json.dumps([[file.path, file.digest] for file in attachments]),
            now.isoformat(),
        ],
    ).rowcount
    if added:
        for recipient in settings.recipients:
            note(store, key, recipient, "queued", "", now)


def note(store: Connection, key: str, recipient: str, event: str, detail: str, now: datetime) -> None:
    """Append an event."""
    at = now.astimezone(UTC)
    append_row(store, "mail_events", mail_key=key, recipient=recipient, event=event, detail=detail, happened_at=at)


def read_states(store: Connection, key: str | None = None) -> list[RecipientState]:
    """Return the state of every mail, or of one, for each of its recipients, the oldest mail first."""
    mails = {
        row[0]: _mail(row)
        for row in store.execute(
            "select mail_key, sender, recipients, subject, body, attachments, queued_at from mails"
            " where ?1 is null or mail_key = ?1",
            [key],
        )
    }
    states: dict[tuple[str, str], RecipientState] = {}
    for mail_key, recipient, event, detail, at in store.execute(
        "select mail_key, recipient, event, detail, happened_at from mail_events"
        " where ?1 is null or mail_key = ?1 order by seq",
        [key],
    ):
        before = states.get((mail_key, recipient))
        happened_at = datetime.fromisoformat(at)
        starts = before is None or event in ("queued", "retried")
        states[mail_key, recipient] = RecipientState(
            mail=mails[mail_key],
            recipient=recipient,
            event=event,
            detail=detail,
            happened_at=happened_at,
            failures=0 if before is None or starts else before.failures + (event == "failed"),
            waits_since=happened_at if before is None or starts else before.waits_since,
        )
    return sorted(states.values(), key=lambda state: state.mail.queued_at)


def _mail(row: Sequence[str]) -> Mail:
    key, sender, recipients, subject, body, attachments, queued_at = row
    return Mail(
        key=key,
        sender=sender,
        recipients=tuple(json.loads(recipients)),
        subject=subject,
        body=body,
        attachments=tuple(Attachment(*file) for file in json.loads(attachments)),
        queued_at=datetime.fromisoformat(queued_at),
    )


def _attachment(home: Path, path: Path) -> Attachment:
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        return Attachment(str(path.absolute().relative_to(home.absolute())), digest)
    except (OSError, ValueError) as problem:
        raise ShipledgerError(
            f"The attachment {path.name} cannot be read from the home. Make the report again, then queue the mail."
        ) from problem
