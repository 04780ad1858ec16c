"""A mail as the bytes that are sent: its headers follow from the outbox alone, so each attempt sends the same."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from workflows.mail.message import AttachmentChanged, compose
from workflows.mail.outbox import Attachment, Mail

AT = datetime(2026, 11, 20, 20, 5, tzinfo=UTC)
MAIL = Mail(
    "eow:2026-11-16:v1",
    "ledger@example.com",
    ("owner@example.com", "dana@example.com"),
    "Weekly report: the week of \u00fc",
    "Closed.\n",
    (),
    AT,
)


def sent(mail: Mail, home: Path) -> EmailMessage:
    message = message_from_bytes(compose(mail, home), policy=default)
    assert isinstance(message, EmailMessage)
    return message


def test_a_mail_has_its_sender_all_its_readers_its_subject_and_when_it_was_queued(tmp_path: Path) -> None:
    message = sent(MAIL, tmp_path)
    assert {name: message[name] for name in ("From", "To", "Subject")} == {
        "From": "ledger@example.com",
        "To": "owner@example.com, dana@example.com",
        "Subject": "Weekly report: the week of \u00fc",
    }
    assert parsedate_to_datetime(message["Date"]) == AT
    assert message.get_content().splitlines() == ["Closed."]


def test_control_characters_are_not_in_a_subject(tmp_path: Path) -> None:
    assert "\x1b" not in str(sent(replace(MAIL, subject="Report \x1b[31m now"), tmp_path)["Subject"])


def test_a_repeat_is_known_by_its_id_and_another_mail_has_another(tmp_path: Path) -> None:
    assert compose(MAIL, tmp_path) == compose(MAIL, tmp_path)
    others = [replace(MAIL, key="eow:2026-11-16:v2"), replace(MAIL, queued_at=AT.replace(minute=6))]
    ids = [sent(mail, tmp_path)["Message-ID"] for mail in (MAIL, *others)]
    assert len(set(ids)) == 3
    assert all(one.endswith("@example.com>") for one in ids)


def test_an_attachment_goes_as_it_was_queued_or_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "reports").mkdir()
    file = tmp_path / "reports" / "invoice.pdf"
    file.write_bytes(b"%PDF-1")
    mail = replace(MAIL, attachments=(Attachment("reports/invoice.pdf", hashlib.sha256(b"%PDF-1").hexdigest()),))
    (part,) = sent(mail, tmp_path).iter_attachments()
    assert (part.get_filename(), part.get_content_type()) == ("invoice.pdf", "application/pdf")
    assert part.get_payload(decode=True) == b"%PDF-1"
    assert compose(mail, tmp_path) == compose(mail, tmp_path)
    file.write_bytes(b"%PDF-2")
    with pytest.raises(AttachmentChanged, match=r"invoice\.pdf has changed"):
        compose(mail, tmp_path)
    file.unlink()
    with pytest.raises(AttachmentChanged, match=r"invoice\.pdf is gone"):
        compose(mail, tmp_path)
