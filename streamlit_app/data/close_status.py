"""How the closes of day, week and month stand: what each would close, what was closed, what is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import streamlit as st

from streamlit_app.data.formatted import day as day_words
from streamlit_app.data.run_list import RunLine, runs_of
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
    period_to_close,
    recent_closes,
)

_RUNS_LOOKED_AT = 12


@dataclass(frozen=True)
class CloseState:
    """One of the three closes.

    Attributes:
        kind: eod, eow or eom.
        period: What it closes: the period of the day that was asked for, or the one that is due; None for none.
        why_not: Why that cannot be closed now, or none is due; None when it can.
        done: The newest version of that period's close.
        last: The newest close of the kind, whatever its period.
        run: The newest run of the kind, when it is open or failed after the last close.
    """

    kind: CloseKind
    period: Period | None
    why_not: str | None
    done: Close | None
    last: Close | None
    run: RunLine | None


def close_states(settings: Settings, day: date | None) -> list[CloseState]:
    """The closes of day, week and month for a date.

    Args:
        settings: Whose home.
        day: A day of the periods to close; None for those that are due.
    """
    runs = runs_of(settings, CLOSES, _RUNS_LOOKED_AT)
    kinds: tuple[CloseKind, ...] = ("eod", "eow", "eom")
    return [_state(settings, kind, day, runs) for kind in kinds]


def report_files(settings: Settings, close: Close) -> list[Path]:
    """The files a close made that are still there, in their order; nothing outside the home's reports."""
    folder = (settings.home / "reports").resolve()
    files = [(settings.home / name).resolve() for name in close.facts.get("reports", [])]
    return [file for file in files if file.is_relative_to(folder) and file.is_file()]


def _state(settings: Settings, kind: CloseKind, day: date | None, runs: Sequence[RunLine]) -> CloseState:
    last = next(iter(recent_closes(settings.operations, kind, 1)), None)
    newest = next((run for run in runs if run.kind == kind), None)
    period, why_not = _asked_for(settings, kind, day)
    done = last_close(settings.operations, period) if period else None
    return CloseState(
        kind=kind,
        period=period,
        # What is closed is shown as it was closed; to close it again is refused with the same words.
        why_not=None if done else why_not,
        done=done,
        last=last,
        run=newest if newest and (newest.is_open or _failed_since(newest, last)) else None,
    )


def _asked_for(settings: Settings, kind: CloseKind, day: date | None) -> tuple[Period | None, str | None]:
    """The period that a card is about, and why it cannot be closed now."""
    try:
        period = period_to_close(kind, day, settings.today())
    except CloseRefused as refusal:
        return None, _not_yet(refusal)
    snapshot = current_snapshot(settings)
    try:
        loaded = what_is_loaded(settings, str(snapshot.path) if snapshot else None)
        check_loaded(period, loaded, datetime.now(UTC), syncs_first=True)
    except CloseRefused as refusal:
        return period, str(refusal)
    return period, None


@st.cache_data(max_entries=2, show_spinner=False)
def what_is_loaded(_settings: Settings, path: str | None) -> Loaded:
    """What is loaded by a snapshot's own file; nothing at all before the first one.

    Raises:
        CloseRefused: The snapshot does not say.
    """
    return loaded_of(_settings, Path(path) if path else None)


def _not_yet(refusal: CloseRefused) -> str:
    """Why a period cannot be closed yet, in the page's words."""
    kind, possible_from = refusal.facts["kind"], refusal.facts["possible_from"]
    what = {"eod": "The day", "eow": "The week", "eom": f"{possible_from:%B %Y}"}[kind]
    return (
        f"{what} can be closed from {day_words(possible_from)} on. For an earlier one choose one of its days "
        "under Another day."
    )


def _failed_since(run: RunLine, last: Close | None) -> bool:
    if run.status not in ("failed", "cancelled"):
        return False
    return last is None or run.started_at is None or run.started_at > last.closed_at
