"""Exceptions: the reason of one, why it matters and what to do; and the form to acknowledge one or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.components.links import show_order_link
from streamlit_app.data.formatted import capital, plain
from workflows.page_api import (
    LONGEST_NOTE,
    Acknowledgement,
    Settings,
    ShipledgerError,
    acknowledge,
    exception_kind,
    on_page,
    take_back,
)

_ACTION = "acknowledge"
_NOT_ALLOWED = "Only operators and admins can acknowledge."


def show_exception(settings: Settings, chosen: Mapping[str, Any], note: Acknowledgement | None) -> None:
    """Show one exception.

    Args:
        settings: The configuration.
        chosen: A row of `marts.exceptions`.
        note: Its acknowledgement, if its cause is acknowledged.
    """
    kind = exception_kind(chosen["exception_type"])
    now = datetime.now(UTC)
    since = settings.dates.clock(chosen["started_at"], now) if chosen["started_at"] else "unknown"
    for caption, text in (
        (f"{capital(kind.one)}, since {since}", settings.dates.in_sentence(chosen["detail"])),
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
        _show_form(settings, [chosen])
    else:
        st.caption(_NOT_ALLOWED)


def show_several(settings: Settings, selected: int, chosen: Sequence[Mapping[str, Any]]) -> None:
    """Show the form to acknowledge several exceptions at once.

    Args:
        settings: The configuration.
        selected: How many are selected.
        chosen: The rows of `marts.exceptions` of those that are not acknowledged yet.
    """
    if not chosen:
        st.text(f"{selected:,} exceptions are selected, all of them acknowledged.")
        return
    noted = selected - len(chosen)
    rest = f"One note acknowledges the other {len(chosen):,}." if noted else "One note acknowledges them all."
    st.text(f"{selected:,} exceptions are selected{f', {noted:,} of them acknowledged' if noted else ''}. {rest}")
    person = current_person(settings)
    if person is not None and person.may(_ACTION):
        _show_form(settings, chosen)
    else:
        st.caption(_NOT_ALLOWED)


def _show_note(settings: Settings, note: Acknowledgement, may: bool) -> None:
    with st.container(gap=None):
        when = settings.dates.clock(note.acknowledged_at, datetime.now(UTC))
        st.caption(plain(f"Acknowledged by {note.actor}, {when}"))
        st.text(note.note)
    if may and st.button("Reopen", help="The note is kept"):
        _run(settings, lambda actor: take_back(settings.operations, note.exception_id, note.cause, actor))


def _show_form(settings: Settings, chosen: Sequence[Mapping[str, Any]]) -> None:
    key = f"note-{','.join(one['exception_id'] for one in chosen)}"
    with st.form(f"form-{key}", border=False, enter_to_submit=False):
        note = st.text_area(
            "Note",
            key=key,
            max_chars=LONGEST_NOTE,
            height=90,
            placeholder="What you found, or why nothing needs to be done",
        )
        sent = st.form_submit_button(f"Acknowledge {len(chosen)}" if chosen[1:] else "Acknowledge", type="primary")
    st.caption("It reopens when its cause changes or gets worse.")
    if sent:
        _run(settings, lambda actor: _acknowledge(settings, chosen, note, actor))


def _acknowledge(settings: Settings, chosen: Sequence[Mapping[str, Any]], note: str, actor: str) -> None:
    for one in chosen:
        acknowledge(settings.operations, one["exception_id"], one["cause"], note, actor)


def _run(settings: Settings, action: Any) -> None:
    try:
        action(actions.authorize(settings, _ACTION).name)
    except ShipledgerError as problem:
        st.error(plain(settings.dates.in_sentence(on_page(problem))))
    else:
        st.rerun()
