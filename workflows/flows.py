"""The durable workflows: which steps a job has, in which order. Each finished step is remembered by DBOS.

A killed job goes on at its first unfinished step, and every step may safely run again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import Any

from dbos import DBOS

from workflows.engine import Engine, Facts
from workflows.errors import ShipledgerError
from workflows.jobs import Job, JobClient
from workflows.warehouse import Run

log = logging.getLogger(__name__)

_REPORT_EVERY_SECONDS = 0.5
_SUMMED = (
    "orders_fetched",
    "orders_changed",
    "shipments_fetched",
    "shipments_changed",
    "fulfillments_fetched",
    "fulfillments_changed",
    "api_requests",
    "api_seconds",
    "load_seconds",
)


@dataclass
class Bench:
    """What the steps work with; set by the worker before it starts."""

    engine: Engine
    jobs: JobClient


_bench: Bench | None = None


def set_bench(bench: Bench | None) -> None:
    """Give the workflows of this process what they work with."""
    global _bench
    _bench = bench


@DBOS.workflow(name="sync")
def sync(arguments: dict[str, Any]) -> Facts:
    """One cycle: what changed in ShipStation since the watermark becomes a published snapshot."""
    del arguments
    started_at = _begin()
    loaded = _load_changes()
    return _build_and_publish("sync", started_at, loaded)


@DBOS.workflow(name="backfill")
def backfill(arguments: dict[str, Any]) -> Facts:
    """The same for a span of modification dates, loaded in windows that are each kept.

    Args:
        arguments: `since` and `until` (or None), UTC instants in ISO format.
    """
    started_at = _begin()
    loaded: Facts = {}
    while not loaded.get("finished"):
        loaded = _add(loaded, _load_window(arguments["since"], arguments["until"]))
    return _build_and_publish("backfill", started_at, loaded)


@DBOS.workflow(name="reconcile")
def reconcile(arguments: dict[str, Any]) -> Facts:
    """Compare a span of dates with ShipStation field by field, and repair when asked.

    Args:
        arguments: `since` and `until`, UTC instants in ISO format, and `repair`.
    """
    started_at = _begin()
    compared = _compare(arguments["since"], arguments["until"], arguments["repair"])
    return _build_and_publish("reconcile", started_at, compared)


def _build_and_publish(kind: str, started_at: datetime, loaded: Facts) -> Facts:
    built = _build(kind, started_at, loaded)
    published, finished_at = _publish(kind, started_at, loaded, built["built_at"])
    return {
        "run_id": DBOS.workflow_id,
        "kind": kind,
        **loaded,
        **built,
        "published": published,
        "started_at": started_at,
        "seconds": (finished_at - started_at).total_seconds(),
    }


@DBOS.step(name="begin")
def _begin() -> datetime:
    return datetime.now(UTC)


@DBOS.step(name="load")
def _load_changes() -> Facts:
    with _in_a_sentence("loading"):
        return current_bench().engine.load_changes(_reporter())


@DBOS.step(name="load window")
def _load_window(since: str, until: str | None) -> Facts:
    end = datetime.fromisoformat(until) if until else None
    with _in_a_sentence("loading"):
        return current_bench().engine.load_window(datetime.fromisoformat(since), end, _reporter())


@DBOS.step(name="compare")
def _compare(since: str, until: str, repair: bool) -> Facts:
    with _in_a_sentence("comparing"):
        return current_bench().engine.reconcile(
            datetime.fromisoformat(since), datetime.fromisoformat(until), repair, _reporter()
        )


@DBOS.step(name="build")
def _build(kind: str, started_at: datetime, loaded: Facts) -> Facts:
    run = _run(kind, started_at, loaded, "running")
    with _in_a_sentence("building"):
        return current_bench().engine.build(run, _runs_since, _reporter())


@DBOS.step(name="publish")
def _publish(kind: str, started_at: datetime, loaded: Facts, built_at: datetime) -> tuple[str, datetime]:
    run = _run(kind, started_at, loaded, "running")
    with _in_a_sentence("publishing"):
        published = current_bench().engine.publish(run, built_at)
    return published, datetime.now(UTC)


@contextmanager
def _in_a_sentence(act: str) -> Iterator[None]:
    """What nobody foresaw goes to the log whole, and to the user as a sentence."""
    try:
        yield
    except ShipledgerError as problem:
        log.warning("%s ended: %s", act, problem)
        raise
    except Exception as problem:
        log.exception("%s failed unexpectedly", act)
        raise ShipledgerError(
            f"Something unexpected went wrong while {act} ({type(problem).__name__}). Nothing was published; "
            "logs/shipledger.log in the home has the details. Try again, and report it if it stays."
        ) from problem


def current_bench() -> Bench:
    """What the jobs of this process work with; only a worker has it."""
    if _bench is None:
        raise RuntimeError("No worker has been started in this process.")
    return _bench


def _reporter() -> Callable[[str, int, int], None]:
    """A progress report for the current job, at most one every half second."""
    bench, run_id = current_bench(), str(DBOS.workflow_id)
    last = 0.0

    def report(step: str, done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _REPORT_EVERY_SECONDS:
            last = now
            bench.jobs.report(run_id, step, done, total)

    return report


def _runs_since(finished_after: datetime | None) -> list[Run]:
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


def _run(kind: str, started_at: datetime, facts: Facts, status: str) -> Run:
    return Run(
        **{
            **_known(facts),
            "run_id": str(DBOS.workflow_id),
            "kind": kind,
            "started_at": started_at,
            "finished_at": None,
            "status": status,
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
