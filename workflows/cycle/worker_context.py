"""What the steps of every job work with in a worker: the engine, the job client, progress and errors."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime

from dbos import DBOS

from workflows.config.disk_sync import is_disk_full
from workflows.cycle.engine import Engine, Facts, Report
from workflows.cycle.warehouse import Run
from workflows.errors import Cancelled, ShipledgerError
from workflows.jobs.client import Job, JobClient

log = logging.getLogger(__name__)

_REPORT_EVERY_SECONDS = 0.5
# Reported from within dbt, which takes an exception there for a failed model: a build runs to its end.
_NOT_CANCELLED = "models"


@dataclass
class WorkerContext:
    """The engine and the job client of a worker.

    Attributes:
        warehouse_lock: Held by the step that works on the warehouse. The queue runs one job at a time, but a
            cancelled one leaves it at once, while its last step may still be at work.
    """

    engine: Engine
    jobs: JobClient
    warehouse_lock: threading.RLock = field(default_factory=threading.RLock)


_current: WorkerContext | None = None


def set_current(context: WorkerContext | None) -> None:
    """Set the context of this process's worker, None when it ends."""
    global _current
    _current = context


def current() -> WorkerContext:
    """Return the context of this process's worker."""
    if _current is None:
        raise RuntimeError("No worker has been started in this process.")
    return _current


@contextmanager
def working(step: str) -> Iterator[None]:
    """Run a step's work on the warehouse, one at a time."""
    with current().warehouse_lock, errors_as_sentences(step):
        yield


@contextmanager
def errors_as_sentences(step: str) -> Iterator[None]:
    """Turn an unexpected error of a step into a sentence for the user; the log gets the traceback."""
    try:
        yield
    except ShipledgerError as problem:
        log.warning("The step '%s' of run %s ended: %s", step, DBOS.workflow_id, problem)
        raise
    except Exception as problem:
        cancelled = _cause(problem, Cancelled)
        if cancelled is not None:
            raise cancelled from problem
        if _current is not None and is_disk_full(problem, _current.engine.settings.home):
            log.error("The step '%s' of run %s found no room: %s", step, DBOS.workflow_id, problem)  # noqa: TRY400
            raise ShipledgerError(
                f"The disk of the home is full, so the step '{step}' could not write. The published snapshot is "
                "unchanged. Make room; the next run does the rest."
            ) from problem
        log.exception("The step '%s' of run %s failed unexpectedly", step, DBOS.workflow_id)
        raise ShipledgerError(
            f"The step '{step}' failed unexpectedly ({type(problem).__name__}). The published snapshot is "
            "unchanged, and logs/shipledger.log in the home has the details. Try again; report it if it stays."
        ) from problem


def _cause(problem: BaseException | None, wanted: type[Exception]) -> BaseException | None:
    """Return the error of that type which led to this one; dlt wraps what is raised while it reads."""
    while problem is not None and not isinstance(problem, wanted):
        problem = problem.__cause__ or problem.__context__
    return problem


def job_reporter() -> Report:
    """Return a progress callback for the current job."""
    jobs, run_id = current().jobs, str(DBOS.workflow_id)
    return reporter(lambda step, done, total: jobs.report(run_id, step, done, total))


def reporter(report: Report) -> Report:
    """Return a progress callback that reports at most twice a second, and stops a cancelled job.

    Args:
        report: Called with (what is counted, done, in all).

    Returns:
        The callback for a step. It raises `Cancelled`.
    """
    jobs, run_id = current().jobs, str(DBOS.workflow_id)
    last = 0.0

    def throttled(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _REPORT_EVERY_SECONDS:
            return
        last = now
        report(step, done, total)
        if step != _NOT_CANCELLED:
            jobs.raise_if_cancelled(run_id)

    return throttled


def runs_since(finished_after: datetime | None) -> list[Run]:
    """Return the runs that finished after an instant (UTC; None for all), and those that are open."""
    jobs = current().jobs
    known = [*jobs.jobs(finished_after=finished_after, limit=None), *jobs.open_jobs()]
    return [_run_of(job) for job in known]


def this_run(kind: str, started_at: datetime, facts: Facts) -> Run:
    """Return the current job as a running run, with the facts that its steps have given so far."""
    return Run(
        **{
            **_known(facts),
            "run_id": str(DBOS.workflow_id),
            "kind": kind,
            "started_at": started_at,
            "finished_at": None,
            "status": "running",
            "actor": DBOS.authenticated_user,
        }
    )


def _run_of(job: Job) -> Run:
    return Run(
        **{
            "run_id": job.run_id,
            "kind": job.kind,
            "started_at": job.started_at or job.created_at,
            "finished_at": job.finished_at,
            "status": job.status,
            "actor": job.actor,
            "error": str(job.error) if job.error else None,
            **_known(job.result or {}),
        }
    )


def _known(facts: Facts) -> Facts:
    """Return those of a job's facts that a run record has."""
    wanted = {field.name for field in fields(Run)} - {"status", "error"}
    return {name: value for name, value in facts.items() if name in wanted}
