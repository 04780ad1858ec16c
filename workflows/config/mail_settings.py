"""The mail server, the sender and the recipients, from three variables of the environment."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import parse_qs, unquote, urlsplit

from workflows.errors import Advice, ConfigurationError

NO_SERVER = "No mail is sent: neither a mail server nor a webhook is configured."
SET_A_SERVER = Advice(
    "Set SHIPLEDGER_SMTP_URL, with the sender and recipients, or SHIPLEDGER_WEBHOOK_URL.",
    "Ask an admin to configure one.",
)
# The recipient that stands for the webhook. It is no mail address.
WEBHOOK = "webhook"
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
    """The mail server, the sender and the recipients.

    Attributes:
        is_encrypted: TLS from the first byte on (`smtps`).
        starttls: auto (when the server offers it), required or off.
        user: Login name, None without a login.
        password: Its password.
    """

    host: str
    port: int
    is_encrypted: bool
    starttls: str
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


def parse_mail_settings(url: str | None, sender: str | None, recipients: str | None) -> MailSettings | None:
    """Return the mail server and addresses, None when no URL is configured and no mail is sent.

    Args:
        url: `SHIPLEDGER_SMTP_URL`.
        sender: `SHIPLEDGER_MAIL_FROM`.
        recipients: `SHIPLEDGER_MAIL_TO`.

    Raises:
        ConfigurationError: A value is wrong. The sentence names the variable and never repeats the URL, which may
            hold a password.
    """
    if not url:
        return None
    senders = _addresses(sender, "SHIPLEDGER_MAIL_FROM")
    if len(senders) != 1:
        raise ConfigurationError("SHIPLEDGER_MAIL_FROM names more than one address. Use one.")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host = None
    if host is None or parts.scheme not in _PORTS or parts.path not in ("", "/"):
        raise ConfigurationError(f"SHIPLEDGER_SMTP_URL is not the address of a mail server. {_HOW}")
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
        sender=senders[0],
        recipients=_addresses(recipients, "SHIPLEDGER_MAIL_TO"),
    )


def _addresses(value: str | None, name: str) -> tuple[str, ...]:
    given = [text.strip() for text in (value or "").split(",") if text.strip()]
    if not given:
        raise ConfigurationError(
            f"{name} is missing, but SHIPLEDGER_SMTP_URL is set. Name an address, or unset SHIPLEDGER_SMTP_URL to "
            "send no mail."
        )
    for text in given:
        if not _ADDRESS.fullmatch(text):
            raise ConfigurationError(
                f"{name}: {text!r} is not an e-mail address. Use plain addresses such as owner@example.com, "
                "several with commas between them."
            )
    return tuple(dict.fromkeys(given))
