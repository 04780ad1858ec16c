from __future__ import annotations

import socket
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from homes import settings_of
from inbox import Inbox, serving

from workflows.config.operations_database import read_operations_database
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError, UsageError
from workflows.mail import deliver_outbox, queue_mail, read_outbox, retry_mail

KEY = "eow:2026-11-16:v1"
OWNER = "owner@example.com"
NOW = datetime.now(UTC) + timedelta(seconds=5)


def states(settings: Settings) -> dict[str, str]:
    return {delivery.recipient: delivery.state for delivery in read_outbox(settings)}


def test_a_mail_arrives_whole_with_its_attachment(settings: Settings, inbox: Inbox, report: Path) -> None:
    body = ".\n..hidden\nUnits: 1,207 · São Paulo\n" + "long " * 400
    assert queue_mail(settings, KEY, "Weekly report — week of Nov 16", body, [report])
    assert [delivery.state for delivery in deliver_outbox(settings, NOW)] == ["sent"]
    [(recipient, message)] = inbox.received
    assert recipient == OWNER
    assert (message["From"], message["To"]) == ("ledger@example.com", OWNER)
    assert message["Subject"] == "Weekly report — week of Nov 16"
    text = message.get_body()
    assert text is not None
    assert text.get_content().replace("\r\n", "\n").rstrip() == body.rstrip()
    [attachment] = message.iter_attachments()
    assert (attachment.get_filename(), attachment.get_content_type()) == ("weekly.pdf", "application/pdf")
    assert attachment.get_content() == report.read_bytes()


def test_a_mail_has_the_dates_of_the_locale_and_the_commands_as_they_are_typed(settings: Settings) -> None:
    german = settings.model_copy(update={"locale": "de-DE"})
    body = "Changes of 2026-11-16 are not loaded. Run `backfill --since 2026-11-16`.\n"
    queue_mail(german, KEY, "Day's summary: Friday, 2026-11-20", body, [])
    with read_operations_database(german.operations) as store:
        [kept] = store.execute("select subject, body from mails").fetchall()
    assert kept == (
        "Day's summary: Friday, 20.11.2026",
        "Changes of 16.11.2026 are not loaded. Run `backfill --since 2026-11-16`.\n",
    )


def test_a_mail_queued_and_delivered_twice_is_sent_once(settings: Settings, inbox: Inbox, report: Path) -> None:
    for _ in range(2):
        queue_mail(settings, KEY, "Weekly", "text", [report])
        deliver_outbox(settings, NOW)
        deliver_outbox(settings, NOW + timedelta(days=1))
    assert inbox.subjects(OWNER) == ["Weekly"]
    assert queue_mail(settings, "eow:2026-11-16:v2", "Weekly, version 2", "text", [])
    deliver_outbox(settings, NOW)
    assert inbox.subjects(OWNER) == ["Weekly", "Weekly, version 2"]


