"""How things stand: read from the published snapshot, the runs, the health checks and the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from workflows.config.job_kinds import CLOSES, KINDS
from workflows.config.settings import Settings
from workflows.config.snapshot import open_snapshot
from workflows.cycle.last_read import Read, last_read
from workflows.cycle.open_units import lasting_differences
from workflows.cycle.publishing import current_snapshot
from workflows.errors import BuildFailed, CloseRefused, HomeUnusable
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
# The read that is in a snapshot: of a home in which an earlier release noted none.
_INFO = """
    select
        (select as_of from marts.snapshot_info),
        max(started_at),
        arg_max(watermark_after, started_at)
    from marts.sync_runs where watermark_after is not null
"""
_EXCEPTIONS = """
    select exception_type, severity, count(*) from marts.exceptions group by exception_type, severity
    order by case severity when 'error' then 0 when 'warning' then 1 else 2 end, exception_type
"""


@dataclass(frozen=True)
class Published:
    """What the published snapshot tells the watch; all empty before the first one.

    Attributes:
        read: The last read of ShipStation that is in it.
        exceptions: Type, severity and how many there are, the worst first.
    """

    file: str | None = None
    as_of: datetime | None = None
    read: Read | None = None
    stock: tuple[dict[str, Any], ...] = ()
    overdrawn: tuple[dict[str, Any], ...] = ()
    exceptions: tuple[tuple[str, str, int], ...] = ()


def read_published(settings: Settings) -> Published:
    """What the current snapshot tells.

    Raises:
        HomeUnusable: It cannot be read.
    """
    path = current_snapshot(settings)
    if path is None:
        return Published()
    try:
        with open_snapshot(path) as connection:
            as_of, read_at, mark = connection.execute(_INFO).fetchall()[0]
            stock = _rows(
                connection,
                "select sku_code, product_name, alert_level, quantity_available, days_of_supply, reorder_point"
                " from marts.inventory_current where alert_level <> 'normal' order by sku_code",
            )
            overdrawn = _rows(
                connection,
                "select sku_code, lot_number, quantity_on_hand from marts.lot_inventory"
                " where quantity_on_hand < 0 order by all",
            )
            exceptions = connection.execute(_EXCEPTIONS).fetchall()
    except duckdb.Error as problem:
        raise HomeUnusable(
            f"The snapshot {path} cannot be read ({str(problem).splitlines()[0]}). "
            "Run `sync` to publish a new one."
        ) from problem
    read = Read(read_at.astimezone(UTC), mark.astimezone(UTC)) if read_at else None
    return Published(path.name, as_of.astimezone(UTC), read, tuple(stock), tuple(overdrawn), tuple(exceptions))


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


def known_read(settings: Settings, published: Published) -> Read | None:
    """The last read of ShipStation that was loaded, whatever failed afterwards; None before the first one."""
    return last_read(settings.operations) or published.read


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


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    result = connection.execute(query)
    names = [column[0] for column in result.description or ()]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
