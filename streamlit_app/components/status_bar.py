"""The strip above every view: how things stand, kept up to date by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import streamlit as st

from streamlit_app.auth.identity import present_person
from streamlit_app.data.formatted import age, clock
from streamlit_app.data.freshness import Badge, build_badge, freshness, last_checked, running_badge, watermark
from streamlit_app.data.run_list import RunLine, recent_runs
from streamlit_app.data.snapshot_reader import Snapshot, SnapshotGone, SnapshotUnreadable, current_snapshot
from workflows.page_api import Settings

_REFRESH_SECONDS = 5
_REFRESH_SECONDS_WHILE_RUNNING = 2
_SHOWN = "shown_state"


@dataclass(frozen=True)
class Moment:
    """What there is to show at one instant.

    Attributes:
        snapshot: The newest version, None before the first publication.
        runs: The last runs, newest first.
        problem: Why there is none although something was published.
    """

    snapshot: Snapshot | None
    runs: Sequence[RunLine]
    problem: str | None = None

    def shown(self) -> tuple[object, ...]:
        """What the views show of it: when it differs, they are drawn again. Progress is the strip's alone."""
        latest = [(run.run_id, run.status) for run in self.runs if not run.is_open][:1]
        as_of = self.snapshot and (self.snapshot.path, age(self.snapshot.as_of, datetime.now(UTC)))
        return (as_of, self.problem, *latest)


def look(settings: Settings) -> Moment:
    """The present state."""
    try:
        snapshot = current_snapshot(settings)
        return Moment(snapshot, recent_runs(settings, snapshot))
    except SnapshotGone:
        return look(settings)
    except SnapshotUnreadable as problem:
        return Moment(None, recent_runs(settings, None), str(problem))


def show_strip(settings: Settings, moment: Moment) -> None:
    """Show the strip; from then on it looks for itself, and has the view drawn again when something is new."""
    st.session_state[_SHOWN] = moment.shown()
    busy = any(run.is_open for run in moment.runs)
    every = _REFRESH_SECONDS_WHILE_RUNNING if busy else _REFRESH_SECONDS
    st.fragment(_strip, run_every=every)(settings)


def _strip(settings: Settings) -> None:
    if present_person(settings) is None:
        st.rerun()  # the session has ended meanwhile
    moment = look(settings)
    if moment.shown() != st.session_state.get(_SHOWN):
        st.rerun()
    now = datetime.now(UTC)
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="strip"):
        if moment.snapshot is not None:
            checked_at = last_checked(moment.snapshot.as_of, moment.runs)
            _show(freshness(checked_at, now, settings.sync_minutes))
            _show(build_badge(moment.runs))
        _show(running_badge(moment.runs))
        known_to = watermark(moment.runs)
        if known_to is not None:
            st.caption(f"ShipStation known up to {clock(known_to, settings.timezone, now)}", width="content")
        st.caption(f"Times in {settings.timezone.key}", width="content")


def _show(badge: Badge) -> None:
    st.badge(badge.text, icon=badge.icon, color=badge.tone)
