"""The runs: from the workflow store, which knows failed and running ones too, else from the snapshot."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import streamlit as st

from streamlit_app.data.snapshot_reader import Snapshot
from workflows.page_api import CLOSES, BuildFailed, CloseRefused, Job, Settings, job_client, percent

log = logging.getLogger(__name__)

CYCLES = ("sync", "backfill", "reconcile", "upload", *CLOSES)
_SHOWN = 30
# Each tick of each open page asks; they share one answer.
_REMEMBERED_SECONDS = 1

_PUBLISHED_RUNS = f"""
    select run_id, kind, status, actor, started_at, finished_at, orders_changed, watermark_after, error
    from marts.sync_runs order by started_at desc limit {_SHOWN}
"""


@dataclass(frozen=True)
class RunLine:
    """One run. Instants carry their time zone.

    Attributes:
        status: queued, running, success, failed or cancelled.
        orders_changed: Orders that were new or different; None when unknown.
        watermark: Changes in ShipStation up to this instant are known since.
        is_red: The build failed its models or tests, so that nothing was published.
        is_refused: It was a close that could not be done; trying it again is of no use.
        failed_tests: The models and tests that failed then.
        tests_passed: Tests of the build; None when nothing was built.
        step: What it is at, with `done` of `total`, while it runs; `total` is 0 when unknown.
        finished: The steps that are behind it, while it runs.
        percent: How much of it is done, while it runs; None when it does not know.
        arguments: What it was asked to do.
        facts: What it gave, once it succeeded.
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
    is_red: bool = False
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
        """Whether it is queued or running."""
        return self.status in ("queued", "running")

    @property
    def seconds(self) -> float | None:
        """How long it took, None while it runs."""
        if self.started_at is None or self.finished_at is None:
            return None
        return max(0.0, (self.finished_at - self.started_at).total_seconds())


def recent_runs(settings: Settings, snapshot: Snapshot | None) -> list[RunLine]:
    """The last runs that read ShipStation and build, newest first: what the freshness of the data hangs on."""
    live = _live_runs(settings, CYCLES, _SHOWN)
    if live or snapshot is None:
        return live
    return [_published(row) for row in snapshot.rows(_PUBLISHED_RUNS)]


def runs_of(settings: Settings, kinds: tuple[str, ...], limit: int = _SHOWN) -> list[RunLine]:
    """The last runs of some kinds that the workflow store has, newest first."""
    return _live_runs(settings, kinds, limit)


def forget_runs() -> None:
    """Read the runs again when they are next shown: somebody has just done something."""
    _remembered.clear()


@st.cache_data(ttl=_REMEMBERED_SECONDS, max_entries=16, show_spinner=False)
def _remembered(_settings: Settings, store: str, kinds: tuple[str, ...], limit: int) -> list[RunLine]:
    del store  # part of the cache's key only; the settings hold credentials, which are not to be hashed
    try:
        with job_client(_settings) as jobs:
            return [_line(job) for job in jobs.jobs(kinds=kinds, limit=limit)]
    except Exception as problem:
        # Whatever the store's trouble is, the snapshot still has its runs, and the page goes on.
        log.warning("The workflow store cannot be read: %s", type(problem).__name__)
        return []


def _live_runs(settings: Settings, kinds: tuple[str, ...], limit: int) -> list[RunLine]:
    # Who only looks must not make the store.
    if not has_store(settings):
        return []
    return _remembered(settings, settings.workflow_database_url, kinds, limit)


def has_store(settings: Settings) -> bool:
    """Whether there can be a workflow store; the first worker of a home makes it."""
    return settings.system_database_url is not None or (settings.home / "workflows.sqlite").exists()


def _line(job: Job) -> RunLine:
    facts: Mapping[str, Any] = job.result or {}
    progress = job.progress if job.status == "running" else {}
    return RunLine(
        run_id=job.run_id,
        kind=job.kind,
        status=job.status,
        actor=job.actor,
        started_at=job.started_at or job.created_at,
        finished_at=job.finished_at,
        orders_changed=facts.get("orders_changed"),
        watermark=_instant(facts.get("watermark_after")),
        error=" ".join(str(job.error).split()) if job.error else None,
        failed_tests=tuple(job.error.failed) if isinstance(job.error, BuildFailed) else (),
        is_red=isinstance(job.error, BuildFailed),
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


def _published(row: Mapping[str, Any]) -> RunLine:
    return RunLine(
        run_id=row["run_id"],
        kind=row["kind"],
        status=row["status"],
        actor=row["actor"],
        started_at=row["started_at"],
        finished_at=row["finished_at"],
        orders_changed=row["orders_changed"],
        watermark=row["watermark_after"],
        error=row["error"],
    )


def _instant(value: str | datetime | None) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
