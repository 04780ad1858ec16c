"""How things stand: whether the data are fresh, and whether the last build was green. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from streamlit_app.data.formatted import age
from streamlit_app.data.run_list import RunLine

# Three syncs in a row that failed are worth a look, two hours of it an alarm.
_LATE_AFTER_SYNCS = 3
STALE_AFTER = timedelta(hours=2)

Tone = Literal["green", "orange", "red", "blue", "gray"]


@dataclass(frozen=True)
class Badge:
    """A short state in words; the tone repeats in colour what the words say.

    Attributes:
        text: Ours, or escaped: it is read as Markdown.
        icon: A Material icon.
    """

    text: str
    tone: Tone
    icon: str


def freshness(checked_at: datetime, now: datetime, sync_minutes: int = 5) -> Badge:
    """Whether the data are as fresh as they should be.

    Args:
        checked_at: When ShipStation was last asked with success, UTC.
        now: The present instant.
        sync_minutes: A sync is due so often.
    """
    ago = age(checked_at, now)
    if now - checked_at <= timedelta(minutes=_LATE_AFTER_SYNCS * sync_minutes):
        return Badge(f"Fresh, checked {ago}", "green", ":material/check_circle:")
    if now - checked_at <= STALE_AFTER:
        return Badge(f"Late, checked {ago}", "orange", ":material/schedule:")
    return Badge(f"Stale, checked {ago}", "red", ":material/error:")


def last_checked(as_of: datetime, runs: Sequence[RunLine]) -> datetime:
    """When ShipStation was last asked with success: a cycle that finds nothing new publishes nothing."""
    ends = [run.finished_at for run in runs if run.status == "success" and run.finished_at]
    return max([as_of, *ends])


def build_badge(runs: Sequence[RunLine]) -> Badge:
    """The last cycle's verdict: what is shown comes from a green build; a failed one published nothing."""
    latest = last_finished(runs)
    if latest is None or latest.status == "success":
        passed = next((run.tests_passed for run in runs if run.status == "success" and run.tests_passed), None)
        return Badge(
            f"Tests green, {passed} passed" if passed else "Tests green", "green", ":material/check_circle:"
        )
    if latest.is_red:
        return Badge("Tests red, nothing published", "red", ":material/error:")
    return Badge(f"Last {latest.kind} failed", "red", ":material/error:")


def last_finished(runs: Sequence[RunLine]) -> RunLine | None:
    """The newest run that succeeded or failed; runs are newest first. One that was cancelled says nothing."""
    return next((run for run in runs if run.status in ("success", "failed")), None)


def running_badge(runs: Sequence[RunLine]) -> Badge:
    """What is being done right now."""
    running = next((run for run in runs if run.status == "running"), None)
    if running is not None:
        return Badge(f"{running.kind.capitalize()} running{_step(running)}", "blue", ":material/sync:")
    if any(run.is_open for run in runs):
        return Badge("Queued", "blue", ":material/hourglass_top:")
    return Badge("Idle", "gray", ":material/pause_circle:")


def _step(run: RunLine) -> str:
    if not run.step:
        return ""
    return f": {run.step} {run.done:,} of {run.total:,}" if run.total else f": {run.step} {run.done:,}"


def watermark(runs: Sequence[RunLine]) -> datetime | None:
    """Up to when changes in ShipStation are known; None when no run says."""
    return max((run.watermark for run in runs if run.watermark), default=None)
