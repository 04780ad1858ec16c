"""The status bar above every view: freshness, last build and running job, refreshed every few seconds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from streamlit_app.auth.identity import current_person
from streamlit_app.data.formatted import age
from streamlit_app.data.freshness import (
    Badge,
    build_badge,
    freshness,
    lake_badge,
    last_checked,
    open_job,
    running_badge,
    watermark,
)
from streamlit_app.data.run_list import Run, recent_runs, usual_seconds
from streamlit_app.data.snapshot_reader import Snapshot, SnapshotGone, SnapshotUnreadable, current_snapshot
from workflows.page_api import Settings, read_lake_note, worker_is_running

_REFRESH_SECONDS = 5
_REFRESH_SECONDS_WHILE_RUNNING = 2
# From the lake come no syncs without changes; a house publishes at least each hour.
_PUBLISHED_MINUTES = 20
_SHOWN = "shown_state"
_NO_WORKER = Badge("Worker stopped: nothing is loaded or closed", "red", ":material/error:")


@dataclass(frozen=True)
class PageState:
    """The snapshot and runs to show.

    Attributes:
        snapshot: The newest version, None before the first publication.
        runs: The last runs, newest first.
        problem: Why the published snapshot cannot be read.
    """

    snapshot: Snapshot | None
    runs: Sequence[Run]
    problem: str | None = None

    def view_key(self) -> tuple[object, ...]:
        """Return what the views depend on. Progress of a run is left out: only the status bar shows it."""
        latest = [(run.run_id, run.status) for run in self.runs if not run.is_open][:1]
        as_of = self.snapshot and (self.snapshot.path, age(self.snapshot.as_of, datetime.now(UTC)))
        return (as_of, self.problem, *latest)


def read_state(settings: Settings) -> PageState:
    """Return the current snapshot and runs."""
    try:
        snapshot = current_snapshot(settings)
        return PageState(snapshot, recent_runs(settings, snapshot))
    except SnapshotGone:
        return read_state(settings)
    except SnapshotUnreadable as problem:
        return PageState(None, recent_runs(settings, None), str(problem))


def show_status_bar(settings: Settings, state: PageState) -> None:
    """Show the status bar. It refreshes itself, and reruns the page when the views are out of date."""
    st.session_state[_SHOWN] = state.view_key()
    busy = any(run.is_open for run in state.runs)
    every = _REFRESH_SECONDS_WHILE_RUNNING if busy else _REFRESH_SECONDS
    st.fragment(_status_bar, run_every=every)(settings)


def _status_bar(settings: Settings) -> None:
    if current_person(settings) is None:
        st.rerun()  # The session has ended.
    state = read_state(settings)
    if state.view_key() != st.session_state.get(_SHOWN):
        st.rerun()
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="status-bar"):
        if state.snapshot is not None:
            checked_at = last_checked(state.snapshot.as_of, state.runs)
            every = _PUBLISHED_MINUTES if settings.reads_lake else settings.sync_minutes
            _show(freshness(checked_at, now, every))
            _show(build_badge(state.runs))
        if settings.reads_lake:
            _show(lake_badge(read_lake_note(settings.home), now))
        elif not worker_is_running(settings.home):
            _show(_NO_WORKER)
        running = open_job(state.runs)
        _show(running_badge(running, usual_seconds(settings, running) if running else None, now))
        known_to = watermark(state.runs)
        if known_to is not None:
            st.caption(f"ShipStation data up to {settings.dates.clock(known_to, now)}", width="content")
        st.caption(f"Times in {settings.timezone.key}", width="content")


def _show(badge: Badge) -> None:
    st.badge(badge.text, icon=badge.icon, color=badge.tone)
