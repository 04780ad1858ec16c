"""`python -m benchmarks.closes [ORDERS]`: what pressing a button takes, with a running worker and an idle API."""

from __future__ import annotations

import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.business import business
from benchmarks.measure import Row, print_table, run_job, settings_for
from workflows.cli.worker import run_worker
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.jobs.client import JobClient

_REPEATS = 5


@dataclass(frozen=True)
class Pressed:
    """A button's job: seconds until it was accepted, until it first showed a step, and until it was done."""

    accepted: float
    progress: float
    done: float


def main() -> None:
    """Press the buttons and print what they took."""
    orders = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with business(orders) as shop, tempfile.TemporaryDirectory() as folder:
        settings = settings_for(Path(folder), shop.url)
        shop.remove_ghosts()
        lock = WorkerLock(settings.home)
        lock.acquire()
        with run_worker(settings) as jobs:
            since = (datetime.now(UTC) - timedelta(weeks=62)).isoformat()
            run_job(jobs, "backfill", since=since, until=None)
            run_job(jobs, "sync")
            rows = _press_all(settings, jobs)
        lock.release()
        print_table(f"{shop.orders} orders, the API's own time included", rows)


def _press_all(settings: Settings, jobs: JobClient) -> list[Row]:
    today = settings.today()
    friday = today - timedelta(days=(today.weekday() - 4) % 7 or 7)
    first = _press(jobs, "eod", today)
    days = [_press(jobs, "eod", today, force=True) for _ in range(_REPEATS)]
    again = _press(jobs, "eod", today)
    week = _press(jobs, "eow", friday)
    month = _press(jobs, "eom", today.replace(day=1) - timedelta(days=1))
    return [
        Row("job accepted (slowest)", max(day.accepted for day in days), 1),
        Row("first progress shown (slowest)", max(day.progress for day in days), 2),
        Row("EOD", median(day.done for day in days), 5, None, f"the worker's first one {first.done:.1f} s"),
        Row("EOD that is done already", again.done),
        Row("EOW with its EOD", week.done),
        Row("EOM with its EOW and EOD", month.done, None, None, "freezes a month"),
    ]


def _press(jobs: JobClient, kind: str, day: date, **arguments: Any) -> Pressed:
    began = time.monotonic()
    run_id = jobs.enqueue(kind, "benchmark", date=day.isoformat(), **arguments)
    accepted = time.monotonic() - began
    progress: float | None = None
    while (job := jobs.job(run_id)) is not None and job.is_open:
        if progress is None and job.progress:
            progress = time.monotonic() - began
        time.sleep(0.02)
    done = time.monotonic() - began
    if job is None or job.result is None:
        raise RuntimeError(f"The {kind} failed: {job.error if job else 'it is gone'}")
    return Pressed(accepted, done if progress is None else progress, done)


if __name__ == "__main__":
    main()
