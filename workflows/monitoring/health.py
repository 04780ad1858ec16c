"""Health: whether what is published is whole and fresh. Results are kept, append-only, in `operations.sqlite`."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from workflows.config.home_directory import prepare_home
from workflows.config.job_kinds import CLOSES
from workflows.config.operations_database import open_operations_database, read_operations_database
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot, open_snapshot
from workflows.config.wall_clock import clock
from workflows.cycle.last_read import last_read
from workflows.entries.closed_months import altered_months
from workflows.entries.entry_log import open_entries
from workflows.errors import ShipledgerError
from workflows.jobs.client import job_client
from workflows.monitoring.integrity_checks import INVARIANTS, Check, breaches_of
from workflows.monitoring.service_checks import running_checks

# Each source may be that old: a sync is due every five minutes, a build every hour.
STALE_AFTER = timedelta(hours=2)


@dataclass(frozen=True)
class HealthReport:
    """The checks of one time.

    Attributes:
        checked_at: When, UTC.
        snapshot: File name of the snapshot that was checked.
        checks: Integrity first, then freshness, then what runs.
        seconds: What it took.
    """

    checked_at: datetime
    snapshot: str
    checks: list[Check]
    seconds: float

    @property
    def failed(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks if not check.is_ok]


@dataclass(frozen=True)
class HealthPoint:
    """What one time's checks gave: when (UTC), how many passed, and the names of those that failed."""

    checked_at: datetime
    passed: int
    failed: list[str]


def run_health(settings: Settings) -> HealthReport:
    """Check the published snapshot, the sources and what runs, and keep the result.

    Raises:
        ShipledgerError: Nothing has been published yet, or the snapshot cannot be read.
        HomeUnusable: The home cannot be used.
    """
    prepare_home(settings)
    began, now = time.monotonic(), datetime.now(UTC)
    path = current_snapshot(settings)
    if path is None:
        raise ShipledgerError("Nothing has been published yet, so there is nothing to check. Run `sync` first.")
    try:
        with open_snapshot(path) as connection:
            checks = [*_integrity(connection), *_freshness(settings, connection, now)]
    except duckdb.Error as problem:
        raise ShipledgerError(
            f"The snapshot {path.name} cannot be checked ({str(problem).splitlines()[0]}). "
            "Run `sync` to publish a new one."
        ) from problem
    checks.append(_closed_months(settings))
    with job_client(settings) as jobs:
        checks += running_checks(settings, jobs, now)
    report = HealthReport(now, path.name, checks, time.monotonic() - began)
    _keep(settings, report)
    return report


def health_history(settings: Settings, days: int = 90) -> list[HealthPoint]:
    """The results of the last days, the oldest first."""
    since = (datetime.now(UTC) - timedelta(days=days)).isoformat()
    with read_operations_database(settings.operations) as connection:
        rows = connection.execute(
            "select checked_at, sum(is_ok), group_concat(case when is_ok then null else name end, '|')"
            " from health_results where checked_at >= ? group by checked_at order by checked_at",
            (since,),
        ).fetchall()
    return [
        HealthPoint(datetime.fromisoformat(at).astimezone(UTC), passed, failed.split("|") if failed else [])
        for at, passed, failed in rows
    ]


def _integrity(connection: duckdb.DuckDBPyConnection) -> Iterator[Check]:
    for invariant in INVARIANTS:
        count, where = breaches_of(connection, invariant)
        detail = f"{count} breaches: {where}" if count else ""
        yield Check(invariant.name, invariant.claim, count == 0, detail)


def _freshness(settings: Settings, connection: duckdb.DuckDBPyConnection, now: datetime) -> Iterator[Check]:
    row = connection.execute("select as_of from marts.snapshot_info").fetchall()
    as_of: datetime = row[0][0].astimezone(UTC)
    with job_client(settings) as jobs:
        readers = jobs.jobs(kinds=("sync", "backfill", "reconcile", *CLOSES), status=["SUCCESS"], limit=1)
    read = last_read(settings.operations)
    # Of a home in which an earlier release noted no read, the last job that read tells.
    read_at = read.at if read else readers[0].finished_at if readers else None
    zone = settings.timezone
    yield _aged("ShipStation fresh", "ShipStation was read in the last two hours.", read_at, now, zone)
    yield _reference_lists(readers[0].result if readers else None, zone)
    yield _aged("models fresh", "The published snapshot was built in the last two hours.", as_of, now, zone)
    with open_entries(settings.operations) as operations:
        waiting = operations.first_entry_after(as_of)
    is_late = waiting is not None and waiting.entered_at < now - STALE_AFTER
    yield Check(
        "entries fresh",
        "Operators' entries are in the ledger within two hours.",
        not is_late,
        f"The entry of {clock(waiting.entered_at, zone)} is not." if waiting and is_late else "",
    )


def _aged(name: str, claim: str, at: datetime | None, now: datetime, zone: ZoneInfo) -> Check:
    if at is None:
        return Check(name, claim, False, "Never yet.")
    return Check(name, claim, now - at <= STALE_AFTER, clock(at, zone))


def _reference_lists(facts: Mapping[str, Any] | None, zone: ZoneInfo) -> Check:
    """Whether names were fresh for the last run that read ShipStation; one of an older version noted nothing."""
    name = "names fresh"
    claim = "The names of carriers, services and stores were read when they were due."
    if not facts or "reference_lists_at" not in facts:
        return Check(name, claim, True, "")
    at, problem = facts["reference_lists_at"], facts["reference_lists_problem"]
    if at is not None and problem is None:
        return Check(name, claim, True, clock(at, zone))
    since = f"since {clock(at, zone)}; the names known then stay" if at else "yet"
    return Check(name, claim, False, f"Not read {since}. {problem or 'The next sync reads them.'}")


def _closed_months(settings: Settings) -> Check:
    name = "closed months intact"
    claim = "The lines of closed months are those that were hashed."
    try:
        altered = altered_months(settings) if settings.operations.exists() else []
    except ShipledgerError as problem:
        return Check(name, claim, False, str(problem))
    detail = f"Altered: {', '.join(f'{month:%Y-%m}' for month in altered)}" if altered else ""
    return Check(name, claim, not altered, detail)


def _keep(settings: Settings, report: HealthReport) -> None:
    at = report.checked_at.isoformat()
    rows = [(at, report.snapshot, check.name, int(check.is_ok), check.detail) for check in report.checks]
    with open_operations_database(settings.operations) as connection:
        connection.executemany(
            "insert into health_results (checked_at, snapshot, name, is_ok, detail) values (?, ?, ?, ?, ?)", rows
        )
