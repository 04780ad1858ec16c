"""Reports and alerts go to a webhook too, through the same outbox: once, and again when it was down."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from homes import settings_of
from inbox import Inbox, free_port

from workflows.config.settings import Settings
from workflows.errors import ConfigurationError
from workflows.mail import deliver_outbox, queue_mail, read_outbox, retry_mail
from workflows.monitoring.check_log import record_failures
from workflows.monitoring.check_mail import mail_critical
from workflows.monitoring.checks import Check

KEY = "eow:2026-11-16:v1"
PATH = "/services/T0/B0/s3cret"
NOW = datetime.now(UTC) + timedelta(seconds=5)


class Hook:
    """What a webhook got, and what it answers: a status, bytes, or None to hang up without an answer.

    After bytes it keeps the connection until the client closes it.
    """

    def __init__(self) -> None:
        self.got: list[tuple[str, Any]] = []
        self.answer: int | bytes | None = 200


@contextmanager
def listening(hook: Hook, port: int) -> Iterator[None]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            hook.got.append((self.path, json.loads(self.rfile.read(int(self.headers["Content-Length"])))))
            if hook.answer is None:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            if isinstance(hook.answer, bytes):
                self.wfile.write(hook.answer)
                self.rfile.read(1)
                return
            self.send_response(hook.answer)
            self.send_header("Location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


@pytest.fixture
def hook_port() -> int:
    return free_port()


@pytest.fixture
def hook(hook_port: int) -> Iterator[Hook]:
    hook = Hook()
    with listening(hook, hook_port):
        yield hook


@pytest.fixture
def hooked(tmp_path: Path, hook_port: int) -> Settings:
    """A home with a webhook and no mail server."""
    return settings_of(tmp_path, SHIPLEDGER_WEBHOOK_URL=f"http://127.0.0.1:{hook_port}{PATH}")


def test_a_message_arrives_once_with_the_names_of_its_files(hooked: Settings, hook: Hook) -> None:
    report = hooked.home / "reports" / "weekly.pdf"
    report.parent.mkdir()
    report.write_bytes(b"%PDF")
    for _ in range(2):
        assert queue_mail(hooked, KEY, "Week of\nNov 16", "Units: 7\n", [report])
        deliver_outbox(hooked, NOW)
    assert hook.got == [(PATH, {"text": "*Week of Nov 16*\nUnits: 7\nweekly.pdf"})]
    assert [(one.recipient, one.state, one.detail) for one in read_outbox(hooked)] == [
        ("webhook", "sent", "200 OK")
    ]


def test_names_cannot_mention_or_link_and_a_long_text_is_cut(hooked: Settings, hook: Hook) -> None:
    queue_mail(hooked, KEY, "<!channel> & Co", "<https://example.com|here>" + "x" * 10_000, [])
    deliver_outbox(hooked, NOW)
    [(_, message)] = hook.got
    assert message["text"].startswith("*&lt;!channel&gt; &amp; Co*\n&lt;https://example.com|here&gt;xxx")
    assert message["text"].endswith("x…")
    assert len(message["text"]) < 4100


@pytest.mark.parametrize(
    ("answer", "state", "detail"),
    [
        (204, "sent", "204 No Content"),
        (429, "waiting", "The webhook refused the message: 429 Too Many Requests. It will be tried again."),
        (503, "waiting", "The webhook refused the message: 503 Service Unavailable. It will be tried again."),
        (302, "given up", "The webhook refused the message: 302 Found. Remove the cause, then send it again."),
        (404, "given up", "The webhook refused the message: 404 Not Found. Remove the cause, then send it again."),
        (None, "uncertain", "It has very probably arrived, and is not sent again."),
    ],
)
def test_each_answer_has_its_state(
    hooked: Settings, hook: Hook, answer: int | None, state: str, detail: str
) -> None:
    hook.answer = answer
    queue_mail(hooked, KEY, "Weekly", "text", [])
    [delivery] = deliver_outbox(hooked, NOW)
    assert delivery.state == state
    assert detail in delivery.detail
    assert len(hook.got) == 1
    hook.answer = 200
    if state == "given up":
        retry_mail(hooked, KEY, NOW)
    deliver_outbox(hooked, NOW + timedelta(minutes=1))
    assert [one.state for one in read_outbox(hooked)] == ["uncertain" if state == "uncertain" else "sent"]


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (b"302 Found\r\nLocation: /elsewhere\r\nContent-Length: 1000\r\n\r\nx", "given up"),
        (b"302 Found\r\nLocation: /\xff\r\n\r\n", "given up"),
        (b"302 Found\r\nLocation: http://[\r\n\r\n", "given up"),
        (b"200 OK\r\nContent-Length: 1, 2\r\n\r\nx", "uncertain"),
        (b"200 OK\r\nno header\r\n\r\n", "sent"),
        (b"rubbish\r\n\r\n", "uncertain"),
    ],
    ids=["a body that never ends", "no text", "no address", "two lengths", "no header", "no status"],
)
def test_a_strange_answer_is_no_reason_to_wait_to_send_it_twice_or_to_log_the_address(
    hooked: Settings, hook: Hook, caplog: pytest.LogCaptureFixture, answer: bytes, state: str
) -> None:
    hook.answer = b"HTTP/1.1 " + answer
    queue_mail(hooked, KEY, "Weekly", "text", [])
    assert [one.state for one in deliver_outbox(hooked, NOW)] == [state]
    assert "s3cret" not in caplog.text


def test_one_that_is_down_gets_the_message_when_it_is_back_and_its_address_is_a_secret(
    hooked: Settings, hook_port: int, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    queue_mail(hooked, KEY, "Weekly", "text", [])
    [first] = deliver_outbox(hooked, NOW)
    assert (first.state, first.next_attempt_at) == ("waiting", NOW + timedelta(minutes=1))
    assert "cannot be reached" in first.detail
    hook = Hook()
    with listening(hook, hook_port):
        assert [one.state for one in deliver_outbox(hooked, NOW + timedelta(minutes=1))] == ["sent"]
    assert len(hook.got) == 1
    assert "s3cret" not in hooked.operations.read_bytes().decode("latin-1")
    assert "s3cret" not in "".join(
        record.getMessage() for record in caplog.records if record.name[:7] != "urllib3"
    )
    assert "s3cret" not in repr(hooked)


def test_each_recipient_is_served_on_its_own(settings: Settings, inbox: Inbox, hook: Hook, hook_port: int) -> None:
    both = settings.model_copy(update={"webhook_url": f"http://127.0.0.1:{hook_port}{PATH}"})
    hook.answer = 500
    queue_mail(both, KEY, "Weekly", "text", [])
    states = {one.recipient: one.state for one in deliver_outbox(both, NOW)}
    assert states == {"owner@example.com": "sent", "webhook": "waiting"}
    [(_, message)] = inbox.received
    assert message["To"] == "owner@example.com"
    later = NOW + timedelta(minutes=1)
    assert deliver_outbox(settings, later) == [], "the webhook was unset: its message waits"
    hook.answer = 200
    assert [one.recipient for one in deliver_outbox(both, later)] == ["webhook"]
    assert inbox.subjects("owner@example.com") == ["Weekly"]


def test_a_critical_check_is_posted_without_a_mail_server(hooked: Settings, hook: Hook) -> None:
    check = Check("freshness", "ShipStation is not read", False, "Since yesterday.", "critical")
    record_failures(hooked.operations, [check], NOW)
    assert mail_critical(hooked, [check], NOW) == ["ShipStation is not read"]
    assert mail_critical(hooked, [check], NOW) == []
    deliver_outbox(hooked, NOW)
    [(_, message)] = hook.got
    assert message["text"].startswith(
        "*Shipledger alert: ShipStation is not read*\nCritical: somebody has to act."
    )


@pytest.mark.parametrize(
    "url", ["hooks.example/s3cret", "ftp://hooks.example/s3cret", "https://u:s3cret@hooks.example"]
)
def test_what_is_no_webhook_is_refused_without_repeating_it(tmp_path: Path, url: str) -> None:
    with pytest.raises(ConfigurationError, match="SHIPLEDGER_WEBHOOK_URL") as refused:
        settings_of(tmp_path, SHIPLEDGER_WEBHOOK_URL=url)
    assert "s3cret" not in str(refused.value)
