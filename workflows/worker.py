"""The worker: the one process that runs jobs for a home."""

from __future__ import annotations

import fcntl
import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from dbos import DBOS

from workflows import (
    backup_flow,  # noqa: F401
    closes,  # noqa: F401  (the workflows of a module exist once it is imported)
    errands,  # noqa: F401
    flows,
    migration_flow,  # noqa: F401
    retention_flow,  # noqa: F401
    xcart,  # noqa: F401
)
from workflows.engine import Engine
from workflows.home import prepare_home
from workflows.jobs import APPLICATION, APPLICATION_VERSION, JobClient, job_client
from workflows.logs import log_to_home
from workflows.parity import flow as parity_flow  # noqa: F401
from workflows.presence import LOCK_FILE
from workflows.settings import Settings

log = logging.getLogger(__name__)

# A waiting job starts within this time; each look costs one small query on a local file.
_POLL_SECONDS = 0.1


class WorkerLock:
    """The right to be the worker of a home: an operating-system lock that dies with its process."""

    def __init__(self, home: Path) -> None:
        self._path = home / LOCK_FILE
        self._file: IO[str] | None = None

    def acquire(self) -> bool:
        """Take the lock if it is free; never waits."""
        file = self._path.open("a+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        self._file = file
        return True

    def release(self) -> None:
        """Give the lock back."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def is_held(self) -> bool:
        """Whether any process, this one included, is the worker now."""
        if self._file is not None:
            return True
        if self.acquire():
            self.release()
            return False
        return True


_this_process: dict[Path, tuple[WorkerLock, ExitStack, JobClient]] = {}


def become_worker(settings: Settings) -> JobClient | None:
    """Make this process the worker of a home until it ends; None when another process is.

    The lock goes with the process, after all its threads: given back earlier, a job that this worker has just
    begun for somebody else would run on beside the one that resumes it.
    """
    known = _this_process.get(settings.home)
    if known is not None:
        return known[2]
    prepare_home(settings)
    lock = WorkerLock(settings.home)
    if not lock.acquire():
        return None
    stack = ExitStack()
    jobs = stack.enter_context(run_worker(settings))
    _this_process[settings.home] = (lock, stack, jobs)
    return jobs


def end_worker() -> None:
    """Stop working, before this process ends; what is under way is resumed by its follower or the next worker."""
    for _lock, stack, _jobs in _this_process.values():
        stack.close()


@contextmanager
def run_worker(settings: Settings) -> Iterator[JobClient]:
    """Be the worker for as long as the block lasts; the caller holds the lock.

    Jobs that a killed worker left behind are resumed at their last finished step, then the queue
    is worked off.
    """
    prepare_home(settings)
    log_to_home(settings)
    with job_client(settings) as jobs:
        flows.set_bench(flows.Bench(Engine(settings), jobs))
        DBOS(
            config={
                "name": APPLICATION,
                "system_database_url": settings.workflow_database_url,
                "application_version": APPLICATION_VERSION,
                "log_level": "CRITICAL",
                "notification_listener_polling_interval_sec": _POLL_SECONDS,
            }
        )
        try:
            # In a thread of its own: DBOS begins in another way where an event loop runs, as in a caller's may.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(_launch, settings, jobs).result()
            yield jobs
        finally:
            DBOS.destroy()
            flows.set_bench(None)


def _launch(settings: Settings, jobs: JobClient) -> None:
    DBOS.migrate(settings.workflow_database_url)
    # A queue that is not there when DBOS begins is found a second later.
    jobs.register_queues(_POLL_SECONDS)
    DBOS.launch()
    jobs.cancel_of_other_versions()
