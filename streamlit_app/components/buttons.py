"""Buttons that start, cancel or retry a job. They are disabled when the role does not allow it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.data.formatted import plain
from streamlit_app.data.run_list import Run
from workflows.page_api import Settings

NOT_ALLOWED = "Your role does not allow this. Ask an admin."


def start_button(settings: Settings, kind: str, label: str, **arguments: Any) -> None:
    """Show a button that starts a job.

    Args:
        settings: The configuration.
        kind: The kind of job.
        label: The button's label.
        arguments: The job's arguments.
    """
    person = current_person(settings)
    may = person is not None and person.may(kind)
    st.button(
        label,
        key=f"start-{kind}",
        disabled=not may,
        help=None if may else NOT_ALLOWED,
        on_click=actions.attempt,
        args=(kind, actions.start, settings, kind),
        kwargs=arguments,
    )
    show_refusal(settings, kind)


def run_button(settings: Settings, run: Run, label: str, action: Callable[[Settings, str, str], None]) -> None:
    """Show a button that cancels or retries a run: `actions.cancel` or `actions.retry`."""
    person = current_person(settings)
    may = person is not None and person.may(run.kind)
    st.button(
        label,
        key=f"{action.__name__}-{run.run_id}",
        disabled=not may,
        help=None if may else NOT_ALLOWED,
        on_click=actions.attempt,
        args=(run.kind, action, settings, run.kind, run.run_id),
    )


def show_refusal(settings: Settings, place: str) -> None:
    """Show why the last action of a place was refused, if it was."""
    refused = actions.refusal(settings, place)
    if refused:
        st.warning(plain(refused))
