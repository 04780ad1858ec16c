"""The schedule of a serving worker: what starts by itself, and when. Each part has a switch, see `switches`."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from dbos import DBOS

from workflows.config.settings import Settings
from workflows.cycle import cycle_workflows
from workflows.entries.switches import read_switches
from workflows.errors import AlreadyRunning
from workflows.jobs.client import JobClient
from workflows.monitoring.timetable import DAILY, is_wanted, often_due
from workflows.xcart.upload_stock import orders_wait

log = logging.getLogger(__name__)

ACTOR = "schedule"
RECONCILED_DAYS = 14


@DBOS.workflow(name="scheduled")
def _scheduled(due_at: datetime, kind: Any) -> None:
    """Enqueue a job of a kind, unless it is switched off, or has been run since it was due.

    One that is still going is not started again; of those that a sleeping machine missed one is run, not all.
    """
    bench = cycle_workflows.current_bench()
    if may_start(bench.engine.settings, kind) and not _ran_since(bench.jobs, kind, due_at):
        start(bench.jobs, kind, due_at)


def may_start(settings: Settings, kind: str) -> bool:
    """Whether a kind is switched on, and there is what it needs: credentials, orders to send, a former system."""
    if kind == "upload" and not (settings.allow_upload and orders_wait(settings)):
        return False
    switch = next(switch for switch in read_switches(settings.operations) if switch.name == kind)
    return is_wanted(settings, switch)


def _ran_since(jobs: JobClient, kind: str, due_at: datetime) -> bool:
    """Whether a job of the kind was begun since; one from a time to come was begun by a wrong clock."""
    last = jobs.jobs(kinds=(kind,), limit=1)
    return bool(last) and due_at <= (last[0].created_at or due_at) <= datetime.now(UTC)


def start(jobs: JobClient, kind: str, due_at: datetime) -> None:
    """Enqueue what is due now, unless it is queued or running."""
    arguments = _arguments(kind, due_at)
    try:
        jobs.enqueue(kind, ACTOR, **arguments)
    except AlreadyRunning as problem:
        log.info("The %s due at %s was left out: %s", kind, due_at, problem)


def start_schedule(settings: Settings) -> None:
    """Put the schedule into force in the running worker, in place of an earlier one."""
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


def schedule_of(settings: Settings) -> dict[str, str]:
    """When each kind is due, as cron says it; kinds for which there is nothing to do are left out."""
    # The upload a minute later: one job runs at a time, in turn, so the import that is due with it comes first.
    often = {
        kind: every(minutes, first_minute=1 if kind == "upload" else 0)
        for kind, minutes in often_due(settings).items()
    }
    return often | {kind: f"{minute} {hour} * * *" for kind, (minute, hour) in DAILY.items()}


def every(minutes: int, first_minute: int = 0) -> str:
    """Something that is due every so many minutes of an hour, or hours of a day, as cron says it.

    Args:
        minutes: A divisor of an hour, or a multiple of one that divides a day.
        first_minute: The minute of the hour at which it begins, where that makes a difference.
    """
    if minutes >= 60:
        return f"{first_minute} */{minutes // 60} * * *"
    return f"{first_minute}-59/{minutes} * * * *" if first_minute % minutes else f"*/{minutes} * * * *"


def missed(jobs: JobClient, now: datetime, zone: ZoneInfo) -> list[str]:
    """What is done daily and was due while no worker served: each once, however often it was missed.

    Args:
        jobs: The runs so far; what has never run in this home was not missed.
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
    """When daily work was due last, by a local time."""
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
    return cycle_workflows.current_bench().engine.settings


def _last_days(until: datetime) -> dict[str, Any]:
    since = until.astimezone(UTC) - timedelta(days=RECONCILED_DAYS)
    return {"since": since.isoformat(), "until": until.astimezone(UTC).isoformat(), "repair": True}
