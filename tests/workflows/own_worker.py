"""A worker in the test's own process, for what is about jobs and not about processes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from dbos import DBOS

from workflows.jobs import Job, JobClient
from workflows.settings import Settings
from workflows.worker import WorkerLock, run_worker


@contextmanager
def working(settings: Settings) -> Iterator[JobClient]:
    """The worker of a home for as long as the block lasts."""
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    with run_worker(settings) as jobs:
        yield jobs
    lock.release()


def done(jobs: JobClient, kind: str, **arguments: Any) -> Job:
    """The job of a kind, run to its end."""
    return ended(jobs, jobs.enqueue(kind, "mary", **arguments))


def ended(jobs: JobClient, run_id: str) -> Job:
    """A job once it has ended."""
    with suppress(Exception):
        # What it ended with is in the job.
        DBOS.retrieve_workflow(run_id).get_result(polling_interval_sec=0.02)
    job = jobs.job(run_id)
    assert job is not None
    return job
