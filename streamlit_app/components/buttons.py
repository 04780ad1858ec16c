"""Buttons that start a job, or act on one: dark for who may not, and with a sentence when it is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import present_person
from streamlit_app.components import actions
from streamlit_app.data.formatted import plain
from streamlit_app.data.run_list import RunLine
from workflows.page_api import Settings

NOT_YOURS = "Your role does not reach for this; ask an admin."


def start_button(settings: Settings, kind: str, words: str, **arguments: Any) -> None:
    """Start a job of a kind.

    Args:
        settings: The configuration.
        kind: The kind.
        words: What stands on the button.
        arguments: What the job is asked to do.
    """
    person = present_person(settings)
    may = person is not None and person.may(kind)
    st.button(
        words,
        key=f"start-{kind}",
        disabled=not may,
        help=None if may else NOT_YOURS,
        on_click=actions.attempt,
        args=(kind, actions.start, settings, kind),
        kwargs=arguments,
    )
    show_refusal(kind)


def run_button(settings: Settings, run: RunLine, words: str, act: Callable[[Settings, str, str], None]) -> None:
    """Cancel a run or try it again: `acts.cancel`, `acts.retry`."""
    person = present_person(settings)
    may = person is not None and person.may(run.kind)
    st.button(
        words,
        key=f"{act.__name__}-{run.run_id}",
        disabled=not may,
        help=None if may else NOT_YOURS,
        on_click=actions.attempt,
        args=(run.kind, act, settings, run.kind, run.run_id),
    )


def show_refusal(place: str) -> None:
    """Why the last act of a place was refused; nothing when it was not."""
    refused = actions.refusal(place)
    if refused:
        st.warning(plain(refused))
