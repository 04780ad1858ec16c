"""The schedule of `serve`: which jobs start by themselves, and when. Each has a switch, see `switches`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from dbos import DBOS

from workflows.config.settings import Settings
from workflows.config.thresholds import RECONCILED_DAYS
from workflows.cycle import worker_context
from workflows.entries.switches import read_switches
from workflows.errors import AlreadyRunning
from workflows.jobs.client import JobClient
from workflows.monitoring.timetable import DAILY, is_wanted, often_due
from workflows.xcart.upload_stock import orders_wait

log = logging.getLogger(__name__)

ACTOR = "schedule"
_STARTS_READ = 500


@DBOS.workflow(name="scheduled")
def _scheduled(due_at: datetime, kind: Any) -> None:
    """Enqueue a job of a kind, unless it is switched off, or one has run since it was due.

    A job that is still running is not started again. Of several that a sleeping machine missed, one is run.
    """
    context = worker_context.current()
    if may_start(context.engine.settings, kind) and not _ran_since(context.jobs, kind, due_at):
        start(context.jobs, kind, due_at)


def may_start(settings: Settings, kind: str) -> bool:
    """Return whether a kind is switched on and has what it needs: credentials, waiting orders, a former system."""
    if kind == "upload" and not (settings.allow_upload and orders_wait(settings)):
        return False
    switch = next(switch for switch in read_switches(settings.operations) if switch.name == kind)
    return is_wanted(settings, switch)


def _ran_since(jobs: JobClient, kind: str, due_at: datetime) -> bool:
    """Return whether a job of the kind has begun since; one in the future was begun with a wrong clock."""
    last = jobs.jobs(kinds=(kind,), limit=1)
    return bool(last) and due_at <= (last[0].created_at or due_at) <= datetime.now(UTC)


def start(jobs: JobClient, kind: str, due_at: datetime) -> None:
    """Enqueue a job that is due now, unless one of its kind is queued or running."""
    arguments = _arguments(kind, due_at)
    try:
        jobs.enqueue(kind, ACTOR, **arguments)
    except AlreadyRunning as problem:
        log.info("The %s due at %s was skipped: %s", kind, due_at, problem)


def start_schedule(settings: Settings) -> None:
    """Apply the schedule in the running worker, replacing an earlier one.

    All of it is deleted first: an unchanged schedule that is applied again keeps its id, and its thread goes on
    waiting for the time that it computed by the earlier clock.
    """
    _forget_the_future()
    for known in DBOS.list_schedules():
        DBOS.delete_schedule(known["schedule_name"])
    DBOS.apply_schedules(
        [
            {
                "schedule_name": kind,
                "workflow_fn": _scheduled,
                "schedule": when,
                "context": kind,
                "cron_timezone": settings.timezone.key,
            }
            for kind, when in schedule_of(settings).items()
        ]
    )


def _forget_the_future() -> None:
    """Delete what a clock that was ahead has started.

    DBOS names a start by its schedule and due time, and starts nothing twice: with the clock set right, what was
    already started would not run when its time comes.
    """
    now = datetime.now(UTC)
    ahead: list[str] = []
    # They are the newest of some 70,000 starts.
    for offset in count(0, _STARTS_READ):
        starts = DBOS.list_workflows(
            workflow_id_prefix="sched-",
            sort_desc=True,
            limit=_STARTS_READ,
            offset=offset,
            load_input=False,
            load_output=False,
        )
        # The name of a start of `_scheduled`: `sched-KIND-2026-11-20T03:30:00-06:00`.
        found = [one.workflow_id for one in starts if datetime.fromisoformat(one.workflow_id[-25:]) > now]
        ahead += found
        if not found:
            break
    if ahead:
        log.warning(
            "The clock was ahead: %s starts of scheduled jobs are in the future and are deleted.", len(ahead)
        )
        DBOS.delete_workflows(ahead)


def schedule_of(settings: Settings) -> dict[str, str]:
    """Return the cron expression of each kind; kinds that are not configured are left out."""
    # The upload is due a minute later, so that the import that is due with it runs first.
    often = {
        kind: every(minutes, first_minute=1 if kind == "upload" else 0)
        for kind, minutes in often_due(settings).items()
    }
    return often | {kind: f"{minute} {hour} * * *" for kind, (minute, hour) in DAILY.items()}


def every(minutes: int, first_minute: int = 0) -> str:
    """Return the cron expression of an interval.

    Args:
        minutes: A divisor of an hour, or a multiple of one that divides a day.
        first_minute: The minute of the hour at which it begins.
    """
    if minutes >= 60:
        return f"{first_minute} */{minutes // 60} * * *"
    return f"{first_minute}-59/{minutes} * * * *" if first_minute % minutes else f"*/{minutes} * * * *"


def missed(jobs: JobClient, now: datetime, zone: ZoneInfo) -> list[str]:
    """Return the daily kinds that were due while no worker served, each once.

    Args:
        jobs: The runs so far. A kind that has never run in this home was not missed.
        now: The present instant, UTC.
        zone: The business's time zone.
    """
    last = {kind: jobs.jobs(kinds=(kind,), limit=1) for kind in DAILY}
    return [
        kind
        for kind, runs in last.items()
        if runs and (runs[0].created_at or now) < last_due(kind, now.astimezone(zone))
    ]


def last_due(kind: str, now: datetime) -> datetime:
    """Return when a daily kind was last due, from a local time."""
    minute, hour = DAILY[kind]
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= now else today - timedelta(days=1)


def _arguments(kind: str, due_at: datetime) -> dict[str, Any]:
    if kind == "reconcile":
        return _last_days(due_at)
    if kind == "upload":
        return {"dry_run": False}
    return {"path": str(_settings().xcart_path)} if kind == "import-xcart" else {}


def _settings() -> Settings:
    return worker_context.current().engine.settings


def _last_days(until: datetime) -> dict[str, Any]:
    since = until.astimezone(UTC) - timedelta(days=RECONCILED_DAYS)
    return {"since": since.isoformat(), "until": until.astimezone(UTC).isoformat(), "repair": True}
