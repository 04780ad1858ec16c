"""Running a job from the command line: in this process, or at the worker of its home."""

from __future__ import annotations

import time
from typing import Any

from workflows.cli.abandoned_jobs import AbandonedJobs, outcome_not_stored
from workflows.cli.worker import become_worker
from workflows.closes.readiness import retry_job
from workflows.config.settings import Settings
from workflows.errors import Cancelled, ShipledgerError
from workflows.jobs.client import Job, JobClient, job_client
from workflows.jobs.progress import CommandProgress
from workflows.jobs.workflow_store import errors_for_the_user

_POLL_SECONDS = 0.1
_STORE_SECONDS = 30
# What a killed job of these kinds read may be long out of date: it is finished, and then run again.
_ALWAYS_AGAIN = ("sync", "import-xcart", "upload", "parity")


def run_job(settings: Settings, kind: str, arguments: dict[str, Any], actor: str) -> dict[str, Any]:
    """Run a job to its end and return its facts; show its progress.

    It runs in this process when the home has no worker, else at the worker.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    with CommandProgress() as progress, errors_for_the_user(settings):
        own = become_worker(settings)
        if own is not None:
            return _run_here(own, kind, arguments, actor, progress)
        with job_client(settings) as jobs:
            _wait_for_store(jobs)
            return _follow_elsewhere(settings, jobs, jobs.enqueue(kind, actor, **arguments), progress)


def retry(settings: Settings, run_id: str, actor: str) -> dict[str, Any]:
    """Run a failed or cancelled job again and return its facts; a close resumes at the step that failed.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    with CommandProgress() as progress, errors_for_the_user(settings):
        own = become_worker(settings)
        if own is not None:
            return _outcome(_wait(own, retry_job(settings, own, run_id, actor), progress))
        with job_client(settings) as jobs:
            _wait_for_store(jobs)
            return _follow_elsewhere(settings, jobs, retry_job(settings, jobs, run_id, actor), progress)


def _run_here(
    jobs: JobClient, kind: str, arguments: dict[str, Any], actor: str, progress: CommandProgress
) -> dict[str, Any]:
    """Run a job in this process, after one of its kind that a killed worker left behind.

    One with the same arguments is only finished, except for the kinds that always run again.
    """
    left_behind = jobs.open_job(kind)
    if left_behind is not None:
        finished = _wait(jobs, left_behind.run_id, progress)
        if kind not in _ALWAYS_AGAIN and left_behind.arguments == arguments:
            return _outcome(finished)
    return _outcome(_wait(jobs, jobs.enqueue(kind, actor, **arguments), progress))


def _wait_for_store(jobs: JobClient) -> None:
    """Wait until the workflow store exists: a worker that has just taken the lock makes it in a moment."""
    deadline = time.monotonic() + _STORE_SECONDS
    while not jobs.is_ready():
        if time.monotonic() > deadline:
            raise ShipledgerError("The worker of this home does not answer. Stop it and try again.")
        time.sleep(_POLL_SECONDS)


def _follow_elsewhere(
    settings: Settings, jobs: JobClient, run_id: str, progress: CommandProgress
) -> dict[str, Any]:
    """Follow a job at another process; become the worker when that process dies."""
    while (own := become_worker(settings)) is None:
        job = _look(jobs, run_id, progress)
        if not job.is_open:
            return _outcome(job)
        time.sleep(_POLL_SECONDS)
    return _outcome(_wait(own, run_id, progress))


def _wait(jobs: JobClient, run_id: str, progress: CommandProgress) -> Job:
    """Wait for a job of this process's worker."""
    abandoned = AbandonedJobs()
    while (job := _look(jobs, run_id, progress)).is_open:
        if abandoned.has(job):
            raise outcome_not_stored(job)
        time.sleep(_POLL_SECONDS)
    return job


def _look(jobs: JobClient, run_id: str, progress: CommandProgress) -> Job:
    job = jobs.job(run_id)
    if job is None:
        raise ShipledgerError(f"The run {run_id} is gone from the workflow store. Start it again.")
    progress.show(job)
    return job


def _outcome(job: Job) -> dict[str, Any]:
    if job.status == "success" and job.result is not None:
        return job.result
    if job.status == "cancelled":
        raise Cancelled(f"The {job.kind} (run {job.run_id}) was cancelled. Nothing was published.")
    if isinstance(job.error, ShipledgerError):
        raise job.error
    raise ShipledgerError(
        f"The {job.kind} (run {job.run_id}) failed: {job.error}. Nothing was published; see the log and `status`."
    )
