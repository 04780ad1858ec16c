"""The state of the closes of day, week and month: what is due, what was closed, and what is running."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st

from streamlit_app.data.run_list import Run, runs_of
from streamlit_app.data.snapshot_reader import current_snapshot
from workflows.page_api import (
    CLOSES,
    Close,
    CloseKind,
    CloseRefused,
    Loaded,
    Period,
    Settings,
    check_loaded,
    last_close,
    loaded_of,
    on_page,
    period_to_close,
    recent_closes,
)

_RUNS_READ = 12


@dataclass(frozen=True)
class CloseState:
    """One of the three closes.

    Attributes:
        kind: eod, eow or eom.
        period: The period to close: the one of the chosen day, or the one that is due; None if none is due.
        why_not: Why the period cannot be closed now; None when it can.
        done: The newest version of the period's close.
        last: The newest close of this kind, of any period.
        run: The newest run of this kind, if it is queued, running, or failed after the last close.
    """

    kind: CloseKind
    period: Period | None
    why_not: str | None
    done: Close | None
    last: Close | None
    run: Run | None


def close_states(settings: Settings, day: date | None) -> list[CloseState]:
    """Return the closes of the day, week and month that a day lies in; None for those that are due."""
    runs = runs_of(settings, CLOSES, _RUNS_READ)
    kinds: tuple[CloseKind, ...] = ("eod", "eow", "eom")
    return [_state(settings, kind, day, runs) for kind in kinds]


def report_files(settings: Settings, close: Close) -> list[Path]:
    """Return the files of a close that still exist. Paths outside the home's reports folder are left out."""
    folder = (settings.home / "reports").resolve()
    files = [(settings.home / name).resolve() for name in close.facts.get("reports", [])]
    return [file for file in files if file.is_relative_to(folder) and file.is_file()]


def _state(settings: Settings, kind: CloseKind, day: date | None, runs: Sequence[Run]) -> CloseState:
    last = next(iter(recent_closes(settings.operations, kind, 1)), None)
    newest = next((run for run in runs if run.kind == kind), None)
    period, why_not = _period_for(settings, kind, day)
    done = last_close(settings.operations, period) if period else None
    return CloseState(
        kind=kind,
        period=period,
        why_not=None if done else why_not,
        done=done,
        last=last,
        run=newest if newest and (newest.is_open or _failed_since(newest, last)) else None,
    )


def _period_for(settings: Settings, kind: CloseKind, day: date | None) -> tuple[Period | None, str | None]:
    """Return the period to close, and why it cannot be closed now."""
    try:
        period = period_to_close(kind, day, settings.today())
    except CloseRefused as refusal:
        return None, _not_yet(settings, refusal)
    snapshot = current_snapshot(settings)
    try:
        loaded = loaded_data(settings, str(snapshot.path) if snapshot else None)
        check_loaded(period, loaded, datetime.now(UTC), syncs_first=True)
    except CloseRefused as refusal:
        return period, on_page(refusal)
    return period, None


@st.cache_data(max_entries=2, show_spinner=False)
def loaded_data(_settings: Settings, path: str | None) -> Loaded:
    """Return which data a snapshot's file has loaded; nothing for None.

    Raises:
        CloseRefused: The snapshot does not record it.
    """
    return loaded_of(_settings, Path(path) if path else None)


def _not_yet(settings: Settings, refusal: CloseRefused) -> str:
    kind, possible_from = refusal.facts["kind"], refusal.facts["possible_from"]
    what = {"eod": "The day", "eow": "The week", "eom": settings.dates.month(possible_from)}[kind]
    return f"{what} can be closed from {settings.dates.weekday(possible_from)} on."


def _failed_since(run: Run, last: Close | None) -> bool:
    if run.status not in ("failed", "cancelled"):
        return False
    return last is None or run.started_at is None or run.started_at > last.closed_at
