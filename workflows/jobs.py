"""Jobs: their kinds, and how anyone (command line, page) enqueues, follows and lists them.

This module is the job client: it talks to the workflow store only, and knows nothing of what a job does.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dbos import DBOSClient, WorkflowStatus
from dbos import error as dbos_error
from sqlalchemy.exc import OperationalError, ProgrammingError

from workflows.errors import AlreadyRunning
from workflows.settings import Settings

QUEUE = "writer"
APPLICATION = "shipledger"
# Raised when the steps of a workflow change, so that no job is resumed by other code than began it.
APPLICATION_VERSION = "shipledger-2"
KINDS = ("sync", "backfill", "reconcile")
_OPEN = ("ENQUEUED", "PENDING", "DELAYED")
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
    """A job as anyone may see it. Instants are UTC.

    Attributes:
        run_id: Its id.
        kind: sync or backfill.
        status: queued, running, success, failed or cancelled.
        arguments: What it was asked to do.
        result: What it gave, once it succeeded.
        error: What went wrong, once it failed.
        progress: The step it is at: `step`, `done`, `total`.
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


class JobClient:
    """Enqueues and observes jobs. Open one with `job_client`."""

    def __init__(self, dbos: DBOSClient) -> None:
        self._dbos = dbos

    def enqueue(self, kind: str, actor: str, **arguments: Any) -> str:
        """Put a job into the queue.

        Returns:
            Its run id.

        Raises:
            AlreadyRunning: One of this kind is queued or running.
        """
        try:
            handle: Any = self._dbos.enqueue(
                {
                    "queue_name": QUEUE,
                    "workflow_name": kind,
                    "deduplication_id": kind,
                    "app_version": APPLICATION_VERSION,
                    "application_name": APPLICATION,
                    "authenticated_user": actor,
                    "attributes": {"actor": actor},
                },
                arguments,
            )
        except dbos_error.DBOSQueueDeduplicatedError as problem:
            job = self.open_job(kind)
            run_id = job.run_id if job else None
            raise AlreadyRunning(
                f"A {kind} is already queued or running (run {run_id}). Wait for it, or see `status`.", run_id
            ) from problem
        return str(handle.get_workflow_id())

    def job(self, run_id: str) -> Job | None:
        """One job, None when there is no such id."""
        found = self._dbos.list_workflows(workflow_ids=[run_id])
        return _job(found[0]) if found else None

    def open_job(self, kind: str) -> Job | None:
        """The queued or running job of a kind, None when there is none."""
        jobs = self.jobs(status=list(_OPEN), kinds=(kind,), limit=1)
        return jobs[0] if jobs else None

    def open_jobs(self) -> list[Job]:
        """All queued and running jobs, newest first."""
        return self.jobs(status=list(_OPEN), limit=None)

    def jobs(
        self,
        *,
        status: list[str] | None = None,
        kinds: tuple[str, ...] = KINDS,
        finished_after: datetime | None = None,
        limit: int | None = 50,
    ) -> list[Job]:
        """Jobs, newest first.

        Args:
            status: States of the workflow store to keep.
            kinds: Kinds to keep.
            finished_after: Leave out what is open, or finished before this instant (UTC).
            limit: At most so many.

        Returns:
            None at all before the first worker has made the workflow store.
        """
        try:
            found = self._dbos.list_workflows(
                name=list(kinds),
                status=status,
                completed_after=finished_after.isoformat() if finished_after else None,
                limit=limit,
                sort_desc=True,
            )
        except (OperationalError, ProgrammingError):
            if self.is_ready():
                raise
            return []
        return [_job(one) for one in found]

    def is_ready(self) -> bool:
        """Whether the workflow store has its tables; the first worker of a home makes them."""
        try:
            self._dbos.list_workflows(limit=1)
        except (OperationalError, ProgrammingError):
            return False
        return True

    def report(self, run_id: str, step: str, done: int, total: int) -> None:
        """Note how far a job is."""
        self._dbos.update_workflow_attributes(
            run_id, {"progress": {"step": step, "done": done, "total": total}}, merge=True
        )


@contextmanager
def job_client(settings: Settings) -> Iterator[JobClient]:
    """A client of the workflow store for as long as the block lasts."""
    dbos = DBOSClient(system_database_url=settings.workflow_database_url, application_name=APPLICATION)
    try:
        yield JobClient(dbos)
    finally:
        dbos.destroy()


def _job(one: WorkflowStatus) -> Job:
    attributes = one.attributes or {}
    return Job(
        run_id=one.workflow_id,
        kind=one.name,
        status=_STATUS[one.status],
        actor=one.authenticated_user,
        created_at=_instant(one.created_at),
        started_at=_instant(one.dequeued_at),
        finished_at=_instant(one.completed_at),
        arguments=_arguments(one),
        result=one.output if isinstance(one.output, dict) else None,
        error=one.error,
        progress=attributes.get("progress") or {},
    )


def _arguments(one: WorkflowStatus) -> dict[str, Any]:
    given = one.input["args"] if one.input else ()
    return given[0] if given and isinstance(given[0], dict) else {}


def _instant(epoch_ms: int | None) -> datetime | None:
    return datetime.fromtimestamp(epoch_ms / 1000, tz=UTC) if epoch_ms else None
