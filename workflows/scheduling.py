"""The schedule of a serving worker: what starts by itself, and when."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import Any

from dbos import DBOS

from workflows import flows
from workflows.errors import AlreadyRunning

log = logging.getLogger(__name__)

ACTOR = "schedule"
SYNC_EVERY_MINUTES = 5
RECONCILED_DAYS = 14
# Before the day's work, when nobody waits for the API.
_RECONCILE_AT = "30 3 * * *"


@DBOS.workflow(name="scheduled")
def _scheduled(due_at: datetime, kind: Any) -> None:
    """Enqueue a job of a kind; one that is still going is not started again, and missed ones do not pile up."""
    arguments = _last_days(due_at) if kind == "reconcile" else {}
    try:
        flows.current_bench().jobs.enqueue(kind, ACTOR, **arguments)
    except AlreadyRunning as problem:
        log.info("The %s due at %s was left out: %s", kind, due_at, problem)


def _last_days(until: datetime) -> dict[str, Any]:
    since = until - timedelta(days=RECONCILED_DAYS)
    return {"since": since.isoformat(), "until": until.isoformat(), "repair": True}


def start_schedule(timezone: str, sync_every_minutes: int = SYNC_EVERY_MINUTES) -> None:
    """Put the schedule into force in the running worker, in place of an earlier one.

    Args:
        timezone: The business's time zone, for what happens once a day.
        sync_every_minutes: How often a sync is due.
    """
    DBOS.apply_schedules(
        [
            {
                "schedule_name": "sync",
                "workflow_fn": _scheduled,
                "schedule": f"*/{sync_every_minutes} * * * *",
                "context": "sync",
            },
            {
                "schedule_name": "reconcile",
                "workflow_fn": _scheduled,
                "schedule": _RECONCILE_AT,
                "context": "reconcile",
                "cron_timezone": timezone,
            },
        ]
    )
