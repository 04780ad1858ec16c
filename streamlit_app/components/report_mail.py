"""The outbox on the page: where the mail with a report stands, and a button to send it again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import streamlit as st

from streamlit_app.components import actions
from streamlit_app.components.buttons import NOT_YOURS, show_refusal
from streamlit_app.data.formatted import clock, plain
from workflows.page_api import Close, Delivery, Person, Settings, mail_key, mail_words, read_outbox

# Each tick of each open page asks; they share one answer.
_REMEMBERED_SECONDS = 1
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")
_COMMAND = re.compile(r"use `mail --retry [^`]*`")
_LOST = ("given up", "uncertain")


@dataclass(frozen=True)
class MailLine:
    """One mail of the outbox.

    Attributes:
        key: The mail's key.
        readers: Where it stands for each of its readers.
    """

    key: str
    readers: Sequence[Delivery]

    @property
    def subject(self) -> str:
        """Its subject."""
        return self.readers[0].subject

    @property
    def queued_at(self) -> datetime:
        """When it was put into the outbox, UTC."""
        return self.readers[0].queued_at

    @property
    def state(self) -> str:
        """In words, such as `sent to 2 readers`."""
        return mail_words([reader.state for reader in self.readers])

    @property
    def is_lost(self) -> bool:
        """Whether a reader may lack it, and it is not sent to that reader again by itself."""
        return any(reader.state in _LOST for reader in self.readers)

    @property
    def is_sent(self) -> bool:
        """Whether everybody has it."""
        return all(reader.state == "sent" for reader in self.readers)

    @property
    def next_attempt_at(self) -> datetime | None:
        """From when on (UTC) it is tried again; None when it is not."""
        return min((reader.next_attempt_at for reader in self.readers if reader.next_attempt_at), default=None)

    @property
    def problem(self) -> str:
        """What went wrong, each thing once, without anybody's address."""
        details = [reader.detail for reader in self.readers if reader.state != "sent" and reader.detail]
        return " ".join(dict.fromkeys(_ADDRESS.sub("(address)", _said_here(detail)) for detail in details))


def read_mails(settings: Settings, key: str | None = None) -> list[MailLine]:
    """The mails of the outbox, or the one of a key; the newest first."""
    return _remembered(settings, str(settings.operations), key)


def show_mail_of(settings: Settings, person: Person, close: Close) -> None:
    """Draw where the mail with a close's report stands; nothing for a close that sends none."""
    found = read_mails(settings, mail_key(close.kind, close.period, close.version))
    if not found:
        if close.facts.get("mail"):
            st.caption(plain(f"E-mail: {close.facts['mail']}"))
        return
    [mail] = found
    now = datetime.now(UTC)
    at = mail.next_attempt_at
    again = f", next attempt {clock(at, settings.timezone, now) if at > now else 'due now'}" if at else ""
    words = plain(f"E-mail: {mail.state}{again}")
    if mail.is_lost:
        st.warning(words, icon=":material/mail:")
    else:
        st.caption(f":material/mail: {words}")
    if not mail.is_sent:
        # Never Markdown, which would make links of what a server says.
        st.text(mail.problem)
        retry_button(settings, person, mail, f"card-{close.kind}")


def retry_button(settings: Settings, person: Person, mail: MailLine, place: str) -> None:
    """A button that sends a mail again to those who may lack it, and why it was refused."""
    may = person.may("mail")
    st.button(
        "Send again" if mail.is_lost else "Send now",
        icon=":material/send:",
        key=f"{place}-send-{mail.key}",
        disabled=not may,
        help=None if may else NOT_YOURS,
        on_click=_retry,
        args=(place, settings, mail.key),
    )
    show_refusal(f"mail {place}")


def reader_lines(person: Person, mail: MailLine) -> list[str]:
    """Each reader's state in words, for who may see addresses; nothing for others."""
    if not person.may("addresses"):
        return []
    return [f"{reader.recipient}: {reader.state}. {_said_here(reader.detail)}".rstrip() for reader in mail.readers]


def _said_here(detail: str) -> str:
    """What went wrong, with the page's button in place of the command."""
    return _COMMAND.sub("send it again", detail)


def _retry(place: str, settings: Settings, key: str) -> None:
    actions.attempt(f"mail {place}", actions.retry_mail, settings, key)
    _remembered.clear()


@st.cache_data(ttl=_REMEMBERED_SECONDS, max_entries=16, show_spinner=False)
def _remembered(_settings: Settings, store: str, key: str | None) -> list[MailLine]:
    del store  # part of the cache's key only; the settings hold credentials, which are not to be hashed
    deliveries = read_outbox(_settings, key)
    return [MailLine(mail, list(readers)[::-1]) for mail, readers in groupby(deliveries, lambda one: one.key)]
