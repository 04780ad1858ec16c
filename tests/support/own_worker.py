"""A worker in the test's own process, for what is about jobs and not about processes."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from shared_dbt import one_dbt_for_all_homes

from workflows.cli.worker import run_worker
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.jobs.client import Job, JobClient


@contextmanager
def working(settings: Settings) -> Iterator[JobClient]:
    """The worker of a home for as long as the block lasts."""
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    try:
        with one_dbt_for_all_homes(), run_worker(settings) as jobs:
            yield jobs
    finally:
        lock.release()


def done(jobs: JobClient, kind: str, **arguments: Any) -> Job:
    """The job of a kind, run to its end."""
    return ended(jobs, jobs.enqueue(kind, "mary", **arguments))


def ended(jobs: JobClient, run_id: str) -> Job:
    """A job once it has ended. Each look costs the worker's process 10 ms, so they become rarer."""
    pause, seconds = threading.Event(), 0.02
    while (job := jobs.job(run_id)) is not None and job.is_open:
        pause.wait(seconds)
        seconds = min(2 * seconds, 0.25)
    assert job is not None
    return job
