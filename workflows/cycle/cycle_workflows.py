"""The durable workflows: which steps a job has, in which order. Each finished step is remembered by DBOS.

A killed job goes on at its first unfinished step, and every step may safely run again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.cycle.engine import Engine, Facts, Report
from workflows.cycle.run_log import log_end, log_start
from workflows.cycle.warehouse import Run
from workflows.errors import Cancelled, ShipledgerError
from workflows.jobs.client import Job, JobClient

log = logging.getLogger(__name__)

_REPORT_EVERY_SECONDS = 0.5
_SUMMED = (
    "orders_fetched",
    "orders_changed",
    "orders_new",
    "orders_manual",
    "orders_updated",
    "shipments_fetched",
    "shipments_changed",
    "labels_new",
    "fulfillments_fetched",
    "fulfillments_changed",
    "api_requests",
    "api_seconds",
    "load_seconds",
)

# Reported from within dbt, which would take an exception there for a failed model: a build runs to its end.
_NOT_BROKEN_OFF = "models"


@dataclass
class Bench:
    """What the steps work with; set by the worker before it starts.

    Attributes:
        turn: Held by the step that works on the warehouse. The queue gives one job at a time, but a cancelled one
            leaves it at once, while its last step may still be at work.
    """

    engine: Engine
    jobs: JobClient
    turn: threading.RLock = field(default_factory=threading.RLock)


_bench: Bench | None = None


def set_bench(bench: Bench | None) -> None:
    """Give the workflows of this process what they work with."""
    global _bench
    _bench = bench


@DBOS.workflow(name="sync")
def sync(arguments: dict[str, Any]) -> Facts:
    """One cycle: what changed in ShipStation since the watermark becomes a published snapshot."""
    del arguments
    started_at = begin("sync")
    loaded = load_changes()
    return build_and_publish("sync", started_at, loaded)


@DBOS.workflow(name="backfill")
def backfill(arguments: dict[str, Any]) -> Facts:
    """The same for a span of modification dates, loaded in windows that are each kept.

    Args:
        arguments: `since` and `until` (or None), UTC instants in ISO format.
    """
    started_at = begin("backfill")
    loaded: Facts = {}
    while not loaded.get("finished"):
        loaded = _add(loaded, _load_window(arguments["since"], arguments["until"]))
    return build_and_publish("backfill", started_at, loaded)


@DBOS.workflow(name="reconcile")
def reconcile(arguments: dict[str, Any]) -> Facts:
    """Compare a span of dates with ShipStation field by field, and repair when asked.

    It syncs first: what merely changed since the last sync is no difference.

    Args:
        arguments: `since` and `until`, UTC instants in ISO format, and `repair`.
    """
    started_at = begin("reconcile")
    loaded = load_changes()
    compared = _compare(arguments["since"], arguments["until"], arguments["repair"], loaded["read_at"])
    summed = {name: loaded[name] + compared[name] for name in ("api_requests", "api_seconds")}
    return build_and_publish("reconcile", started_at, {**loaded, **compared, **summed})


def build_and_publish(kind: str, started_at: datetime, loaded: Facts) -> Facts:
    """The last two steps of every job that loads: give its facts, with what was built and published."""
    built = build(kind, started_at, loaded)
    published, finished_at = publish(kind, started_at, loaded, built["built_at"])
    seconds = (finished_at - started_at).total_seconds()
    if "watermark_after" in loaded:
        log_end(current_bench().engine.settings, kind, str(DBOS.workflow_id), loaded, seconds)
    return {
        "run_id": DBOS.workflow_id,
        "kind": kind,
        **loaded,
        **built,
        "published": published,
        "started_at": started_at,
        "seconds": seconds,
    }


@DBOS.step(name="begin")
def begin(reads_as: str | None = None) -> datetime:
    """The instant (UTC) the job began; its first step, so that a resumed job keeps it.

    Args:
        reads_as: The kind of a job that reads ShipStation: the log says from where.
    """
    if reads_as is not None:
        log_start(current_bench().engine.settings, reads_as, str(DBOS.workflow_id))
    return datetime.now(UTC)


@DBOS.step(name="load")
def load_changes() -> Facts:
    """Load what changed in ShipStation since the watermark."""
    with working("load"):
        return current_bench().engine.load_changes(job_reporter())


@DBOS.step(name="load window")
def _load_window(since: str, until: str | None) -> Facts:
    end = datetime.fromisoformat(until) if until else None
    with working("load"):
        return current_bench().engine.load_window(datetime.fromisoformat(since), end, job_reporter())


@DBOS.step(name="compare")
def _compare(since: str, until: str, repair: bool, read_at: datetime) -> Facts:
    start, end = datetime.fromisoformat(since), datetime.fromisoformat(until)
    with working("compare"):
        return current_bench().engine.reconcile(start, end, repair, read_at, job_reporter())


@DBOS.step(name="build")
def build(kind: str, started_at: datetime, loaded: Facts) -> Facts:
    """Build and test the models, if anything changed; nothing is published."""
    run = this_run(kind, started_at, loaded)
    with working("build"):
        return current_bench().engine.build(run, runs_since, job_reporter())


@DBOS.step(name="publish")
def publish(kind: str, started_at: datetime, loaded: Facts, built_at: datetime) -> tuple[str, datetime]:
    """Publish what was built: give the snapshot's name, and the instant (UTC) it was current."""
    run = this_run(kind, started_at, loaded)
    with working("publish"):
        published = current_bench().engine.publish(run, built_at)
    return published, datetime.now(UTC)


