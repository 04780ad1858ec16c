"""Sending one mail to one recipient over SMTP, with a callback just before the server can accept it."""

from __future__ import annotations

import contextlib
import re
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from ipaddress import ip_address

from workflows.config.formatting import clean
from workflows.config.mail_settings import MailSettings

_SECONDS = 30
_LONGEST_ANSWER = 200
# The first digit of an answer (RFC 5321, 4.2.1).
_YES, _GO_ON, _NOT_NOW, _NEVER = 2, 3, 4, 5


class NotSent(Exception):
    """The server has certainly not accepted the mail; the message says why.

    Attributes:
        is_final: It never will.
    """

    def __init__(self, message: str, *, is_final: bool = False) -> None:
        super().__init__(message)
        self.is_final = is_final


class Unknown(Exception):
    """The server had the whole mail and did not answer, so it may have accepted it."""


def send(
    mail: MailSettings,
    sender: str,
    recipient: str,
    message: bytes,
    before_handing_over: Callable[[], None],
    when_accepted: Callable[[str], None],
) -> None:
    """Send a message to one recipient.

    Args:
        mail: The server.
        sender: The envelope's sender.
        recipient: The envelope's recipient.
        message: The whole message.
        before_handing_over: Called when the server has all of it except for the last line, without which it cannot
            accept it.
        when_accepted: Called with the server's answer as soon as it has accepted it.

    Raises:
        NotSent: It did not accept it.
        Unknown: It did not say.
    """
    with _session(mail) as server:
        _expect(server.mail(sender), f"the sender {sender}")
        _expect(server.rcpt(recipient), f"the recipient {recipient}")
        _expect(server.docmd("DATA"), "a message", _GO_ON)
        server.send(_quoted(message))
        before_handing_over()
        answer = _hand_over(server)
        _expect(answer, "the message")
        when_accepted(_format(answer))


@contextmanager
def _session(mail: MailSettings) -> Iterator[smtplib.SMTP]:
    """Open a session, with a login if there is one; an error in it means that the mail was not accepted."""
    server: smtplib.SMTP | None = None
    try:
        context = ssl.create_default_context()
        if mail.is_encrypted:
            server = smtplib.SMTP_SSL(mail.host, mail.port, timeout=_SECONDS, context=context)
        else:
            server = smtplib.SMTP(mail.host, mail.port, timeout=_SECONDS)
            _encrypt(server, mail, context)
        server.ehlo_or_helo_if_needed()
        if mail.user and mail.password:
            _log_in(server, mail.user, mail.password)
        yield server
        with contextlib.suppress(smtplib.SMTPException, OSError):
            server.quit()
    except (smtplib.SMTPException, OSError) as problem:
        raise NotSent(f"{mail.host}:{mail.port} could not be used: {_reason(problem)}.") from problem
    finally:
        # Without QUIT: in the middle of a message it would be read as a line of it.
        if server is not None:
            server.close()


def _encrypt(server: smtplib.SMTP, mail: MailSettings, context: ssl.SSLContext) -> None:
    server.ehlo_or_helo_if_needed()
    if mail.starttls != "off" and server.has_extn("starttls"):
        server.starttls(context=context)
        server.ehlo()
    elif mail.starttls == "required" or (mail.password and not _is_loopback(mail.host)):
        raise NotSent(
            f"{mail.host}:{mail.port} offers no encryption, so neither password nor mail was sent. "
            "Configure smtps:// or another port."
        )


def _log_in(server: smtplib.SMTP, user: str, password: str) -> None:
    try:
        server.login(user, password)
    except smtplib.SMTPException as problem:
        # Without the server's answer: some repeat the password.
        code = problem.smtp_code if isinstance(problem, smtplib.SMTPResponseException) else "no method in common"
        raise NotSent(
            f"The mail server refused the login ({code}). Check user and password in the configuration."
        ) from None


def _hand_over(server: smtplib.SMTP) -> tuple[int, bytes]:
    """Send the line that ends the message, after which the server may accept it."""
    try:
        server.send(b".\r\n")
        answer = server.getreply()
    except (smtplib.SMTPException, OSError) as problem:
        raise Unknown(f"The mail server had the mail and did not answer: {_reason(problem)}.") from problem
    if answer[0] // 100 not in (_YES, _NOT_NOW, _NEVER):
        raise Unknown(f"The mail server had the mail and gave an unknown answer: {_format(answer)}.")
    return answer


def _expect(answer: tuple[int, bytes], what: str, kind: int = _YES) -> None:
    if answer[0] // 100 != kind:
        raise NotSent(f"The mail server refused {what}: {_format(answer)}.", is_final=answer[0] // 100 == _NEVER)


def _format(answer: tuple[int, bytes]) -> str:
    return f"{answer[0]} {clean(answer[1].decode('utf-8', 'replace'))}"[:_LONGEST_ANSWER]


def _reason(problem: Exception) -> str:
    if isinstance(problem, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted ({problem.verify_message})"
    if isinstance(problem, TimeoutError):
        return f"no answer within {_SECONDS} seconds"
    if isinstance(problem, socket.gaierror):
        return "there is no such host"
    if isinstance(problem, OSError) and problem.strerror:
        return problem.strerror.lower()
    return clean(str(problem))[:_LONGEST_ANSWER] or type(problem).__name__


def _quoted(message: bytes) -> bytes:
    """Return the message as it is sent, without the line that ends it (RFC 5321, 4.5.2)."""
    lines = re.sub(rb"\r\n|\r|\n", b"\r\n", message)
    ended = lines if lines.endswith(b"\r\n") else lines + b"\r\n"
    return re.sub(rb"(?m)^\.", b"..", ended)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
