"""The worker: the one process that runs jobs for a home. `serve` is one, and a command when its home has none."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from workflows.backup.leftovers import remove_leftovers
from workflows.config.home_directory import prepare_home
from workflows.config.log_file import log_to_home
from workflows.config.places import OWNER_ONLY
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock

if TYPE_CHECKING:
    from ingest.sources.shipstation.adoption import Backfilled
    from workflows.jobs.client import JobClient
    from workflows.jobs.workflow_store import Address

# A waiting job starts within this time; each look costs one small query on a local file.
_POLL_SECONDS = 0.1
# With a clock that was set, a thread that waits by the old one must be stopped before it starts what it missed.
_SCHEDULE_POLL_SECONDS = 2.0
# The workflows of a module exist once it is imported.
WORKFLOW_MODULES = (
    "workflows.backup.backup_workflow",
    "workflows.carrier_bills.bill_workflow",
    "workflows.closes.close_workflow",
    "workflows.cycle.cycle_workflows",
    "workflows.migration.migration_workflow",
    "workflows.monitoring.scheduled_jobs",
    "workflows.parity.parity_workflow",
    "workflows.privacy.retention_workflow",
    "workflows.xcart.xcart_workflows",
)
_this_process: dict[Path, tuple[WorkerLock, ExitStack, JobClient]] = {}


def become_worker(settings: Settings) -> JobClient | None:
    """Make this process the worker of a home until it ends; return None when another process is.

    The lock is released with the process, after all its threads. Released earlier, a job that this worker has just
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
    """Stop working before this process ends. What is under way is resumed by its follower or the next worker."""
    for _lock, stack, _jobs in _this_process.values():
        stack.close()


@contextmanager
def run_worker(settings: Settings) -> Iterator[JobClient]:
    """Run the jobs of a home for as long as the block lasts; the caller holds the lock.

    Jobs that a killed worker left behind are resumed at their last finished step, then the queue is worked off.
    """
    # Half a second, which a command that only follows a job does without.
    from dbos import DBOS

    from workflows.cycle import worker_context
    from workflows.cycle.engine import Engine
    from workflows.jobs.client import job_client
    from workflows.jobs.workflow_store import address_of

    for module in WORKFLOW_MODULES:
        import_module(module)
    prepare_home(settings)
    remove_leftovers(settings)
    log_to_home(settings)
    address = address_of(settings)
    with _private_files(), job_client(settings, waits=True) as jobs:
        engine = Engine(settings, partial(_backfills, jobs))
        worker_context.set_current(worker_context.WorkerContext(engine, jobs))
        _configure(address)
        try:
            # In a thread of its own: DBOS starts differently where an event loop runs, as in a caller's may.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(_launch, address, jobs).result()
            yield jobs
        finally:
            DBOS.destroy()
            worker_context.set_current(None)


def _configure(address: Address) -> None:
    from dbos import DBOS

    from workflows.jobs.client import APPLICATION, APPLICATION_VERSION

    DBOS(
        config={
            "name": APPLICATION,
            "system_database_url": address.url,
            "dbos_system_schema": address.schema,
            "application_version": APPLICATION_VERSION,
            "log_level": "CRITICAL",
            "notification_listener_polling_interval_sec": _POLL_SECONDS,
            "scheduler_polling_interval_sec": _SCHEDULE_POLL_SECONDS,
        }
    )


@contextmanager
def _private_files() -> Iterator[None]:
    """Make this process's files readable by their owner only: DuckDB, dlt and dbt set no mode of their own."""
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def _launch(address: Address, jobs: JobClient) -> None:
    from dbos import DBOS

    DBOS.migrate(address.url, schema=address.schema)
    # A queue that is registered after the launch is found a second later.
    jobs.register_queues(_POLL_SECONDS)
    DBOS.launch()
    jobs.cancel_of_other_versions()


def _backfills(jobs: JobClient) -> list[Backfilled]:
    """Return the successful backfills that the workflow store still has."""
    from ingest.sources.shipstation.adoption import Backfilled

    return [
        Backfilled(
            datetime.fromisoformat(job.arguments["since"]),
            datetime.fromisoformat(job.arguments["until"]) if job.arguments["until"] else None,
            job.started_at,
            job.finished_at,
        )
        for job in jobs.jobs(kinds=("backfill",), status=["SUCCESS"], limit=None)
        if job.started_at and job.finished_at
    ]
