"""The schedule of a serving worker: what starts by itself, and when."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any

from dbos import DBOS

from workflows import flows
from workflows.errors import AlreadyRunning

log = logging.getLogger(__name__)

ACTOR = "schedule"
SYNC_EVERY_MINUTES = 5


@DBOS.workflow(name="scheduled")
def _scheduled(due_at: datetime, kind: Any) -> None:
    """Enqueue a job of a kind; one that is still going is not started again, and missed ones do not pile up."""
    try:
        flows.current_bench().jobs.enqueue(kind, ACTOR)
    except AlreadyRunning as problem:
        log.info("The %s due at %s was left out: %s", kind, due_at, problem)


def start_schedule(sync_every_minutes: int = SYNC_EVERY_MINUTES) -> None:
    """Put the schedule into force in the running worker, in place of an earlier one."""
    DBOS.apply_schedules(
        [
            {
                "schedule_name": "sync",
                "workflow_fn": _scheduled,
                "schedule": f"*/{sync_every_minutes} * * * *",
                "context": "sync",
            }
        ]
    )
