"""A mail of the outbox as the bytes that are sent, the same in every attempt."""

from __future__ import annotations

import hashlib
import mimetypes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from pathlib import Path

from workflows.config.formatting import clean
from workflows.config.mail_settings import WEBHOOK
from workflows.mail.outbox import Mail

_POLICY = SMTP.clone(cte_type="7bit")


class AttachmentChanged(Exception):
    """A file is gone, or is not what it was when the mail was queued."""


def compose(mail: Mail, home: Path) -> bytes:
    """Return the whole message. Its Message-ID follows from the mail's key, so that servers recognise a repeat.

    Raises:
        AttachmentChanged: A file is gone, or is not what it was when the mail was queued.
    """
    identity = hashlib.sha256(f"{mail.key} {mail.queued_at.isoformat()}".encode()).hexdigest()[:32]
    message = EmailMessage(policy=_POLICY)
    message["From"] = mail.sender
    message["To"] = ", ".join(address for address in mail.recipients if address != WEBHOOK)
    message["Subject"] = clean(mail.subject)
    message["Date"] = format_datetime(mail.queued_at)
    message["Message-ID"] = f"<{identity}@{mail.sender.partition('@')[2]}>"
    message.set_content(mail.body)
    for attachment in mail.attachments:
        path = home / attachment.path
        kind, _, subkind = (mimetypes.guess_type(path.name)[0] or "application/octet-stream").partition("/")
        content = _read(path, attachment.digest)
        message.add_attachment(content, maintype=kind, subtype=subkind, filename=path.name)
    if mail.attachments:
        message.set_boundary(f"=_{identity}")
    return message.as_bytes()


def _read(path: Path, digest: str) -> bytes:
    try:
        content = path.read_bytes()
    except OSError as problem:
        raise AttachmentChanged(f"The attachment {path.name} is gone.") from problem
    if hashlib.sha256(content).hexdigest() != digest:
        raise AttachmentChanged(f"The attachment {path.name} has changed since the mail was queued.")
    return content
