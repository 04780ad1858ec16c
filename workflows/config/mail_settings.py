"""Where mail goes out, read from the environment's three variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from workflows.errors import ConfigurationError

NO_SERVER = "No mail is sent: SHIPLEDGER_SMTP_URL is not set. Set it, with the sender and readers."
_PORTS = {"smtp": 25, "smtps": 465}
_SUBMISSION_PORT = 587
_STARTTLS = ("auto", "required", "off")
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_HOW = (
    "Use smtp://user:password@mail.example.com:587 or smtps://user:password@mail.example.com, with special "
    "characters of the password written as %40 and the like."
)


@dataclass(frozen=True)
class MailSettings:
    """The mail server, the sender and the readers.

    Attributes:
        host: The server.
        port: Its port.
        is_encrypted: TLS from the first byte on.
        starttls: auto (when the server offers it), required or off.
        user: Who logs in, None when nobody does.
        password: With what.
        sender: The address mail comes from.
        recipients: The addresses it goes to.
    """

    host: str
    port: int
    is_encrypted: bool
    starttls: str
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


def read_mail_settings(found: Mapping[str, str]) -> MailSettings | None:
    """Where mail goes out, None when `SHIPLEDGER_SMTP_URL` is not set and no mail is sent.

    Raises:
        ConfigurationError: A value makes no sense. The sentence names the variable and never repeats the URL,
            which may hold a password.
    """
    url = found.get("SHIPLEDGER_SMTP_URL")
    if not url:
        return None
    sender = _addresses(found, "SHIPLEDGER_MAIL_FROM")
    if len(sender) != 1:
        raise ConfigurationError("SHIPLEDGER_MAIL_FROM names more than one address. Use one.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in _PORTS or parts.path not in ("", "/"):
        raise ConfigurationError(f"SHIPLEDGER_SMTP_URL is no address of a mail server. {_HOW}")
    starttls = parse_qs(parts.query).get("starttls", ["auto"])[-1]
    if starttls not in _STARTTLS:
        raise ConfigurationError("SHIPLEDGER_SMTP_URL: starttls is one of auto, required and off.")
    has_login = parts.username is not None and parts.password is not None
    return MailSettings(
        host=host,
        port=port or (_SUBMISSION_PORT if parts.scheme == "smtp" and has_login else _PORTS[parts.scheme]),
        is_encrypted=parts.scheme == "smtps",
        starttls=starttls,
        user=unquote(parts.username) if has_login and parts.username else None,
        password=unquote(parts.password) if has_login and parts.password else None,
        sender=sender[0],
        recipients=_addresses(found, "SHIPLEDGER_MAIL_TO"),
    )


def _addresses(found: Mapping[str, str], name: str) -> tuple[str, ...]:
    given = [text.strip() for text in (found.get(name) or "").split(",") if text.strip()]
    if not given:
        raise ConfigurationError(
            f"{name} is missing, but SHIPLEDGER_SMTP_URL is set. Name an address, or unset SHIPLEDGER_SMTP_URL to "
            "send no mail."
        )
    for text in given:
        if not _ADDRESS.fullmatch(text):
            raise ConfigurationError(
                f"{name}: {text!r} is no e-mail address. Use plain addresses such as owner@example.com, "
                "several with commas between them."
            )
    return tuple(dict.fromkeys(given))