def test_without_a_server_nothing_is_queued_and_nothing_is_sent(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    assert queue_mail(settings, KEY, "Weekly", "text", []) is False
    assert deliver_outbox(settings, NOW) == []
    assert read_outbox(settings) == []


def test_a_server_that_is_down_gets_the_mail_when_it_is_back(settings: Settings, port: int) -> None:
    queue_mail(settings, KEY, "Weekly", "text", [])
    [first] = deliver_outbox(settings, NOW)
    assert (first.state, first.next_attempt_at) == ("waiting", NOW + timedelta(minutes=1))
    assert f"127.0.0.1:{port} could not be used: connection refused" in first.detail
    inbox = Inbox()
    with serving(inbox, port):
        assert deliver_outbox(settings, NOW + timedelta(seconds=59)) == [], "it waits a minute"
        assert [one.state for one in deliver_outbox(settings, NOW + timedelta(seconds=60))] == ["sent"]
    assert inbox.subjects(OWNER) == ["Weekly"]


def test_a_refusal_for_now_is_tried_again_with_longer_and_longer_pauses(settings: Settings, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "451 try again later"
    queue_mail(settings, KEY, "Weekly", "text", [])
    at, pauses = NOW, []
    while True:
        [delivery] = deliver_outbox(settings, at)
        if delivery.next_attempt_at is None:
            break
        pauses.append((delivery.next_attempt_at - at).total_seconds() / 60)
        at = delivery.next_attempt_at
    assert pauses[:7] == [1, 5, 15, 60, 240, 240, 240]
    assert timedelta(days=3) < at - NOW < timedelta(days=3, hours=5)
    assert delivery.state == "given up"
    assert "451 try again later" in delivery.detail
    assert "send it again" in delivery.detail
    assert inbox.received == []


@pytest.mark.parametrize("stage", ["RCPT", "DATA"])
def test_a_refusal_for_good_is_given_up_at_once_until_somebody_retries(
    settings: Settings, inbox: Inbox, stage: str
) -> None:
    inbox.answers[stage] = "550 no such user"
    queue_mail(settings, KEY, "Weekly", "text", [])
    [delivery] = deliver_outbox(settings, NOW)
    assert delivery.state == "given up"
    assert "550 no such user" in delivery.detail
    inbox.answers.clear()
    assert deliver_outbox(settings, NOW + timedelta(days=9)) == []
    retry_mail(settings, KEY)
    assert [one.state for one in deliver_outbox(settings, NOW)] == ["sent"]
    assert inbox.subjects(OWNER) == ["Weekly"]


def test_one_readers_refusal_neither_holds_up_nor_repeats_the_others(
    configured: Callable[..., Settings], inbox: Inbox
) -> None:
    settings = configured(to="owner@example.com, gone@example.com,desk@example.com")
    inbox.answers["gone@example.com"] = "450 mailbox busy"
    queue_mail(settings, KEY, "Weekly", "text", [])
    deliver_outbox(settings, NOW)
    assert states(settings) == {OWNER: "sent", "gone@example.com": "waiting", "desk@example.com": "sent"}
    inbox.answers.clear()
    deliver_outbox(settings, NOW + timedelta(hours=1))
    assert sorted(to for to, _ in inbox.received) == ["desk@example.com", "gone@example.com", OWNER]
    with pytest.raises(UsageError, match="sent to everybody"):
        retry_mail(settings, KEY)


def test_a_server_that_goes_silent_after_the_mail_leaves_it_uncertain_and_unrepeated(
    settings: Settings, port: int
) -> None:
    with socket.create_server(("127.0.0.1", port)) as listening:
        server = threading.Thread(target=_accept_and_hang_up, args=[listening])
        server.start()
        queue_mail(settings, KEY, "Weekly", "text", [])
        [delivery] = deliver_outbox(settings, NOW)
        server.join()
    assert delivery.state == "uncertain"
    assert "send it again" in delivery.detail
    inbox = Inbox()
    with serving(inbox, port):
        assert deliver_outbox(settings, NOW + timedelta(days=1)) == []
        retry_mail(settings, KEY)
        assert [one.state for one in deliver_outbox(settings, NOW)] == ["sent"]
    assert inbox.subjects(OWNER) == ["Weekly"]


def _accept_and_hang_up(listening: socket.socket) -> None:
    connection, _ = listening.accept()
    with connection, connection.makefile("rb") as lines:
        connection.sendall(b"220 here\r\n")
        for line in lines:
            if line == b".\r\n":
                return
            if line.upper().startswith((b"EHLO", b"MAIL", b"RCPT")):
                connection.sendall(b"250 yes\r\n")
            elif line.upper().startswith(b"DATA"):
                connection.sendall(b"354 go on\r\n")


def test_line_breaks_in_a_subject_add_no_header_and_markup_stays_text(settings: Settings, inbox: Inbox) -> None:
    queue_mail(settings, KEY, "Weekly\r\nBcc: thief@example.com\n\n<b>=1+1</b>", "<script>alert(1)</script>", [])
    deliver_outbox(settings, NOW)
    [(recipient, message)] = inbox.received
    assert (recipient, message["Bcc"]) == (OWNER, None)
    assert message["Subject"] == "Weekly Bcc: thief@example.com <b>=1+1</b>"
    assert message.get_content_type() == "text/plain"


def test_an_attachment_that_changed_is_never_sent(settings: Settings, inbox: Inbox, report: Path) -> None:
    queue_mail(settings, KEY, "Weekly", "text", [report])
    report.write_bytes(b"something else")
    [delivery] = deliver_outbox(settings, NOW)
    assert delivery.state == "given up"
    assert "weekly.pdf has changed since the mail was queued" in delivery.detail
    assert inbox.received == []


def test_a_file_outside_the_home_is_refused(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("x")
    with pytest.raises(ShipledgerError, match=r"secret\.txt cannot be read from the home"):
        queue_mail(settings, KEY, "Weekly", "text", [tmp_path / "secret.txt"])
    assert read_outbox(settings) == []


def test_a_mail_that_waits_goes_out_also_when_the_clock_was_set_back(settings: Settings, inbox: Inbox) -> None:
    inbox.answers["DATA"] = "451 later"
    queue_mail(settings, KEY, "Weekly", "text", [])
    deliver_outbox(settings, NOW + timedelta(days=2))
    inbox.answers.clear()
    assert [one.state for one in deliver_outbox(settings, NOW)] == ["sent"]


def test_the_outbox_can_be_neither_changed_nor_emptied(settings: Settings) -> None:
    queue_mail(settings, KEY, "Weekly", "text", [])
    with sqlite3.connect(settings.operations) as store:
        for act in ("update mails set subject = ''", "delete from mails", "delete from mail_events"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                store.execute(act)
