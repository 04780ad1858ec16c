"""The outbox: the state of each mail, its errors, and a button to send it again."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pyarrow as pa
import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import columns
from streamlit_app.components.long_list import pick_row
from streamlit_app.components.report_mail import QueuedMail, delivery_lines, read_mails, retry_button
from streamlit_app.data.formatted import capital
from workflows.page_api import NO_SERVER, Settings

_SHOWN = 100
_VISIBLE_ROWS = 8


def show_outbox(settings: Settings) -> None:
    """Show the panel's content."""
    if not settings.recipients:
        st.text(NO_SERVER)
    mails = read_mails(settings)[:_SHOWN]
    if not mails:
        if settings.recipients:
            st.text("The outbox is empty. Closes of week and month and alerts send mail.")
        return
    key = _pick_mail(settings, mails)
    chosen = next((mail for mail in mails if mail.key == key), None)
    if chosen is None:
        st.caption("Select a mail to see its details or to send it again.")
    else:
        _show_mail(settings, chosen)


def _pick_mail(settings: Settings, mails: Sequence[QueuedMail]) -> str | None:
    now = datetime.now(UTC)
    return pick_row(
        pa.table(
            {
                "state": [f"{'▲ ' if mail.is_lost else ''}{capital(mail.state)}" for mail in mails],
                "subject": [mail.subject for mail in mails],
                "queued": [settings.dates.clock(mail.queued_at, now) for mail in mails],
                "next": [
                    settings.dates.clock(mail.next_attempt_at, now) if mail.next_attempt_at else ""
                    for mail in mails
                ],
                "problem": [mail.problem(settings.dates) for mail in mails],
            }
        ),
        {
            "state": columns.text("State"),
            "subject": columns.text("Subject", width="medium"),
            "queued": columns.text("Queued", width="small"),
            "next": columns.text("Next attempt", width="small"),
            "problem": columns.text("Last error", width="large"),
        },
        name="mail",
        keys=[mail.key for mail in mails],
        alt="Mails, newest first; select one to see its details",
        rows_shown=_VISIBLE_ROWS,
    )


def _show_mail(settings: Settings, mail: QueuedMail) -> None:
    person = current_person(settings)
    if person is None:
        return
    st.text(f"{mail.subject}: {mail.state}.")
    for line in delivery_lines(settings, person, mail) or [mail.problem(settings.dates)]:
        if line:
            st.text(line)
    if not mail.is_sent:
        retry_button(settings, person, mail, "outbox")
