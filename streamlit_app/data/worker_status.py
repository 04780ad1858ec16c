"""Whether anybody does what the page asks for."""

from __future__ import annotations

import streamlit as st

from workflows.page_api import Settings, worker_is_running


def show_missing_worker(settings: Settings) -> None:
    """A sentence and a way on when no worker is running; else nothing."""
    if worker_is_running(settings.home):
        return
    with st.container(border=True):
        st.text("No worker is running: what you start here waits until one does. Start it in the project's root:")
        st.code(".venv/bin/python orchestrate.py serve", language=None)
