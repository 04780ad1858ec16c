"""The job client: enqueue, follow, cancel and list jobs, from the command line and the page.

It uses the workflow store only, and imports nothing of what a job does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbos import DBOSClient
from dbos import error as dbos_error
from sqlalchemy.exc import DBAPIError

from workflows.config.home_id import has_home_id
from workflows.config.job_kinds import CONCURRENT, KINDS
from workflows.config.settings import Settings
from workflows.errors import Advice, AlreadyRunning, Cancelled, UsageError
from workflows.jobs.job import Job as Job
from workflows.jobs.job import job_of
from workflows.jobs.workflow_store import address_of, errors_for_the_user, is_missing_table

# Jobs that work on the warehouse, one at a time. The other queue is for `CONCURRENT` kinds.
QUEUE = "writer"
# The name is stored with each job; jobs that an earlier release queued have it.
CONCURRENT_QUEUE = "errands"  # codespell:ignore errands
APPLICATION = "shipledger"
# Raised when the steps of a workflow change, so that a job is resumed only by the code that began it.
APPLICATION_VERSION = "shipledger-9"
_DELETED_AT_ONCE = 500
_OPEN = ("ENQUEUED", "PENDING", "DELAYED")


class JobClient:
    """Enqueues and observes jobs. Open one with `job_client`."""

    def __init__(self, dbos: DBOSClient) -> None:
        self._dbos = dbos

    def enqueue(self, kind: str, actor: str, **arguments: Any) -> str:
        """Enqueue a job.

        Args:
            kind: One of `KINDS`.
            actor: Who asked.
            arguments: For a close `date` (ISO), `force` and `incomplete`; see the workflow of the kind.

        Returns:
            Its run id.

        Raises:
            AlreadyRunning: One of this kind is queued or running.
        """
        try:
            handle: Any = self._dbos.enqueue(
                {
                    "queue_name": CONCURRENT_QUEUE if kind in CONCURRENT else QUEUE,
                    "workflow_name": kind,
                    "deduplication_id": kind,
                    "app_version": APPLICATION_VERSION,
                    "application_name": APPLICATION,
                    "authenticated_user": actor,
                    "attributes": {"actor": actor, "asked_at": datetime.now(UTC).isoformat()},
                },
                arguments,
            )
        except dbos_error.DBOSQueueDeduplicatedError as problem:
            job = self.open_job(kind)
            run_id = job.run_id if job else None
            raise AlreadyRunning(
                f"Another {kind} is already queued or running (run {run_id}).",
                run_id,
                advice=Advice("Wait, or see `status`.", "Wait, or see Runs and health."),
            ) from problem
        return str(handle.get_workflow_id())

    def cancel(self, run_id: str) -> Job:
        """Cancel a queued or running job. A running one ends at its next step or report of progress.

        Returns:
            The cancelled job.

        Raises:
            UsageError: There is no such run, or it has ended.
        """
        job = self._known(run_id)
        if not job.is_open:
            raise UsageError(f"The {job.kind} (run {run_id}) has ended already: {job.status}.")
        self._dbos.cancel_workflow(run_id)
        return self._known(run_id)

    def raise_if_cancelled(self, run_id: str) -> None:
        """Raise `Cancelled` when this job was cancelled."""
        job = self.job(run_id)
        if job is not None and job.status == "cancelled":
            raise Cancelled(f"The {job.kind} (run {run_id}) was cancelled.")

    def retry(self, run_id: str, actor: str) -> str:
        """Enqueue a failed or cancelled job again, without its `force` and `accept_loss`. A close resumes.

        Returns:
            The new job's run id.

        Raises:
            UsageError: There is no such run, it has succeeded, or it is still open.
            AlreadyRunning: Another of its kind is queued or running.
        """
        job = self._known(run_id)
        if job.status not in ("failed", "cancelled"):
            raise UsageError(f"The {job.kind} (run {run_id}) is {job.status}: there is nothing to retry.")
        once = dict.fromkeys(job.arguments.keys() & {"force", "accept_loss"}, False)
        return self.enqueue(job.kind, actor, **job.arguments | once)

    def register_queues(self, poll_seconds: float) -> None:
        """Register both queues, one job at a time in each."""
        for queue in (QUEUE, CONCURRENT_QUEUE):
            self._dbos.register_queue(queue, global_concurrency=1, polling_interval_sec=poll_seconds)

    def cancel_of_other_versions(self) -> None:
        """Cancel jobs that another version left open: nothing can run them, and they block their kind."""
        for one in self._dbos.list_workflows(status=list(_OPEN), load_input=False, load_output=False):
            if one.app_version != APPLICATION_VERSION:
                self._dbos.cancel_workflow(one.workflow_id)

    def forget(self, ended_before: datetime) -> int:
        """Delete the runs that ended before an instant (UTC), with their steps. Return how many."""
        old = self._dbos.list_workflows(
            completed_before=ended_before.isoformat(), load_input=False, load_output=False
        )
        for first in range(0, len(old), _DELETED_AT_ONCE):
            self._dbos.delete_workflows([one.workflow_id for one in old[first : first + _DELETED_AT_ONCE]])
        return len(old)

    def finished_steps(self, run_id: str) -> dict[str, Any]:
        """Return the result of each finished step of a run by the step's name, in order."""
        steps = self._dbos.list_workflow_steps(run_id)
        return {step["function_name"]: step["output"] for step in steps if step["error"] is None}

    def _known(self, run_id: str) -> Job:
        job = self.job(run_id)
        if job is None:
            raise UsageError(
                f"There is no run {run_id}.", advice=Advice("`status` names the runs.", "See Runs and health.")
            )
        return job

    def job(self, run_id: str) -> Job | None:
        """Return a job, None when there is no such id."""
        found = self._list(workflow_ids=[run_id])
        return found[0] if found else None

    def open_job(self, kind: str) -> Job | None:
        """Return the queued or running job of a kind, None when there is none."""
        jobs = self.jobs(status=list(_OPEN), kinds=(kind,), limit=1)
        return jobs[0] if jobs else None

    def open_jobs(self) -> list[Job]:
        """Return all queued and running jobs, newest first."""
        return self.jobs(status=list(_OPEN), limit=None)

    def jobs(
        self,
        *,
        status: list[str] | None = None,
        kinds: tuple[str, ...] = KINDS,
        finished_after: datetime | None = None,
        version: str | None = None,
        limit: int | None = 50,
    ) -> list[Job]:
        """Return jobs, newest first.

        Args:
            status: States of the workflow store to keep.
            kinds: Kinds to keep.
            finished_after: Leave out what is open, or finished before this instant (UTC).
            version: Keep those that this version of the application ran.
            limit: At most so many.

        Returns:
            An empty list before the first worker has made the workflow store.
        """
        return self._list(
            name=list(kinds),
            status=status,
            app_version=version,
            completed_after=finished_after.isoformat() if finished_after else None,
            limit=limit,
            sort_desc=True,
        )

    def _list(self, **filters: Any) -> list[Job]:
        try:
            return [job_of(one) for one in self._dbos.list_workflows(**filters)]
        except DBAPIError as problem:
            if not is_missing_table(problem):
                raise
            return []

    def is_ready(self) -> bool:
        """Return whether the workflow store has its tables, which the first worker of a home makes."""
        try:
            self._dbos.list_workflows(limit=1)
        except DBAPIError as problem:
            if not is_missing_table(problem):
                raise
            return False
        return True

    def report(
        self,
        run_id: str,
        step: str,
        done: int,
        total: int,
        *,
        finished: Sequence[str] | None = None,
        within: tuple[str, int, int] | None = None,
    ) -> None:
        """Store the progress of a job; see `Job.progress`."""
        progress: dict[str, Any] = {"step": step, "done": done, "total": total}
        if finished is not None:
            progress |= {"finished": list(finished), "within": within}
        self._dbos.update_workflow_attributes(run_id, {"progress": progress}, merge=True)


