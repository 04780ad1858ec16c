"""What the page asks before it records an entry: whether later counts included it, whether odd units are right."""

from __future__ import annotations

import streamlit as st

from streamlit_app.components.count_question import (
    ANSWER_FIRST,
    count_answer_of,
    keep_count_question,
    show_count_question,
)
from workflows.page_api import (
    CountAnswer,
    CountUnanswered,
    EntryRefused,
    EntryRequest,
    RecordedEntry,
    Settings,
    out_of_proportion,
    record_entry,
)

CONFIRM_FIRST = "Please check the units. If they are right, tick the box, then enter it."
QUESTIONS = (ANSWER_FIRST, CONFIRM_FIRST)


def show_questions(settings: Settings, entry_id: str, kind: str) -> None:
    """Show the questions about an entry, if there are any.

    Args:
        settings: The configuration.
        entry_id: The entry's own id.
        kind: receive or adjust.
    """
    odd = st.session_state.get(_odd_key(entry_id))
    if odd:
        st.text(odd)
        # Streamlit reads a label's Markdown escapes to a screen reader, so the label has none.
        st.checkbox("This is right", key=_confirmed_key(entry_id, odd))
    show_count_question(settings, entry_id, kind)


def answer_of(entry_id: str) -> CountAnswer | None:
    """Return the answer about later counts; None when nothing was asked or chosen."""
    return count_answer_of(entry_id)


def record_asked(settings: Settings, entry_id: str, request: EntryRequest) -> RecordedEntry:
    """Record an entry, or keep the question that has to be answered first.

    Raises:
        EntryRefused: A rule forbids it, or a question is open: its text is one of `QUESTIONS`.
        HomeUnusable: The home or the current snapshot cannot be used.
    """
    odd = out_of_proportion(settings, request)
    st.session_state[_odd_key(entry_id)] = odd
    # For other units, or another stock, it is asked again.
    if odd and not st.session_state.get(_confirmed_key(entry_id, odd)):
        raise EntryRefused(CONFIRM_FIRST, "quantity")
    try:
        return record_entry(settings, request)
    except CountUnanswered as question:
        keep_count_question(entry_id, question)
        raise EntryRefused(ANSWER_FIRST, question.field) from question


def _odd_key(entry_id: str) -> str:
    return f"{entry_id}-odd"


def _confirmed_key(entry_id: str, odd: str) -> str:
    return f"{entry_id}-right {odd}"
