"""The question of an entry form whether a count saw what is entered; asked only when such a count stands."""

from __future__ import annotations

from datetime import date

import streamlit as st

from streamlit_app.data.formatted import plain
from workflows.page_api import CountAnswer, CountUnanswered

ANSWER_FIRST = "The shelf was counted on or after that day. Answer the question, then enter it."
_QUESTIONS = {
    "receive": "Were these units on the shelf when it was counted?",
    "adjust": "Had this happened when the shelf was counted?",
}
_NO = {"receive": "No: they are added to the stock", "adjust": "No: the stock changes by it"}
_NOT_SEEN = "not seen"


def remember_question(entry_id: str, question: CountUnanswered) -> None:
    """Have a form ask from its next drawing on."""
    counts: dict[date, list[str]] = {}
    for count in question.counts:
        of_lot = f"lot {count.lot_number}" if count.lot_number else "all lots"
        counts[count.entry_date] = list(dict.fromkeys([*counts.get(count.entry_date, []), of_lot]))
    st.session_state[_key(entry_id)] = counts, frozenset(count.entry_id for count in question.counts)


def ask_about_counts(entry_id: str, kind: str) -> None:
    """Draw the question, when there is one; no answer is chosen beforehand."""
    if _key(entry_id) not in st.session_state:
        return
    counts, asked = st.session_state[_key(entry_id)]
    which = "from the count of {} on" if len(counts) > 1 else "at the count of {}"

    def words(option: date | str) -> str:
        if not isinstance(option, date):
            return _NO[kind]
        lots = ", ".join(counts[option])
        return plain(f"Yes, {which.format(option)} ({lots}): the stock stays as counted")

    st.radio(
        _QUESTIONS[kind], [*counts, _NOT_SEEN], index=None, format_func=words, key=_answer_key(entry_id, asked)
    )


def answer_about_counts(entry_id: str) -> CountAnswer | None:
    """What was chosen; None when nothing was asked or chosen."""
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
    # Other counts are another question, which has no answer yet.
    return f"{entry_id}-seen by {' '.join(sorted(asked))}"
