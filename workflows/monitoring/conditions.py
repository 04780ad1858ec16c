"""How things stand: read from the published snapshot, the runs, the health checks and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from workflows.config.job_kinds import CLOSES, KINDS
from workflows.config.settings import Settings
from workflows.cycle.open_units import lasting_differences
from workflows.cycle.published_state import Published, known_read, read_published
from workflows.errors import BuildFailed, CloseRefused
from workflows.jobs.client import Job, JobClient
from workflows.mail import read_outbox
from workflows.monitoring.check_log import turn_alarms
from workflows.monitoring.checks import Alarm, Standing, find_alarms
from workflows.monitoring.exception_kinds import EMPTY_ORDERS
from workflows.monitoring.health import health_history
from workflows.parity.comparison_log import recent_runs
from workflows.parity.cutover_log import is_cut_over, is_unfinished

_ENDED = ["SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_READERS = ("sync", "backfill", "reconcile", "upload", *CLOSES)
_OTHERS = tuple(kind for kind in KINDS if kind not in _READERS)
_FAILURES_MATTER = timedelta(days=7)
# A day of syncs: so long a red build is remembered while ShipStation is out of reach.
_RUNS_LOOKED_AT = 300


def read_standing(settings: Settings, jobs: JobClient, published: Published, now: datetime) -> Standing:
    """How things stand now (UTC)."""
    ended = _last_of(jobs, _READERS)
    red = _red_build(jobs)
    every = [*ended, *_last_of(jobs, _OTHERS)]
    recent = [job for job in every if (job.finished_at or now) > now - _FAILURES_MATTER]
    last_health = health_history(settings)[-1:]
    read = known_read(settings, published)
    return Standing(
        now=now,
        zone=settings.timezone,
        has_credentials=bool(settings.api_key and settings.api_secret),
        failures=[
            (job.kind, str(job.error))
            for job in recent
            if job.status == "failed"
            and not isinstance(job.error, CloseRefused)
            and not (red and isinstance(job.error, BuildFailed))
        ],
        failed_tests=red.failed if red else (),
        sync_seconds=next((_seconds(job) for job in ended if job.kind == "sync"), None),
        read_at=read.at if read else None,
        watermark=read.watermark if read else None,
        snapshot_at=published.as_of,
        ghosts=sum(count for kind, _severity, count in published.exceptions if kind in EMPTY_ORDERS),
        stock=published.stock,
        overdrawn=published.overdrawn,
        unhealthy=[name for point in last_health for name in point.failed],
        open_units=[
            f"{one.sku or 'no SKU'} ({one.there} there, {one.here} here)"
            for one in lasting_differences(settings.operations)
        ],
        is_cutover_unfinished=is_unfinished(settings.operations),
        disparities=unexplained_now(settings.operations),
        lost_mail=sorted({mail.subject for mail in read_outbox(settings) if mail.state == "given up"}),
    )


def look(settings: Settings, jobs: JobClient, now: datetime) -> list[Alarm]:
    """Note which conditions have begun or ended by now (UTC). Gives the alarms of the moment, the worst first."""
    standing = read_standing(settings, jobs, read_published(settings), now)
    return turn_alarms(settings.operations, find_alarms(standing), now)


def unexplained_now(store: Path) -> int:
    """Differences that the last comparison with the former system could not explain; none once it is left."""
    last = recent_runs(store, limit=1)
    return last[0].unexplained if last and not is_cut_over(store) else 0


def _red_build(jobs: JobClient) -> BuildFailed | None:
    """The last build's failure, also when runs after it did not come as far as a build; None when it was green."""
    for job in jobs.jobs(kinds=_READERS, status=_ENDED, limit=_RUNS_LOOKED_AT):
        if isinstance(job.error, BuildFailed):
            return job.error
        if job.status == "success":
            return None
    return None


def _last_of(jobs: JobClient, kinds: Sequence[str]) -> list[Job]:
    """The last run of each kind that came to an end by itself."""
    return [job for kind in kinds for job in jobs.jobs(kinds=(kind,), status=_ENDED, limit=1)]


def _seconds(job: Job) -> float | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()
