"""The mails of the outbox: their state, and a button to send one again."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

import streamlit as st

from streamlit_app.components import actions
from streamlit_app.components.buttons import NOT_ALLOWED, show_refusal
from streamlit_app.data.formatted import plain
from workflows.page_api import Close, Dates, Delivery, Person, Settings, format_mail_states, mail_key, read_outbox

# All open pages share one query.
_CACHE_SECONDS = 1
_ADDRESS = re.compile(r"[^\s<>\"'(),:;]+@[^\s<>\"'(),:;]+")
_LOST = ("given up", "uncertain")


@dataclass(frozen=True)
class QueuedMail:
    """One mail of the outbox, with its delivery to each recipient."""

    key: str
    deliveries: Sequence[Delivery]

    @property
    def subject(self) -> str:
        """The subject."""
        return self.deliveries[0].subject

    @property
    def queued_at(self) -> datetime:
        """When it was queued, UTC."""
        return self.deliveries[0].queued_at

    @property
    def state(self) -> str:
        """The state as text, such as `sent to 2 recipients`."""
        return format_mail_states([delivery.state for delivery in self.deliveries])

    @property
    def is_lost(self) -> bool:
        """Whether a recipient may not have it, and it is not retried automatically."""
        return any(delivery.state in _LOST for delivery in self.deliveries)

    @property
    def is_sent(self) -> bool:
        """Whether every recipient has it."""
        return all(delivery.state == "sent" for delivery in self.deliveries)

    @property
    def next_attempt_at(self) -> datetime | None:
        """When it is retried, UTC; None when it is not."""
        return min(
            (delivery.next_attempt_at for delivery in self.deliveries if delivery.next_attempt_at), default=None
        )

    def problem(self, dates: Dates) -> str:
        """Return the errors, without addresses."""
        details = [dates.in_sentence(one.detail) for one in self.deliveries if one.state != "sent" and one.detail]
        return " ".join(dict.fromkeys(_ADDRESS.sub("(address)", detail) for detail in details))


def read_mails(settings: Settings, key: str | None = None) -> list[QueuedMail]:
    """Return the mails of the outbox, or the one with a key, newest first."""
    return _cached_mails(settings, str(settings.operations), key)


def show_close_mail(settings: Settings, person: Person, close: Close) -> None:
    """Show the state of the mail with a close's report, if it has one."""
    found = read_mails(settings, mail_key(close.kind, close.period, close.version))
    if not found:
        if close.facts.get("mail"):
            st.caption(plain(f"E-mail: {close.facts['mail']}"))
        return
    [mail] = found
    now = datetime.now(UTC)
    at = mail.next_attempt_at
    again = f", next attempt {settings.dates.clock(at, now) if at > now else 'due now'}" if at else ""
    words = plain(f"E-mail: {mail.state}{again}")
    if mail.is_lost:
        st.warning(words, icon=":material/mail:")
    else:
        st.caption(f":material/mail: {words}")
    if not mail.is_sent:
        # Not Markdown, which would turn parts of a server's answer into links.
        st.text(mail.problem(settings.dates))
        retry_button(settings, person, mail, f"card-{close.kind}")


def retry_button(settings: Settings, person: Person, mail: QueuedMail, place: str) -> None:
    """Show a button that sends a mail again to the recipients who may not have it."""
    may = person.may("mail")
    st.button(
        "Send again" if mail.is_lost else "Send now",
        icon=":material/send:",
        key=f"{place}-send-{mail.key}",
        disabled=not may,
        help=None if may else NOT_ALLOWED,
        on_click=_retry,
        args=(place, settings, mail.key),
    )
    show_refusal(settings, f"mail {place}")


def delivery_lines(settings: Settings, person: Person, mail: QueuedMail) -> list[str]:
    """Return the state of each delivery; nothing for a person who may not see addresses."""
    if not person.may("addresses"):
        return []
    return [
        f"{delivery.recipient}: {delivery.state}. {settings.dates.in_sentence(delivery.detail)}".rstrip()
        for delivery in mail.deliveries
    ]


def _retry(place: str, settings: Settings, key: str) -> None:
    actions.attempt(f"mail {place}", actions.retry_mail, settings, key)
    _cached_mails.clear()


@st.cache_data(ttl=_CACHE_SECONDS, max_entries=16, show_spinner=False)
def _cached_mails(_settings: Settings, store: str, key: str | None) -> list[QueuedMail]:
    del store  # Only a key of the cache: the settings hold credentials, which must not be hashed.
    deliveries = read_outbox(_settings, key)
    return [
        QueuedMail(mail, list(group)[::-1]) for mail, group in groupby(deliveries, lambda delivery: delivery.key)
    ]
