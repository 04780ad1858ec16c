"""One exception: its reason, why it matters, what to do, and the form to acknowledge it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.links import show_order_link
from streamlit_app.data.formatted import capital, clock, plain
from workflows.page_api import (
    LONGEST_NOTE,
    Acknowledgement,
    Settings,
    ShipledgerError,
    acknowledge,
    exception_kind,
    take_back,
)

_ACTION = "acknowledge"


def show_exception(settings: Settings, chosen: Mapping[str, Any], note: Acknowledgement | None) -> None:
    """Show one exception.

    Args:
        settings: The configuration.
        chosen: A row of `marts.exceptions`.
        note: Its acknowledgement, if its cause is acknowledged.
    """
    kind = exception_kind(chosen["exception_type"])
    now = datetime.now(UTC)
    since = clock(chosen["first_seen_at"], settings.timezone, now) if chosen["first_seen_at"] else "unknown"
    for caption, text in (
        (f"{capital(kind.one)}, since {since}", chosen["detail"]),
        ("Why it matters", kind.why),
        ("What to do", kind.advice),
    ):
        with st.container(gap=None):
            st.caption(plain(caption))
            st.text(text)
    order_id = chosen["shipstation_order_id"]
    if order_id is not None:
        show_order_link(order_id, plain(f"Open order {chosen['order_number'] or order_id}"))
    person = current_person(settings)
    may = person is not None and person.may(_ACTION)
    if note is not None:
        _show_note(settings, note, may)
    elif may:
        _show_form(settings, chosen)
    else:
        st.caption("Only operators and admins can acknowledge it.")


def _show_note(settings: Settings, note: Acknowledgement, may: bool) -> None:
    with st.container(gap=None):
        when = clock(note.acknowledged_at, settings.timezone, datetime.now(UTC))
        st.caption(plain(f"Acknowledged by {note.actor}, {when}"))
        st.text(note.note)
    if may and st.button("Reopen", help="The note is kept"):
        _run(settings, lambda actor: take_back(settings.operations, note.exception_id, note.cause, actor))


def _show_form(settings: Settings, chosen: Mapping[str, Any]) -> None:
    key = f"note-{chosen['exception_id']}"
    with st.form(f"form-{key}", border=False, enter_to_submit=False):
        note = st.text_area(
            "Note",
            key=key,
            max_chars=LONGEST_NOTE,
            height=90,
            placeholder="What you found, or why nothing needs to be done",
        )
        sent = st.form_submit_button("Acknowledge", type="primary")
    st.caption("It reopens when its cause changes or gets worse.")
    if sent:
        exception_id, cause = chosen["exception_id"], chosen["cause"]
        _run(settings, lambda actor: acknowledge(settings.operations, exception_id, cause, note, actor))


def _run(settings: Settings, action: Any) -> None:
    try:
        action(actions.authorize(settings, _ACTION).name)
    except ShipledgerError as problem:
        st.error(plain(str(problem)))
    else:
        st.rerun()
