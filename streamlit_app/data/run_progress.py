"""How far an open run is: per cent, and the time left by the duration of earlier runs."""

from __future__ import annotations

from datetime import datetime

from streamlit_app.data.run_list import Run
from workflows.page_api import CLOSES

_MINUTE, _HOUR = 60, 3600
# Up to here a smaller unit is read more easily: `80 s`, `80 min`.
_UNITS_SHOWN = 90


def percent_done(run: Run, usual_seconds: float | None, now: datetime) -> int:
    """Return how much of an open run is done, 0 to 99.

    A close counts its steps. Other jobs count the rows of one step after the other, so of these it is the elapsed
    part of the usual duration; 0 if that is unknown.
    """
    if run.status == "queued":
        return 0
    if run.kind in CLOSES:
        return run.percent or 0
    return min(99, int(100 * _elapsed(run, now) / usual_seconds)) if usual_seconds else 0


def time_left(run: Run, usual_seconds: float | None, now: datetime) -> str:
    """Return `about 12 s left` of a running run, `longer than usual`, or nothing if no duration is known."""
    if usual_seconds is None:
        return ""
    left = usual_seconds - _elapsed(run, now)
    return f"about {_rounded(left)} left" if left > 0 else "longer than usual"


def progress_text(run: Run, usual_seconds: float | None, now: datetime) -> str:
    """Return the progress of an open run: `42 % · models 58 of 73, about 12 s left`."""
    if run.status == "queued":
        takes = f", then takes about {_rounded(usual_seconds)}" if usual_seconds else ""
        return f"0 % · Queued: starts when the job before it has ended{takes}."
    parts = (run.step or "starting", time_left(run, usual_seconds, now))
    return f"{percent_done(run, usual_seconds, now)} % · {', '.join(filter(None, parts))}"


def _elapsed(run: Run, now: datetime) -> float:
    return (now - run.started_at).total_seconds() if run.started_at else 0.0


def _rounded(seconds: float) -> str:
    if seconds < _UNITS_SHOWN:
        return f"{max(1, round(seconds))} s"
    if seconds < _UNITS_SHOWN * _MINUTE:
        return f"{round(seconds / _MINUTE)} min"
    return f"{round(seconds / _HOUR)} h"
