"""When scheduled jobs are due, and which are overdue. `schedule` starts them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from workflows.config.settings import Settings
from workflows.entries.switches import Switch, read_switches
from workflows.jobs.client import JobClient
from workflows.parity.cutover_log import is_cut_over
from workflows.xcart.upload_stock import waiting_since

# Minute and hour in the business's time zone: before the day's work, when nobody waits for the API, and never
# between one and three, an hour that a clock change leaves out or brings twice.
# Retention comes before the backup, so that redacted data are not in it.
DAILY = {
    "reconcile": (30, 3),
    "retention": (0, 4),
    "backup": (15, 4),
    "health": (0, 5),
    "cleanup": (15, 5),
    "digest": (0, 7),
}
_DAY = timedelta(days=1)
_WATCH_EVERY_MINUTES = 5
_READS_SHIPSTATION = ("sync", "reconcile", "upload")
# A job that is late by as long as its own interval is overdue, within these bounds.
_LEAST_TOLERANCE, _MOST_TOLERANCE = timedelta(minutes=30), timedelta(hours=2)


@dataclass(frozen=True)
class Overdue:
    """A kind of job that should have run, and when it was last requested (UTC); None for never."""

    kind: str
    last_at: datetime | None


def often_due(settings: Settings) -> dict[str, int]:
    """Return the intervals in minutes of the jobs that are due more often than daily and have something to do."""
    often = {"sync": settings.sync_minutes, "watch": _WATCH_EVERY_MINUTES}
    if settings.xcart_path is not None:
        often["import-xcart"] = settings.import_minutes
    if settings.allow_upload:
        often["upload"] = settings.upload_minutes
    if settings.legacy_url is not None:
        often["parity"] = settings.parity_minutes
    return often


def is_wanted(settings: Settings, switch: Switch) -> bool:
    """Return whether a kind is switched on and has what it needs: credentials, a former system."""
    has_credentials = bool(settings.api_key and settings.api_secret)
    if switch.name == "parity" and (settings.legacy_url is None or is_cut_over(settings.operations)):
        return False
    return switch.is_on and (has_credentials or switch.name not in _READS_SHIPSTATION)


def find_overdue(settings: Settings, jobs: JobClient, serving_since: datetime, now: datetime) -> list[Overdue]:
    """Return the jobs that were not requested within their interval and a tolerance, and are not open now.

    Args:
        settings: Whose schedule.
        jobs: For the runs so far.
        serving_since: When (UTC) the schedule started; it has not missed what was due before.
        now: The present instant, UTC.
    """
    intervals = {kind: timedelta(minutes=minutes) for kind, minutes in often_due(settings).items()}
    intervals |= dict.fromkeys(DAILY, _DAY)
    return list(_overdue(settings, jobs, intervals, serving_since, now))


def _overdue(
    settings: Settings, jobs: JobClient, intervals: dict[str, timedelta], serving_since: datetime, now: datetime
) -> Iterator[Overdue]:
    for switch in read_switches(settings.operations):
        if switch.name not in intervals or not is_wanted(settings, switch):
            continue
        waits = waiting_since(settings) if switch.name == "upload" else None
        if switch.name == "upload" and waits is None:
            continue
        last = next(iter(jobs.jobs(kinds=(switch.name,), limit=1)), None)
        if last is not None and last.is_open:
            continue
        last_at = last.created_at if last else None
        due_since = max(filter(None, (serving_since, switch.turned_at, last_at, waits)))
        interval = intervals[switch.name]
        if now - due_since > interval + min(max(interval, _LEAST_TOLERANCE), _MOST_TOLERANCE):
            yield Overdue(switch.name, last_at)
