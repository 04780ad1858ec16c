"""The state of a home: watermark, runs, jobs, freshness and alerts, for people and programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from workflows.config.formatting import counted
from workflows.config.home_directory import prepare_home
from workflows.config.job_kinds import CLOSES, KINDS
from workflows.config.settings import Settings
from workflows.config.worker_lock import worker_is_running
from workflows.cycle.published_state import Published, read_published
from workflows.entries.close_log import latest_close
from workflows.entries.switches import read_switches
from workflows.jobs.client import Job, JobClient, job_client
from workflows.monitoring.check_log import with_since
from workflows.monitoring.condition_checks import SystemState, failed_conditions
from workflows.monitoring.system_state import read_system_state


def read_status(settings: Settings) -> dict[str, Any]:
    """Read the state of a home; opens the published snapshot only, never the warehouse.

    Returns:
        `home`, the business's `timezone`, `worker_running`, `read_at` and `watermark` of the last read that was
        loaded, `last_runs` by kind, `open_jobs`, `freshness` (snapshot, its instant, age in seconds),
        `failed_tests`, `alerts` (each with `level`, `message` and `since`), of the `closes` by kind that of the
        latest period, and `switches`. Instants are UTC.

    Raises:
        HomeUnusable: The home cannot be used.
    """
    prepare_home(settings)
    now = datetime.now(UTC)
    published = read_published(settings)
    with job_client(settings) as jobs:
        last = {kind: _last_run(jobs, kind) for kind in KINDS}
        open_jobs = jobs.open_jobs()
        state = read_system_state(settings, jobs, published, now)
    return {
        "home": str(settings.home),
        "timezone": settings.timezone.key,
        "worker_running": worker_is_running(settings.home),
        "read_at": state.read_at,
        "watermark": state.watermark,
        "last_runs": {kind: _describe(job) if job else None for kind, job in last.items()},
        "open_jobs": [_describe(job) for job in open_jobs],
        "freshness": _freshness(published, now),
        "failed_tests": list(state.failed_tests),
        "alerts": _alerts(settings, state, published),
        "closes": {kind: _last_close(settings, kind) for kind in CLOSES},
        "switches": {switch.name: switch.is_on for switch in read_switches(settings.operations)},
    }


def _last_close(settings: Settings, kind: str) -> dict[str, Any] | None:
    """Return the close of the latest period of a kind, also as part of a larger one."""
    found = latest_close(settings.operations, kind)
    if found is None:
        return None
    return {
        "period": found.period,
        "version": found.version,
        "actor": found.actor,
        "closed_at": found.closed_at,
        "summary": found.facts["summary"],
    }


def _last_run(jobs: JobClient, kind: str) -> Job | None:
    finished = jobs.jobs(status=["SUCCESS", "ERROR", "CANCELLED"], kinds=(kind,), limit=1)
    return finished[0] if finished else None


def _describe(job: Job) -> dict[str, Any]:
    return {
        "run_id": job.run_id,
        "kind": job.kind,
        "status": job.status,
        "actor": job.actor,
        "started_at": job.started_at or job.created_at,
        "finished_at": job.finished_at,
        "error": str(job.error) if job.error else None,
        "progress": job.progress or None,
    }


def _freshness(published: Published, now: datetime) -> dict[str, Any]:
    as_of = published.as_of
    return {
        "snapshot": published.file,
        "as_of": as_of,
        "age_seconds": round((now - as_of).total_seconds()) if as_of else None,
    }


def _alerts(settings: Settings, state: SystemState, published: Published) -> list[dict[str, Any]]:
    """Return the failed checks, the critical ones first, then how many exceptions are open of each type."""
    failed = with_since(settings.operations, failed_conditions(state))
    return [
        {"level": check.severity, "message": f"{check.title}. {check.detail}", "since": check.since}
        for check in failed
    ] + [
        {
            "level": severity,
            "message": f"{counted(count, 'exception')} of type {kind}.",
            "since": None,
        }
        for kind, severity, count in published.exceptions
    ]
