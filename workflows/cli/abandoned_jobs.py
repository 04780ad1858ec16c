"""Jobs that ended in this worker without their outcome being stored, as on a full disk.

Such a job stays `running` in the workflow store for good, though nothing runs it, and blocks the queue. The next
worker resumes it when it starts; one that serves resumes it itself.
"""

from __future__ import annotations

import logging
import time

from workflows.config.job_kinds import CONCURRENT
from workflows.errors import ShipledgerError
from workflows.jobs.client import CONCURRENT_QUEUE, QUEUE, Job, JobClient

log = logging.getLogger(__name__)

# A job is `running` a moment before its thread begins. A store that is only locked is waited for longer by DBOS,
# in that thread.
_SURE_AFTER_SECONDS = 20.0


class AbandonedJobs:
    """Tells which running jobs no thread of this worker runs."""

    def __init__(self) -> None:
        self._idle_since: dict[str, float] = {}

    def has(self, job: Job) -> bool:
        """Return whether a job, as the store just gave it, has been running for some time without a thread."""
        if job.status != "running" or job.run_id in _active():
            self._idle_since.pop(job.run_id, None)
            return False
        now = time.monotonic()
        return now - self._idle_since.setdefault(job.run_id, now) > _SURE_AFTER_SECONDS

    def resume(self, jobs: JobClient) -> None:
        """Put the abandoned jobs back into the queue: each goes on at its first step without a stored result."""
        from dbos import DBOS

        for job in filter(self.has, jobs.open_jobs()):
            try:
                DBOS.resume_workflow(job.run_id, queue_name=CONCURRENT_QUEUE if job.kind in CONCURRENT else QUEUE)
            except Exception as problem:
                # The disk may still be full. The next call tries again.
                log.warning("The %s (run %s) cannot be resumed: %s", job.kind, job.run_id, problem)


def outcome_not_stored(job: Job) -> ShipledgerError:
    """Return the error for the user of an abandoned job."""
    return ShipledgerError(
        f"The {job.kind} (run {job.run_id}) ended, but its outcome could not be written to the workflow store: "
        "the disk of the home may be full. The published snapshot is whole. Make room; the next run finishes it."
    )


def _active() -> list[str]:
    """Return the ids of the runs that threads of this process work on. DBOS has no public list of them."""
    from dbos._dbos import _get_dbos_instance

    return _get_dbos_instance()._active_workflows_set.activeList()
