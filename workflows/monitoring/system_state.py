"""Reading the state of the system: from the published snapshot, the runs, the health checks and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from workflows.config.home_directory import is_of_demo
from workflows.config.job_kinds import CLOSES, KINDS
from workflows.config.settings import Settings
from workflows.config.snapshots import room_for_snapshots
from workflows.config.thresholds import FAILURES_MATTER_FOR
from workflows.cycle.open_units import lasting_differences
from workflows.cycle.published_state import Published, known_read, read_published
from workflows.errors import BuildFailed, CloseRefused, PublicationRefused
from workflows.jobs.client import Job, JobClient
from workflows.lake.lake_note import read_lake_note
from workflows.mail import TEST, read_outbox
from workflows.monitoring.check_log import health_history, record_failures
from workflows.monitoring.checks import Check
from workflows.monitoring.condition_checks import SystemState, failed_conditions
from workflows.monitoring.exception_kinds import EMPTY_ORDERS
from workflows.parity.comparison_log import recent_runs
from workflows.parity.cutover_log import is_cut_over, is_unfinished

_ENDED = ["SUCCESS", "ERROR", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_READERS = ("sync", "backfill", "reconcile", "upload", *CLOSES)
_OTHERS = tuple(kind for kind in KINDS if kind not in _READERS)
# A day of syncs: so long a failed build is remembered while ShipStation is out of reach.
_RUNS_LOOKED_AT = 300


def check_conditions(settings: Settings, jobs: JobClient, now: datetime) -> list[Check]:
    """Run the checks of runs, data and stock now (UTC), and record which began to fail or stopped.

    Returns:
        The checks that fail, the critical ones first.
    """
    state = read_system_state(settings, jobs, read_published(settings), now)
    return record_failures(settings.operations, failed_conditions(state), now)


def read_system_state(settings: Settings, jobs: JobClient, published: Published, now: datetime) -> SystemState:
    """Read the state of the system as it is now (UTC)."""
    ended = _last_of(jobs, _READERS)
    unpublished = why_unpublished(jobs)
    every = [*ended, *_last_of(jobs, _OTHERS)]
    recent = [job for job in every if (job.finished_at or now) > now - FAILURES_MATTER_FOR]
    read = known_read(settings, published)
    return SystemState(
        now=now,
        zone=settings.timezone,
        has_credentials=bool(settings.api_key and settings.api_secret) or is_of_demo(settings.home),
        failures=[
            (job.kind, job.error)
            for job in recent
            if job.status == "failed"
            and job.error is not None
            and not isinstance(job.error, CloseRefused)
            and not (unpublished and isinstance(job.error, type(unpublished)))
        ],
        failed_tests=unpublished.failed if isinstance(unpublished, BuildFailed) else (),
        refused_publication=unpublished if isinstance(unpublished, PublicationRefused) else None,
        sync_seconds=next((_seconds(job) for job in ended if job.kind == "sync"), None),
        read_at=read.at if read else None,
        watermark=read.watermark if read else None,
        snapshot_at=published.as_of,
        room_for_snapshots=room_for_snapshots(settings),
        lake=read_lake_note(settings.home) if settings.lake else None,
        reads_lake=settings.reads_lake,
        empty_orders=sum(count for kind, _severity, count in published.exceptions if kind in EMPTY_ORDERS),
        stock=published.stock,
        negative_lots=published.negative_lots,
        unhealthy=[name for point in health_history(settings)[-1:] for name in point.failed],
        open_units=[
            f"{one.sku or 'no SKU'} ({one.there} there, {one.here} here)"
            for one in lasting_differences(settings.operations)
        ],
        is_cutover_unfinished=is_unfinished(settings.operations),
        parity_differences=_unexplained_differences(settings.operations),
        lost_mail=_lost_mail(settings),
    )


def _lost_mail(settings: Settings) -> list[str]:
    lost = [mail for mail in read_outbox(settings) if mail.state == "given up" and not mail.key.startswith(TEST)]
    return sorted({mail.subject for mail in lost})


def _unexplained_differences(database: Path) -> int:
    """Count what the last comparison with the former system could not explain; 0 after a cutover."""
    last = recent_runs(database, limit=1)
    return last[0].unexplained if last and not is_cut_over(database) else 0


def why_unpublished(jobs: JobClient) -> BuildFailed | PublicationRefused | None:
    """Return why the last build was not published, also when later runs ended before theirs; None when it was."""
    for job in jobs.jobs(kinds=_READERS, status=_ENDED, limit=_RUNS_LOOKED_AT):
        if isinstance(job.error, BuildFailed | PublicationRefused):
            return job.error
        if job.status == "success":
            return None
    return None


def _last_of(jobs: JobClient, kinds: Sequence[str]) -> list[Job]:
    """Return the last run of each kind that ended by itself."""
    return [job for kind in kinds for job in jobs.jobs(kinds=(kind,), status=_ENDED, limit=1)]


def _seconds(job: Job) -> float | None:
    if job.started_at is None or job.finished_at is None:
        return None
    return (job.finished_at - job.started_at).total_seconds()
