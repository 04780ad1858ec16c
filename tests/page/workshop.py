"""A home in which jobs have been done: by a real worker, in a thread beside the browser's event loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from own_worker import ended, working

from workflows.config.periods import Period
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.close_log import Close, record_close
from workflows.jobs.client import Job, JobClient, job_client


def settings_of(home: Path) -> Settings:
    """A home whose ShipStation is out of reach: whatever reads it fails at once."""
    settings = read_settings({"SHIPLEDGER_HOME": str(home), "SHIPSTATION_BASE_URL": "http://127.0.0.1:9"})
    return settings.model_copy(update={"api_key": "key", "api_secret": "secret", "retry_seconds": 0})


def make_store(settings: Settings) -> None:
    """Be the worker for a moment: it makes the workflow store, and leaves."""
    _aside(settings, lambda _jobs: None)


def fail(settings: Settings, kind: str, actor: str, **arguments: Any) -> Job:
    """Let a worker try a job that needs ShipStation, and leave. Gives the job as it ended."""
    job: Job = _aside(settings, lambda jobs: ended(jobs, jobs.enqueue(kind, actor, **arguments)))
    return job


def finish(settings: Settings, kind: str) -> Job:
    """Let a worker do the newest job of a kind, which waits, and leave. Gives the job as it ended."""
    job: Job = _aside(settings, lambda jobs: ended(jobs, jobs.jobs(kinds=(kind,), limit=1)[0].run_id))
    return job


def record(
    settings: Settings,
    period: Period,
    snapshot: str = "older.duckdb",
    *,
    orders: int = 20,
    units: int = 41,
    summary: str = "It is closed",
    mail: str = "",
) -> Close:
    """Enter the close of a period, as version 2."""
    close = Close(
        kind=period.kind,
        period=period.name,
        version=2,
        run_id=f"run of {period.name}",
        actor="dana <b>",
        closed_at=datetime.now(UTC),
        snapshot=snapshot,
        facts={
            "summary": summary,
            "figures": {"shipped": {"orders": orders, "units": units, "unknown_units": 0, "unassigned_units": 0}},
            "reports": [],
            "mail": mail,
        },
    )
    record_close(settings.operations, close)
    return close


def with_mail(settings: Settings, port: int, *readers: str) -> Settings:
    """The same home, sending through a server on this machine."""
    server = f"smtp://127.0.0.1:{port}?starttls=off"
    addresses = {"mail_from": "ledger@example.com", "mail_to": ", ".join(readers)}
    return settings.model_copy(update={"smtp_url": server, **addresses})


def jobs_of(settings: Settings, kind: str) -> list[Job]:
    """All jobs of a kind, the newest first."""
    with job_client(settings) as jobs:
        return jobs.jobs(kinds=(kind,))


def turns_of(settings: Settings) -> list[tuple[str, int, str]]:
    """What the switches were turned to, and who turned them."""
    with closing(sqlite3.connect(settings.operations)) as connection:
        return connection.execute("select name, is_on, actor from switch_turns order by seq").fetchall()


def _aside(settings: Settings, act: Callable[[JobClient], Any]) -> Any:
    """What an act gives that is done with the worker of a home, in a thread of their own."""

    def work() -> Any:
        settings.home.mkdir(exist_ok=True)
        with working(settings) as jobs:
            return act(jobs)

    with ThreadPoolExecutor() as pool:
        return pool.submit(work).result()
