"""Buttons that start, cancel or retry a job, disabled when the role does not allow it, and its progress."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.components import actions
from streamlit_app.data.formatted import plain
from streamlit_app.data.run_list import Run, open_run, usual_seconds
from streamlit_app.data.run_progress import percent_done, progress_text
from workflows.page_api import Settings

_REFRESH_SECONDS = 1
NOT_ALLOWED = "Your role does not allow this. Ask an admin."


def start_button(settings: Settings, kind: str, label: str, **arguments: Any) -> None:
    """Show a button that starts a job, and the progress of one of its kind, which refreshes; not in a fragment.

    Args:
        settings: The configuration.
        kind: The kind of job.
        label: The button's label.
        arguments: The job's arguments.
    """
    run = open_run(settings, kind)
    _show_start(settings, kind, label, run, arguments)
    if run is not None:
        st.fragment(_show_open_run, run_every=_REFRESH_SECONDS)(settings, kind)


def start_in_fragment(settings: Settings, kind: str, label: str, run: Run | None, **arguments: Any) -> None:
    """Show the same in a fragment that refreshes by itself.

    Args:
        settings: The configuration.
        kind: The kind of job.
        label: The button's label.
        run: The open run of the kind, if there is one.
        arguments: The job's arguments.
    """
    _show_start(settings, kind, label, run, arguments)
    if run is not None:
        show_progress(settings, run)


def _show_start(settings: Settings, kind: str, label: str, run: Run | None, arguments: dict[str, Any]) -> None:
    person = current_person(settings)
    may = person is not None and person.may(kind)
    st.button(
        label,
        key=f"start-{kind}",
        disabled=not may or run is not None,
        help=None if may else NOT_ALLOWED,
        on_click=actions.attempt,
        args=(kind, actions.start, settings, kind),
        kwargs=arguments,
    )
    show_refusal(settings, kind)


def show_progress(settings: Settings, run: Run) -> None:
    """Show how far an open run is, and how long it still takes by earlier runs."""
    now, usual = datetime.now(UTC), usual_seconds(settings, run)
    st.progress(percent_done(run, usual, now) / 100, plain(progress_text(run, usual, now)))


def _show_open_run(settings: Settings, kind: str) -> None:
    run = open_run(settings, kind)
    if run is None:
        st.rerun()
    show_progress(settings, run)


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
