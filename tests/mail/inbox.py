"""A real SMTP server on loopback that keeps what it accepts and refuses what a test wants refused."""

from __future__ import annotations

import email
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

USER, PASSWORD = "ledger", "p@ss:w/rd"


class Inbox:
    """What the server accepted.

    Attributes:
        received: Recipient and message, in order.
        answers: What is answered instead of yes, by stage (`RCPT`, `DATA`) or recipient.
        at_recipient: Called when a recipient is named, before the answer.
        was_encrypted: Whether the last message came encrypted after STARTTLS.
        logins: How many tried to log in.
    """

    def __init__(self) -> None:
        self.received: list[tuple[str, EmailMessage]] = []
        self.answers: dict[str, str] = {}
        self.at_recipient: Callable[[], None] = lambda: None
        self.was_encrypted = False
        self.logins = 0

    async def handle_RCPT(self, _: SMTP, __: Session, envelope: Envelope, address: str, *___: Any) -> str:  # noqa: N802
        self.at_recipient()
        refusal = self.answers.get(address) or self.answers.get("RCPT")
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "DATA" in self.answers:
            return self.answers["DATA"]
        content = envelope.content
        assert isinstance(content, bytes)
        message = email.message_from_bytes(content, policy=default)
        self.was_encrypted = session.ssl is not None
        self.received += [(recipient, message) for recipient in envelope.rcpt_tos]
        return "250 kept"

    def subjects(self, recipient: str) -> list[str]:
        return [str(message["Subject"]) for to, message in self.received if to == recipient]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def serving(
    inbox: Inbox,
    port: int,
    tls: ssl.SSLContext | None = None,
    *,
    wants_login: bool = False,
    from_the_first_byte: bool = False,
) -> Iterator[None]:
    """The server on this port for as long as the block lasts; with STARTTLS, or TLS from the first byte on."""

    def check(*given: Any) -> AuthResult:
        inbox.logins += 1
        login = given[-1]
        is_known = (login.login, login.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=is_known, handled=False)

    controller = Controller(
        inbox,
        hostname="127.0.0.1",
        port=port,
        tls_context=None if from_the_first_byte else tls,
        ssl_context=tls if from_the_first_byte else None,
        authenticator=check,
        auth_required=wants_login,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield
    finally:
        controller.stop()
