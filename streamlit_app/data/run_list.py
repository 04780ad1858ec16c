"""The runs of jobs, from DBOS's database; if that cannot be read, from the snapshot."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from statistics import median
from typing import Any

import streamlit as st

from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import (
    CLOSES,
    BuildFailed,
    CloseRefused,
    Dates,
    Job,
    Settings,
    has_store,
    job_client,
    on_page,
    percent,
)

log = logging.getLogger(__name__)

CYCLES = ("sync", "backfill", "reconcile", "upload", *CLOSES)
_SHOWN = 30
# All open pages share one query.
_CACHE_SECONDS = 1
# Runs whose median is the usual duration, among so many of the last.
_COMPARED, _READ = 5, 25

_PUBLISHED_RUNS = f"""
    select run_id, kind, status, actor, started_at, finished_at, orders_changed, watermark_after, error
    from marts.sync_runs order by started_at desc limit {_SHOWN}
"""


@dataclass(frozen=True)
class Run:
    """One run of a job. Instants carry their time zone.

    Attributes:
        status: queued, running, success, failed or cancelled.
        orders_changed: Orders that were new or different; None when unknown.
        watermark: Changes in ShipStation up to this instant are loaded.
        is_failed_build: A model or test failed, so nothing was published.
        is_refused: A close that was refused; retrying it is of no use.
        failed_tests: The failed models and tests.
        tests_passed: Number of passed tests; None when nothing was built.
        step: The current step, with `done` of `total`, while it runs; `total` is 0 when unknown.
        finished: The finished steps, while it runs.
        percent: Progress, while it runs; None when unknown.
        arguments: The job's arguments.
        facts: The job's result, once it succeeded.
    """

    run_id: str
    kind: str
    status: str
    actor: str | None
    started_at: datetime | None
    finished_at: datetime | None
    orders_changed: int | None = None
    watermark: datetime | None = None
    error: str | None = None
    is_failed_build: bool = False
    is_refused: bool = False
    failed_tests: tuple[str, ...] = ()
    tests_passed: int | None = None
    step: str | None = None
    done: int = 0
    total: int = 0
    finished: tuple[str, ...] = ()
    percent: int | None = None
    arguments: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether the run is queued or running."""
        return self.status in ("queued", "running")

    @property
    def seconds(self) -> float | None:
        """The duration, None while it runs."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())


def recent_runs(settings: Settings, snapshot: Snapshot | None) -> list[Run]:
    """Return the last runs that load and build, newest first: the freshness of the data depends on them."""
    live = _live_runs(settings, CYCLES, _SHOWN)
    if live or snapshot is None:
        return live
    return [_published(row, snapshot.dates) for row in snapshot.rows(_PUBLISHED_RUNS)]


def runs_of(settings: Settings, kinds: tuple[str, ...], limit: int = _SHOWN) -> list[Run]:
    """Return the last runs of some kinds from DBOS's database, newest first."""
    return _live_runs(settings, kinds, limit)


def open_run(settings: Settings, kind: str) -> Run | None:
    """Return the queued or running run of a kind, None when there is none."""
    return next((run for run in runs_of(settings, (kind,), 1) if run.is_open), None)


def usual_seconds(settings: Settings, run: Run) -> float | None:
    """Return the median duration of the last successful runs like an open one.

    None without such a run, and for a span of dates: how long it takes depends on the span.
    """
    if "since" in run.arguments or not has_store(settings):
        return None
    try:
        return _usual(settings, settings.workflow_database_url, run.run_id, run)
    except Exception as problem:
        # Not kept: the database may only be locked for a moment.
        _warn(problem)
        return None


def usual_of(runs: Iterable[Run], like: Run) -> float | None:
    """Return the median duration of the first runs that do the same as another: try or send, and over no span.

    A close of a period that was closed already does nothing.
    """
    alike = (
        run.seconds
        for run in runs
        if run.seconds is not None
        and not run.facts.get("already_done")
        and "since" not in run.arguments
        and run.arguments.get("dry_run") == like.arguments.get("dry_run")
    )
    seconds = list(islice(alike, _COMPARED))
    return median(seconds) if seconds else None


def clear_run_cache() -> None:
    """Clear the cached runs, because a job was just started or changed."""
    _cached.clear()


@st.cache_data(ttl=_CACHE_SECONDS, max_entries=16, show_spinner=False)
def _cached(_settings: Settings, store: str, kinds: tuple[str, ...], limit: int) -> list[Run]:
    del store  # Only a key of the cache: the settings hold credentials, which must not be hashed.
    try:
        return _read(_settings, kinds, limit)
    except Exception as problem:
        # The page goes on with the runs of the snapshot.
        _warn(problem)
        return []


# Runs that ended before this one began do not change while it is open.
@st.cache_data(max_entries=16, show_spinner=False)
def _usual(_settings: Settings, store: str, run_id: str, _run: Run) -> float | None:
    del store, run_id
    return usual_of(_read(_settings, (_run.kind,), _READ, status=["SUCCESS"]), _run)


def _read(settings: Settings, kinds: tuple[str, ...], limit: int, status: list[str] | None = None) -> list[Run]:
    with job_client(settings) as jobs:
        return [_line(job, settings.dates) for job in jobs.jobs(kinds=kinds, limit=limit, status=status)]


def _warn(problem: Exception) -> None:
    log.warning("The job database cannot be read: %s", type(problem).__name__)


def _live_runs(settings: Settings, kinds: tuple[str, ...], limit: int) -> list[Run]:
    if not has_store(settings):
        return []
    return _cached(settings, settings.workflow_database_url, kinds, limit)


def _line(job: Job, dates: Dates) -> Run:
    facts: Mapping[str, Any] = job.result or {}
    progress = job.progress if job.status == "running" else {}
    return Run(
        run_id=job.run_id,
        kind=job.kind,
        status=job.status,
        actor=job.actor,
        started_at=job.started_at or job.created_at,
        finished_at=job.finished_at,
        orders_changed=facts.get("orders_changed"),
        watermark=_instant(facts.get("watermark_after")),
        error=dates.in_sentence(on_page(job.error)) if job.error else None,
        failed_tests=tuple(job.error.failed) if isinstance(job.error, BuildFailed) else (),
        is_failed_build=isinstance(job.error, BuildFailed),
        is_refused=isinstance(job.error, CloseRefused),
        tests_passed=facts.get("tests_passed"),
        step=progress.get("step"),
        done=progress.get("done") or 0,
        total=progress.get("total") or 0,
        finished=tuple(progress.get("finished") or ()),
        percent=percent(job) if job.status == "running" else None,
        arguments=job.arguments,
        facts=facts,
    )


def _published(row: Mapping[str, Any], dates: Dates) -> Run:
    return Run(
        run_id=row["run_id"],
        kind=row["kind"],
        status=row["status"],
        actor=row["actor"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        orders_changed=row["orders_changed"],
        watermark=row["watermark_after"],
        error=dates.in_sentence(row["error"]) if row["error"] else None,
    )


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
