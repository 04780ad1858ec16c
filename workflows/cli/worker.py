"""The worker: the one process that runs jobs for a home."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import datetime
from functools import partial

from dbos import DBOS

from ingest.sources.shipstation.adoption import Backfilled

# A module's workflows are registered once it is imported.
from workflows.backup import backup_workflow  # noqa: F401
from workflows.closes import close_workflow  # noqa: F401
from workflows.config.home_directory import OWNER_ONLY, prepare_home
from workflows.config.log_file import log_to_home
from workflows.config.settings import Settings
from workflows.cycle import cycle_workflows
from workflows.cycle.engine import Engine
from workflows.jobs.client import APPLICATION, APPLICATION_VERSION, JobClient, job_client
from workflows.migration import migration_workflow  # noqa: F401
from workflows.monitoring import scheduled_jobs  # noqa: F401
from workflows.parity import parity_workflow  # noqa: F401
from workflows.privacy import retention_workflow  # noqa: F401
from workflows.xcart import xcart_workflows  # noqa: F401

log = logging.getLogger(__name__)

# A waiting job starts within this time; each look costs one small query on a local file.
_POLL_SECONDS = 0.1


@contextmanager
def run_worker(settings: Settings) -> Iterator[JobClient]:
    """Be the worker for as long as the block lasts; the caller holds the lock.

    Jobs that a killed worker left behind are resumed at their last finished step, then the queue
    is worked off.
    """
    prepare_home(settings)
    log_to_home(settings)
    with _private_files(), job_client(settings) as jobs:
        cycle_workflows.set_bench(cycle_workflows.Bench(Engine(settings, partial(_backfills, jobs)), jobs))
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
            cycle_workflows.set_bench(None)


@contextmanager
def _private_files() -> Iterator[None]:
    """Files that this process makes are its owner's alone: DuckDB, dlt and dbt ask for no mode of their own."""
    before = os.umask(OWNER_ONLY)
    try:
        yield
    finally:
        os.umask(before)


def _launch(settings: Settings, jobs: JobClient) -> None:
    DBOS.migrate(settings.workflow_database_url)
    # A queue that is not there when DBOS begins is found a second later.
    jobs.register_queues(_POLL_SECONDS)
    DBOS.launch()
    jobs.cancel_of_other_versions()


def _backfills(jobs: JobClient) -> list[Backfilled]:
    """The backfills that came through, as far as the workflow store still knows them."""
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
