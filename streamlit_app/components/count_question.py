"""The question of an entry form whether a later count already included the units that are entered."""

from __future__ import annotations

from datetime import date

import streamlit as st

from streamlit_app.data.formatted import plain
from workflows.page_api import CountAnswer, CountUnanswered, Settings

ANSWER_FIRST = "There is a count on or after that day. Answer the question, then enter it."
_QUESTIONS = {
    "receive": "Were these units included in the count?",
    "adjust": "Did this happen before the count?",
}
_NO = {"receive": "No: add them to the stock", "adjust": "No: adjust the stock"}
_NOT_SEEN = "not seen"


def keep_count_question(entry_id: str, question: CountUnanswered) -> None:
    """Make a form show the question from now on."""
    counts: dict[date, list[str]] = {}
    for count in question.counts:
        of_lot = f"lot {count.lot_number}" if count.lot_number else "all lots"
        counts[count.entry_date] = list(dict.fromkeys([*counts.get(count.entry_date, []), of_lot]))
    st.session_state[_key(entry_id)] = counts, frozenset(count.entry_id for count in question.counts)


def show_count_question(settings: Settings, entry_id: str, kind: str) -> None:
    """Show the question, if there is one, with no answer preselected."""
    if _key(entry_id) not in st.session_state:
        return
    counts, asked = st.session_state[_key(entry_id)]
    which = "from the count of {} on" if len(counts) > 1 else "in the count of {}"

    def words(option: date | str) -> str:
        if not isinstance(option, date):
            return _NO[kind]
        lots = ", ".join(counts[option])
        return plain(f"Yes, {which.format(settings.dates.day(option))} ({lots}): the stock stays as counted")

    st.radio(
        _QUESTIONS[kind], [*counts, _NOT_SEEN], index=None, format_func=words, key=_answer_key(entry_id, asked)
    )


def count_answer_of(entry_id: str) -> CountAnswer | None:
    """Return the answer; None when nothing was asked or chosen."""
    if _key(entry_id) not in st.session_state:
        return None
    _, asked = st.session_state[_key(entry_id)]
    chosen = st.session_state.get(_answer_key(entry_id, asked))
    if chosen is None:
        return None
    seen = isinstance(chosen, date)
    return CountAnswer(seen=seen, first_day=chosen if seen else None, asked=asked)


def _key(entry_id: str) -> str:
    return f"{entry_id}-counts"


def _answer_key(entry_id: str, asked: frozenset[str]) -> str:
    # Other counts make another question, without an answer yet.
    return f"{entry_id}-seen by {' '.join(sorted(asked))}"
