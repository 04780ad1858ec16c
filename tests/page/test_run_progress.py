"""How far an open run is, and how long it still takes by the runs before it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from streamlit_app.data.run_list import Run, usual_of
from streamlit_app.data.run_progress import percent_done, progress_text, time_left

NOON = datetime(2026, 11, 20, 18, 0, tzinfo=UTC)


def run(seconds: float, status: str = "running", kind: str = "sync", **more: Any) -> Run:
    """A run that began so many seconds ago."""
    return Run("run", kind, status, "dana", NOON - timedelta(seconds=seconds), None, **more)


@pytest.mark.parametrize(
    ("elapsed", "usual", "words"),
    [
        (0, 12.4, "about 12 s left"),
        (8, 12.4, "about 4 s left"),
        (12.3, 12.4, "about 1 s left"),
        (12.4, 12.4, "longer than usual"),
        (500, 12.4, "longer than usual"),
        (0, 89, "about 89 s left"),
        (0, 100, "about 2 min left"),
        (60, 3600, "about 59 min left"),
        (0, 3 * 3600, "about 3 h left"),
        (5, None, ""),
    ],
)
def test_the_time_left_is_the_usual_duration_less_the_elapsed_one_and_never_negative(
    elapsed: float, usual: float | None, words: str
) -> None:
    assert time_left(run(elapsed), usual, NOON) == words


@pytest.mark.parametrize(
    ("shown", "usual", "percent"),
    [
        (run(30, "queued"), 10, 0),
        (run(0), 10, 0),
        # Of a sync, 90 % of the rows of one of its steps are not 90 % of it.
        (run(4, percent=90), 10, 40),
        (run(4, percent=90), None, 0),
        (run(30), 10, 99),
        (run(4, kind="eod", percent=14), 10, 14),
        (run(0, kind="eod"), 10, 0),
    ],
)
def test_a_run_starts_at_zero_and_is_not_done_before_it_ends(
    shown: Run, usual: float | None, percent: int
) -> None:
    assert percent_done(shown, usual, NOON) == percent


@pytest.mark.parametrize(
    ("shown", "usual", "words"),
    [
        (run(0, "queued"), None, "0 % · Queued: starts when the job before it has ended."),
        (run(9, "queued"), 4.2, "0 % · Queued: starts when the job before it has ended, then takes about 4 s."),
        (run(0), None, "0 % · starting"),
        (run(3, kind="eod", step="reports", percent=71), 5, "71 % · reports, about 2 s left"),
        (run(9, step="models"), 5, "99 % · models, longer than usual"),
    ],
)
def test_the_bar_says_what_is_done_and_the_time_left(shown: Run, usual: float | None, words: str) -> None:
    assert progress_text(shown, usual, NOON) == words


def ended(seconds: float, kind: str = "eod", **more: Any) -> Run:
    """A run that took so many seconds."""
    return Run("run", kind, "success", "dana", NOON - timedelta(seconds=seconds), NOON, **more)


def test_the_usual_duration_is_the_median_of_the_last_five_runs_that_did_the_same() -> None:
    closes = [ended(seconds) for seconds in (10, 12, 11, 50, 13, 900, 900)]
    nothing_to_do = ended(0.1, facts={"already_done": True})
    assert usual_of([nothing_to_do, *closes], run(0, kind="eod")) == 12
    uploads = [ended(90 if sends else 2, "upload", arguments={"dry_run": not sends}) for sends in (True, False)]
    assert usual_of(uploads, run(0, arguments={"dry_run": False})) == 90
    assert usual_of(uploads, run(0, arguments={"dry_run": True})) == 2
    of_a_span = ended(900, "reconcile", arguments={"since": "2026-01-01"})
    assert usual_of([of_a_span], run(0, kind="reconcile")) is None
