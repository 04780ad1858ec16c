from __future__ import annotations

import re

import pytest

from workflows.config.settings_reader import read_settings
from workflows.errors import ConfigurationError

_FROM_AND_TO = {"SHIPLEDGER_MAIL_FROM": "ledger@example.com", "SHIPLEDGER_MAIL_TO": "a@example.com, b@example.com"}
SECRET = "s3cret"


def test_without_a_url_no_mail_is_sent() -> None:
    assert read_settings({}).mail is None
    assert read_settings({**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": ""}).mail is None


@pytest.mark.parametrize(
    ("url", "port", "is_encrypted", "user", "password"),
    [
        ("smtp://mail.example.com", 25, False, None, None),
        ("smtp://me:p%40ss%3Aw%2Frd@mail.example.com", 587, False, "me", "p@ss:w/rd"),
        ("smtp://me%40example.com:x@mail.example.com:2525/", 2525, False, "me@example.com", "x"),
        ("smtps://me:x@mail.example.com", 465, True, "me", "x"),
    ],
)
def test_a_url_says_server_port_encryption_and_login(
    url: str, port: int, is_encrypted: bool, user: str | None, password: str | None
) -> None:
    mail = read_settings({**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": url}).mail
    assert mail is not None
    assert (mail.host, mail.port, mail.is_encrypted) == ("mail.example.com", port, is_encrypted)
    assert (mail.user, mail.password) == (user, password)
    assert (mail.sender, mail.recipients) == ("ledger@example.com", ("a@example.com", "b@example.com"))


@pytest.mark.parametrize(
    "url",
    [
        f"http://me:{SECRET}@mail.example.com",
        f"smtp://me:{SECRET}@mail.example.com:port",
        f"smtp://me:{SECRET}@mail.example.com/path",
        f"smtp://me:{SECRET}@mail.example.com?starttls=maybe",
        f"mail.example.com {SECRET}",
        "smtp://",
    ],
)
def test_a_url_that_makes_no_sense_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ConfigurationError, match="SHIPLEDGER_SMTP_URL") as refused:
        read_settings({**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": url})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (
            None,
            "SHIPLEDGER_MAIL_TO is missing, but SHIPLEDGER_SMTP_URL is set. Name an address, or unset "
            "SHIPLEDGER_SMTP_URL to send no mail.",
        ),
        (
            "nobody",
            "SHIPLEDGER_MAIL_TO: 'nobody' is not an e-mail address. Use plain addresses such as "
            "owner@example.com, several with commas between them.",
        ),
    ],
)
def test_who_gets_the_mail_has_to_be_named(value: str | None, sentence: str) -> None:
    given = {**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": "smtp://mail.example.com"}
    given.pop("SHIPLEDGER_MAIL_TO")
    with pytest.raises(ConfigurationError) as refused:
        read_settings(given | ({"SHIPLEDGER_MAIL_TO": value} if value else {}))
    assert str(refused.value) == sentence


@pytest.mark.parametrize("name", sorted(_FROM_AND_TO))
@pytest.mark.parametrize(
    "value", ["", " , ", "nobody", "a@b@c", "a@example.com\r\nBcc: thief@example.com", "A <a@b.c>"]
)
def test_addresses_that_are_none_are_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(name)):
        read_settings({**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": "smtp://mail.example.com", name: value})


def test_the_password_is_in_no_representation() -> None:
    mail = read_settings({**_FROM_AND_TO, "SHIPLEDGER_SMTP_URL": f"smtp://me:{SECRET}@mail.example.com"}).mail
    assert SECRET not in repr(mail)
