"""The badges of the status bar: freshness of the data, the last build, and the running job."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from streamlit_app.data.formatted import age, job_title
from streamlit_app.data.run_list import Run
from streamlit_app.data.run_progress import time_left
from workflows.page_api import STALE_AFTER, LakeNote

# Missed syncs until the data count as late.
_LATE_AFTER_SYNCS = 3

Tone = Literal["green", "orange", "red", "blue", "gray"]


@dataclass(frozen=True)
class Badge:
    """A badge: its text (Markdown), colour and Material icon."""

    text: str
    tone: Tone
    icon: str


def freshness(checked_at: datetime, now: datetime, sync_minutes: int = 5) -> Badge:
    """Return a badge that says how fresh the data are.

    Args:
        checked_at: When ShipStation was last read successfully, UTC.
        now: The present instant.
        sync_minutes: The interval of the scheduled syncs.
    """
    ago = age(checked_at, now)
    if now - checked_at <= timedelta(minutes=_LATE_AFTER_SYNCS * sync_minutes):
        return Badge(f"Fresh, checked {ago}", "green", ":material/check_circle:")
    if now - checked_at <= STALE_AFTER:
        return Badge(f"Late, checked {ago}", "orange", ":material/schedule:")
    return Badge(f"Stale, checked {ago}", "red", ":material/error:")


def lake_badge(note: LakeNote | None, now: datetime) -> Badge:
    """Return a badge for where the data of a page without a worker come from."""
    if note is None:
        return Badge("Not read from the lake yet", "gray", ":material/waves:")
    read = age(note.at, now) if note.at else "never"
    if note.problem is not None:
        return Badge(f"The lake is out of reach, last read {read}", "red", ":material/error:")
    return Badge(f"From the lake, read {read}", "green", ":material/waves:")


def last_checked(as_of: datetime, runs: Sequence[Run]) -> datetime:
    """Return when ShipStation was last read successfully. A sync without changes publishes no new snapshot."""
    ends = [run.finished_at for run in runs if run.status == "success" and run.finished_at]
    return max([as_of, *ends])


def build_badge(runs: Sequence[Run]) -> Badge:
    """Return a badge for the last build. A failed build publishes nothing."""
    latest = last_finished(runs)
    if latest is None or latest.status == "success":
        passed = next((run.tests_passed for run in runs if run.status == "success" and run.tests_passed), None)
        return Badge(f"{passed} tests passed" if passed else "Tests passed", "green", ":material/check_circle:")
    if latest.is_failed_build:
        return Badge("Build failed, nothing published", "red", ":material/error:")
    return Badge(f"{job_title(latest.kind)} failed", "red", ":material/error:")


def last_finished(runs: Sequence[Run]) -> Run | None:
    """Return the newest run that succeeded or failed; cancelled runs are skipped."""
    return next((run for run in runs if run.status in ("success", "failed")), None)


def open_job(runs: Sequence[Run]) -> Run | None:
    """Return the running job, else the one that is queued first."""
    waiting = [run for run in runs if run.is_open]
    return next((run for run in waiting if run.status == "running"), waiting[-1] if waiting else None)


def running_badge(run: Run | None, usual_seconds: float | None, now: datetime) -> Badge:
    """Return a badge for the running or queued job, with the time left by the duration of earlier runs."""
    if run is not None and run.status == "running":
        parts = (_step(run), time_left(run, usual_seconds, now))
        return Badge(f"{job_title(run.kind)} running: {', '.join(filter(None, parts))}", "blue", ":material/sync:")
    if run is not None:
        return Badge(f"{job_title(run.kind)} queued: 0 %", "blue", ":material/hourglass_top:")
    return Badge("Idle", "gray", ":material/pause_circle:")


def _step(run: Run) -> str:
    if not run.step:
        return "0 %"
    return f"{run.step} {run.done:,} of {run.total:,}" if run.total else f"{run.step} {run.done:,}"


def watermark(runs: Sequence[Run]) -> datetime | None:
    """Return the instant up to which changes in ShipStation are loaded; None when unknown."""
    return max((run.watermark for run in runs if run.watermark), default=None)