@contextmanager
def job_client(settings: Settings, *, waits: bool = False) -> Iterator[JobClient]:
    """Open a client of the workflow store for as long as the block lasts.

    Args:
        settings: Whose home's store.
        waits: Whether it waits for a server that stops answering later, instead of raising an error.

    Raises:
        ShipledgerError: The store is damaged, or its server refuses or does not answer; see `errors_for_the_user`.
    """
    address = address_of(settings)
    with errors_for_the_user(settings):
        dbos = DBOSClient(
            system_database_url=address.url,
            dbos_system_schema=address.schema,
            application_name=APPLICATION,
            retry_connection_errors=waits,
        )
        try:
            yield JobClient(dbos)
        finally:
            dbos.destroy()


def has_store(settings: Settings) -> bool:
    """Return whether the home has a workflow store, which its first worker makes."""
    if settings.system_database_url:
        return has_home_id(settings.home)
    return (settings.home / "workflows.sqlite").exists()


@contextmanager
def reading_job_client(settings: Settings) -> Iterator[JobClient]:
    """Open a client that makes nothing in the home: before its first worker, it reads an empty store elsewhere.

    Raises:
        ShipledgerError: As of `job_client`.
    """
    with TemporaryDirectory() as elsewhere:
        if not has_store(settings):
            settings = settings.model_copy(update={"home": Path(elsewhere), "system_database_url": None})
        with job_client(settings) as jobs:
            yield jobs