@contextmanager
def working(step: str) -> Iterator[None]:
    """A step's work on the warehouse: one at a time."""
    with current_bench().turn, errors_as_sentences(step):
        yield


@contextmanager
def errors_as_sentences(step: str) -> Iterator[None]:
    """A step's work: what nobody foresaw goes to the log whole, and to the user as a sentence."""
    try:
        yield
    except ShipledgerError as problem:
        log.warning("The step '%s' of run %s ended: %s", step, DBOS.workflow_id, problem)
        raise
    except Exception as problem:
        cancelled = _cause(problem, Cancelled)
        if cancelled is not None:
            raise cancelled from problem
        log.exception("The step '%s' of run %s failed unexpectedly", step, DBOS.workflow_id)
        raise ShipledgerError(
            f"Something unexpected went wrong at the step '{step}' ({type(problem).__name__}). What was "
            "published before stays; logs/shipledger.log in the home has the details. Try again, and "
            "report it if it stays."
        ) from problem


def _cause(problem: BaseException | None, wanted: type[Exception]) -> BaseException | None:
    """The error of that kind which led to this one; dlt wraps what is raised while it reads."""
    while problem is not None and not isinstance(problem, wanted):
        problem = problem.__cause__ or problem.__context__
    return problem


def current_bench() -> Bench:
    """What the jobs of this process work with; only a worker has it."""
    if _bench is None:
        raise RuntimeError("No worker has been started in this process.")
    return _bench


def job_reporter() -> Report:
    """A progress report for the current job."""
    jobs, run_id = current_bench().jobs, str(DBOS.workflow_id)
    return reporter(lambda step, done, total: jobs.report(run_id, step, done, total))


def reporter(tell: Report) -> Report:
    """A progress report that is passed on at most every half second, and breaks off a job that was cancelled.

    Args:
        tell: Called with (what is counted, done, in all).

    Returns:
        What a step reports to. It raises `Cancelled`.
    """
    jobs, run_id = current_bench().jobs, str(DBOS.workflow_id)
    last = 0.0

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last < _REPORT_EVERY_SECONDS:
            return
        last = now
        tell(step, done, total)
        if step != _NOT_BROKEN_OFF:
            jobs.break_off_when_cancelled(run_id)

    return report


def runs_since(finished_after: datetime | None) -> list[Run]:
    """Runs that finished after an instant (UTC; None for all), and those that are open."""
    jobs = current_bench().jobs
    known = [*jobs.jobs(finished_after=finished_after, limit=None), *jobs.open_jobs()]
    return [_run_of(job) for job in known]


def _run_of(job: Job) -> Run:
    facts = job.result or {}
    return Run(
        **{
            "run_id": job.run_id,
            "kind": job.kind,
            "started_at": job.started_at or job.created_at,
            "finished_at": job.finished_at,
            "status": job.status,
            "actor": job.actor,
            "error": str(job.error) if job.error else None,
            **_known(facts),
        }
    )


def this_run(kind: str, started_at: datetime, facts: Facts) -> Run:
    """The current job as a run that is still going, with the facts that its steps have given so far."""
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


def _known(facts: Facts) -> Facts:
    """Of a job's facts, those that a run record has."""
    wanted = {field.name for field in fields(Run)} - {"status", "error"}
    return {name: value for name, value in facts.items() if name in wanted}


def _add(before: Facts, after: Facts) -> Facts:
    """Two windows' facts as one: counts add up, the first watermark before and the last one after stay."""
    if not before:
        return after
    summed = {name: before[name] + after[name] for name in _SUMMED}
    return {**after, **summed, "watermark_before": before["watermark_before"]}
