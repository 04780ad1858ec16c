"""How things stand: watermark, runs, jobs, freshness and alerts, for people and programs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb

from workflows.errors import BuildFailed, HomeUnusable
from workflows.home import prepare_home
from workflows.jobs import KINDS, Job, JobClient, job_client
from workflows.publishing import current_snapshot
from workflows.reading import open_snapshot
from workflows.settings import Settings
from workflows.worker import WorkerLock

STALE_AFTER = timedelta(hours=2)


def read_status(settings: Settings) -> dict[str, Any]:
    """The state of a home; opens the published snapshot only, never the warehouse.

    Returns:
        `home`, `worker_running`, `watermark`, `last_runs` by kind, `open_jobs`, `freshness` (snapshot, its
        instant, age in seconds), `failed_tests` and `alerts` (each with `level` and `message`).

    Raises:
        HomeUnusable: The home cannot be used.
    """
    prepare_home(settings)
    now = datetime.now(UTC)
    with job_client(settings) as jobs:
        last = {kind: _last_run(jobs, kind) for kind in KINDS}
        open_jobs = jobs.open_jobs()
    snapshot = _read_snapshot(settings)
    finished = [job for job in last.values() if job is not None]
    latest = max(finished, key=lambda job: job.created_at or now, default=None)
    failed_tests = latest.error.failed if latest and isinstance(latest.error, BuildFailed) else []
    return {
        "home": str(settings.home),
        "worker_running": WorkerLock(settings.home).is_held(),
        "watermark": _watermark(finished) or snapshot.get("watermark"),
        "last_runs": {kind: _describe(job) if job else None for kind, job in last.items()},
        "open_jobs": [_describe(job) for job in open_jobs],
        "freshness": _freshness(snapshot, now),
        "failed_tests": failed_tests,
        "alerts": _alerts(settings, snapshot, latest, now),
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


def _watermark(jobs: list[Job]) -> datetime | None:
    known = [job.result["watermark_after"] for job in jobs if job.result and job.result.get("watermark_after")]
    return max(known, default=None)


def _read_snapshot(settings: Settings) -> dict[str, Any]:
    path = current_snapshot(settings)
    if path is None:
        return {}
    try:
        with open_snapshot(path) as connection:
            info = connection.execute("select as_of from marts.snapshot_info").fetchone()
            mark = connection.execute("select max(watermark_after) from marts.sync_runs").fetchone()
            stock = connection.execute(
                "select sku_code, alert_level from marts.inventory_current"
                " where alert_level <> 'normal' order by 1"
            ).fetchall()
            excepted = connection.execute(
                "select exception_type, count(*) from marts.exceptions group by 1 order by 1"
            ).fetchall()
    except duckdb.Error as problem:
        raise HomeUnusable(
            f"The snapshot {path} cannot be read ({str(problem).splitlines()[0]}). "
            "Run `sync` to publish a new one."
        ) from problem
    return {
        "file": path.name,
        "as_of": info[0].astimezone(UTC) if info else None,
        "watermark": mark[0].astimezone(UTC) if mark and mark[0] else None,
        "stock": stock,
        "exceptions": dict(excepted),
    }


def _freshness(snapshot: dict[str, Any], now: datetime) -> dict[str, Any]:
    as_of = snapshot.get("as_of")
    return {
        "snapshot": snapshot.get("file"),
        "as_of": as_of,
        "age_seconds": round((now - as_of).total_seconds()) if as_of else None,
    }


def _alerts(
    settings: Settings, snapshot: dict[str, Any], latest: Job | None, now: datetime
) -> list[dict[str, str]]:
    found: list[tuple[str, str]] = []
    if not settings.api_key or not settings.api_secret:
        found.append(("critical", "No ShipStation credentials are configured."))
    if latest is not None and latest.status == "failed":
        found.append(("critical", f"The last {latest.kind} failed: {latest.error}"))
    if not snapshot:
        found.append(("warning", "Nothing has been published yet. Run `backfill --since` or `sync`."))
    elif snapshot["as_of"] and now - snapshot["as_of"] > STALE_AFTER:
        found.append(("warning", f"The snapshot is from {snapshot['as_of']:%Y-%m-%d %H:%M} UTC."))
    for sku, level in snapshot.get("stock", []):
        found.append(("critical" if level == "critical" else "warning", f"Stock of {sku} is {level}."))
    for kind, count in snapshot.get("exceptions", {}).items():
        found.append(("info", f"{count} exceptions of type {kind}."))
    return [{"level": level, "message": message} for level, message in found]
