"""A job, as the workflow store has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dbos import WorkflowStatus

_STATUS = {
    "SUCCESS": "success",
    "ERROR": "failed",
    "MAX_RECOVERY_ATTEMPTS_EXCEEDED": "failed",
    "CANCELLED": "cancelled",
    "PENDING": "running",
    "ENQUEUED": "queued",
    "DELAYED": "queued",
}


@dataclass(frozen=True)
class Job:
    """A job. Instants are UTC.

    Attributes:
        kind: One of `KINDS`.
        status: queued, running, success, failed or cancelled.
        arguments: The arguments of its workflow.
        result: Its facts, once it succeeded.
        error: Its error, once it failed.
        progress: The current step: `step`, `done`, `total`. A close counts its steps, names the `finished` ones
            and has the progress `within` the step (what, done, total) where it is known; see `progress.percent`.
    """

    run_id: str
    kind: str
    status: str
    actor: str | None
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    arguments: dict[str, Any]
    result: dict[str, Any] | None
    error: Exception | None
    progress: dict[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether it is still queued or running."""
        return self.status in ("queued", "running")


def job_of(one: WorkflowStatus) -> Job:
    """Return a job as the store has it."""
    attributes = one.attributes or {}
    return Job(
        run_id=one.workflow_id,
        kind=one.name,
        status=_STATUS[one.status],
        actor=one.authenticated_user,
        created_at=_asked_at(one),
        started_at=_instant(one.dequeued_at),
        finished_at=_instant(one.completed_at),
        arguments=_arguments(one),
        result=one.output if isinstance(one.output, dict) else None,
        error=one.error,
        progress=attributes.get("progress") or {},
    )


def _asked_at(one: WorkflowStatus) -> datetime | None:
    """Return when a job was enqueued; on SQLite the store itself has whole seconds only."""
    exact = (one.attributes or {}).get("asked_at")
    return datetime.fromisoformat(exact) if exact else _instant(one.created_at)


def _arguments(one: WorkflowStatus) -> dict[str, Any]:
    given = one.input["args"] if one.input else ()
    return given[0] if given and isinstance(given[0], dict) else {}


def _instant(epoch_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(epoch_ms / 1000, tz=UTC) if epoch_ms else None
