"""A mail that is tried again: by itself, by somebody, by two processes at once; and what is written about it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from inbox import Inbox

from workflows.config.operations_database import open_operations_database
from workflows.config.settings import Settings
from workflows.mail import Delivery, deliver_outbox, queue_mail, read_outbox, retry_mail
from workflows.mail.message import compose
from workflows.mail.outbox import read_states

KEY = "eow:2026-11-16:v1"
OWNER = "owner@example.com"
NOW = datetime.now(UTC) + timedelta(seconds=5)
MONTH_LATER = NOW + timedelta(days=30)


def test_a_retry_waits_as_patiently_as_a_new_mail(settings: Settings, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "451 try again later"
    queue_mail(settings, KEY, "Weekly", "text", [])
    for hours in range(0, 80, 4):
        deliver_outbox(settings, NOW + timedelta(hours=hours))
    assert [one.state for one in read_outbox(settings)] == ["given up"]
    for asked_at in (MONTH_LATER, MONTH_LATER + timedelta(days=30)):
        retry_mail(settings, KEY, asked_at)
        [delivery] = deliver_outbox(settings, asked_at)
        assert (delivery.state, delivery.next_attempt_at) == ("waiting", asked_at + timedelta(minutes=1))
        [delivery] = deliver_outbox(settings, asked_at + timedelta(minutes=1))
        assert (delivery.state, delivery.next_attempt_at) == ("waiting", asked_at + timedelta(minutes=6))


def test_two_deliveries_at_once_send_a_mail_once(settings: Settings, inbox: Inbox) -> None:
    tried: list[list[Delivery]] = []
    other = threading.Thread(target=lambda: tried.append(deliver_outbox(settings, NOW)))
    inbox.at_recipient = lambda: None if other.ident else other.start()
    queue_mail(settings, KEY, "Weekly", "text", [])
    assert [one.state for one in deliver_outbox(settings, NOW)] == ["sent"]
    other.join()
    assert (tried, inbox.subjects(OWNER)) == ([[]], ["Weekly"])


@pytest.mark.usefixtures("inbox")
def test_a_mail_is_the_same_bytes_in_each_attempt_and_another_version_is_another_mail(
    settings: Settings, report: Path
) -> None:
    for version in ("v1", "v2"):
        queue_mail(settings, f"eow:2026-11-16:{version}", "Weekly", "text", [report])
    with open_operations_database(settings.operations) as store:
        first, second = (state.mail for state in read_states(store))
    assert compose(first, settings.home) == compose(first, settings.home)
    identities = [
        next(line for line in compose(mail, settings.home).split(b"\r\n") if line.startswith(b"Message-ID"))
        for mail in (first, second, replace(first, queued_at=second.queued_at))
    ]
    assert len(set(identities)) == 3


def test_the_outbox_lists_the_newest_mail_first(settings: Settings) -> None:
    for subject in ("first", "second", "third"):
        queue_mail(settings, subject, subject, "text", [])
    assert [one.subject for one in read_outbox(settings)] == ["third", "second", "first"]


def test_a_reader_named_twice_gets_a_mail_once(configured: Callable[..., Settings], inbox: Inbox) -> None:
    settings = configured(to=f"{OWNER}, desk@example.com, {OWNER}")
    queue_mail(settings, KEY, "Weekly", "text", [])
    deliver_outbox(settings, NOW)
    assert [(to, message["To"]) for to, message in inbox.received] == [
        (OWNER, f"{OWNER}, desk@example.com"),
        ("desk@example.com", f"{OWNER}, desk@example.com"),
    ]


@pytest.mark.parametrize(
    ("stage", "says"), [("", "was sent"), ("RCPT", "was not sent; `mail` says why"), ("DATA", "was not sent")]
)
def test_the_log_names_the_mail_and_neither_its_reader_nor_its_words_nor_the_servers(
    settings: Settings, inbox: Inbox, caplog: pytest.LogCaptureFixture, stage: str, says: str
) -> None:
    inbox.answers[stage] = f"450 {OWNER} is away"
    with caplog.at_level(logging.DEBUG):
        queue_mail(settings, KEY, "Weekly for Dana", "text", [])
        deliver_outbox(settings, NOW)
    [ours] = [record.getMessage() for record in caplog.records if record.name.startswith("workflows")]
    assert ours.startswith(f"mail {KEY} {says}")
    assert OWNER not in ours and "away" not in ours and "Dana" not in ours
