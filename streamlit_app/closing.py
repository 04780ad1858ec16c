"""How the closes of day, week and month stand: what each would close, what was closed, what is under way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from streamlit_app.runs import RunLine, runs_of
from workflows.close_record import Close, last_close, recent_closes
from workflows.errors import UsageError
from workflows.kinds import CLOSES
from workflows.periods import CloseKind, Period, period_to_close
from workflows.settings import Settings

_RUNS_LOOKED_AT = 12


@dataclass(frozen=True)
class CloseState:
    """One of the three closes.

    Attributes:
        kind: eod, eow or eom.
        period: What it closes for the day that was asked for; None when it closes nothing.
        why_not: Why it closes nothing.
        done: The newest version of that period's close.
        last: The newest close of the kind, whatever its period.
        run: The newest run of the kind that tells more than the record: open, or failed after the last close.
    """

    kind: CloseKind
    period: Period | None
    why_not: str | None
    done: Close | None
    last: Close | None
    run: RunLine | None


def close_states(settings: Settings, day: date) -> list[CloseState]:
    """The closes of day, week and month for a date.

    Args:
        settings: Whose home.
        day: The business day to close, or the period it lies in.
    """
    runs = runs_of(settings, CLOSES, _RUNS_LOOKED_AT)
    kinds: tuple[CloseKind, ...] = ("eod", "eow", "eom")
    return [_state(settings, kind, day, runs) for kind in kinds]


def report_files(settings: Settings, close: Close) -> list[Path]:
    """The files a close made that are still there, in their order; nothing outside the home's reports."""
    folder = (settings.home / "reports").resolve()
    files = [(settings.home / name).resolve() for name in close.facts.get("reports", [])]
    return [file for file in files if file.is_relative_to(folder) and file.is_file()]


def _state(settings: Settings, kind: CloseKind, day: date, runs: Sequence[RunLine]) -> CloseState:
    last = next(iter(recent_closes(settings.operations, kind, 1)), None)
    newest = next((run for run in runs if run.kind == kind), None)
    try:
        period, why_not = period_to_close(kind, day, settings.today()), None
    except UsageError:
        period, why_not = None, _why_not(day)
    return CloseState(
        kind=kind,
        period=period,
        why_not=why_not,
        done=last_close(settings.operations, period) if period else None,
        last=last,
        run=newest if newest and (newest.is_open or _failed_since(newest, last)) else None,
    )


def _why_not(day: date) -> str:
    """Only a month can be too young to close: its days are billed once they have ended."""
    next_month = (day.replace(day=1) + timedelta(days=31)).replace(day=1)
    return (
        f"{day:%B %Y} still runs: it can be closed from {next_month.day} {next_month:%B} on. For an earlier month "
        "choose one of its days under Another day."
    )


def _failed_since(run: RunLine, last: Close | None) -> bool:
    if run.status not in ("failed", "cancelled"):
        return False
    return last is None or run.started_at is None or run.started_at > last.closed_at
