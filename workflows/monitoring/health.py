"""The health checks: whether what is published is whole and fresh, and what should run does."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

from workflows.config.home_directory import prepare_home
from workflows.config.job_kinds import CLOSES
from workflows.config.operations_database import read_operations_database
from workflows.config.settings import Settings
from workflows.config.snapshots import current_snapshot, open_snapshot
from workflows.config.thresholds import STALE_AFTER
from workflows.config.wall_clock import clock
from workflows.cycle.last_read import last_read
from workflows.entries.closed_months import altered_months
from workflows.entries.entry_log import EntryLog
from workflows.errors import PublicationRefused, ShipledgerError, sync_advice
from workflows.jobs.client import JobClient, job_client
from workflows.monitoring.check_log import record_results
from workflows.monitoring.checks import Check
from workflows.monitoring.integrity_checks import check_integrity
from workflows.monitoring.service_checks import check_services
from workflows.monitoring.system_state import why_unpublished


@dataclass(frozen=True)
class HealthReport:
    """The checks of one run.

    Attributes:
        checked_at: When, UTC.
        snapshot: File name of the snapshot that was checked.
        checks: Integrity first, then freshness, then services.
        seconds: How long it took.
    """

    checked_at: datetime
    snapshot: str
    checks: list[Check]
    seconds: float

    def facts(self) -> dict[str, Any]:
        """Return the report for the command's JSON."""
        return {
            **vars(self),
            "checks": [result_of(check) for check in self.checks],
            "failed": [check.name for check in self.failed],
        }

    @property
    def failed(self) -> list[Check]:
        """The checks that failed."""
        return [check for check in self.checks if not check.is_ok]


def result_of(check: Check) -> dict[str, Any]:
    """Return a check's result for JSON."""
    return {"name": check.name, "claim": check.title, "is_ok": check.is_ok, "detail": check.detail}


def run_health(settings: Settings) -> HealthReport:
    """Check the published snapshot, the sources and the services, and record the results.

    Raises:
        ShipledgerError: Nothing has been published yet, or the snapshot cannot be read.
        HomeUnusable: The home cannot be used.
    """
    prepare_home(settings)
    began, now = time.monotonic(), datetime.now(UTC)
    path = current_snapshot(settings)
    if path is None:
        raise ShipledgerError(
            "Nothing has been published yet, so there is nothing to check.", advice=sync_advice(" first")
        )
    with job_client(settings) as jobs:
        try:
            with open_snapshot(path) as connection:
                checks = [*check_integrity(connection), *_freshness(settings, jobs, connection, now)]
        except duckdb.Error as problem:
            raise ShipledgerError(
                f"The snapshot {path.name} cannot be checked ({str(problem).splitlines()[0]}).",
                advice=sync_advice(" to publish a new one"),
            ) from problem
        checks += [_no_rows_lost(jobs), _closed_months(settings), *check_services(settings, jobs, now)]
    record_results(settings.operations, now, path.name, checks)
    return HealthReport(now, path.name, checks, time.monotonic() - began)


def _freshness(
    settings: Settings, jobs: JobClient, connection: duckdb.DuckDBPyConnection, now: datetime
) -> Iterator[Check]:
    zone = settings.timezone
    as_of: datetime = connection.execute("select as_of from marts.snapshot_info").fetchall()[0][0].astimezone(UTC)
    readers = jobs.jobs(kinds=("sync", "backfill", "reconcile", *CLOSES), status=["SUCCESS"], limit=1)
    read = last_read(settings.operations)
    # A home of an earlier release has no record of its last read: then the last job that read counts.
    read_at = read.at if read else readers[0].finished_at if readers else None
    yield check_age("ShipStation fresh", "ShipStation was read in the last two hours.", read_at, now, zone)
    yield check_names(readers[0].result if readers else None, zone)
    yield check_age("models fresh", "The published snapshot was built in the last two hours.", as_of, now, zone)
    with read_operations_database(settings.operations) as operations:
        waiting = EntryLog(operations).first_entry_after(as_of)
    late = waiting if waiting and waiting.entered_at < now - STALE_AFTER else None
    yield Check(
        "entries fresh",
        "Operators' entries are in the ledger within two hours.",
        late is None,
        f"The entry of {clock(late.entered_at, zone)} is not." if late else "",
    )


def check_age(name: str, title: str, at: datetime | None, now: datetime, zone: ZoneInfo) -> Check:
    """Check that an instant (UTC) is recent; None, for never, is not."""
    if at is None:
        return Check(name, title, False, "Never yet.")
    return Check(name, title, now - at <= STALE_AFTER, clock(at, zone))


def check_names(facts: Mapping[str, Any] | None, zone: ZoneInfo) -> Check:
    """Check that the last run that read ShipStation had fresh names; one of an older version recorded nothing."""
    name = "names fresh"
    title = "The names of carriers, services and stores were read when they were due."
    if not facts or "reference_lists_at" not in facts:
        return Check(name, title, True, "")
    at, problem = facts["reference_lists_at"], facts["reference_lists_problem"]
    if at is not None and problem is None:
        return Check(name, title, True, clock(at, zone))
    since = f"since {clock(at, zone)}; the names known then stay" if at else "yet"
    return Check(name, title, False, f"Not read {since}. {problem or 'The next sync reads them.'}")


def _no_rows_lost(jobs: JobClient) -> Check:
    unpublished = why_unpublished(jobs)
    is_refused = isinstance(unpublished, PublicationRefused)
    title = "The last build has every order and package of the published snapshot."
    return Check("no rows lost", title, not is_refused, str(unpublished) if is_refused else "")


def _closed_months(settings: Settings) -> Check:
    name = "closed months intact"
    title = "The lines of closed months are those that were hashed."
    try:
        altered = altered_months(settings) if settings.operations.exists() else []
    except ShipledgerError as problem:
        return Check(name, title, False, str(problem))
    detail = f"Altered: {', '.join(f'{month:%Y-%m}' for month in altered)}" if altered else ""
    return Check(name, title, not altered, detail)
