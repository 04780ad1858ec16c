"""A job whose outcome cannot be stored: its command ends with a sentence, and it is resumed once it can."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from gates import until
from homes import settings_of
from own_worker import ended, working

from workflows.cli import abandoned_jobs
from workflows.cli.abandoned_jobs import AbandonedJobs
from workflows.cli.run_job import run_job
from workflows.config.settings import Settings
from workflows.errors import ShipledgerError
from workflows.jobs.client import JobClient


@pytest.fixture
def worker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Settings, JobClient]]:
    """A worker that notices an abandoned job soon, known as this process's own."""
    monkeypatch.setattr(abandoned_jobs, "_SURE_AFTER_SECONDS", 0.5)
    settings = settings_of(tmp_path)
    with working(settings) as jobs:
        monkeypatch.setattr("workflows.cli.run_job.become_worker", lambda _settings: jobs)
        yield settings, jobs


def in_store(settings: Settings, statement: str) -> None:
    with closing(sqlite3.connect(settings.home / "workflows.sqlite", timeout=30)) as store:
        store.execute(statement)
        store.commit()


def fill_the_disk(settings: Settings) -> None:
    """Let the store refuse every outcome, as SQLite does on a full disk."""
    in_store(
        settings,
        "create trigger no_room before update on workflow_status when new.status in ('SUCCESS', 'ERROR')"
        " begin select raise(abort, 'database or disk is full'); end",
    )


def test_a_command_ends_when_its_job_s_outcome_cannot_be_stored_and_a_worker_that_serves_resumes_the_job(
    worker: tuple[Settings, JobClient],
) -> None:
    settings, jobs = worker
    fill_the_disk(settings)
    with pytest.raises(ShipledgerError, match=r"disk of the home may be full\. .*Make room; the next run"):
        run_job(settings, "cleanup", {}, "mary")
    [job] = jobs.open_jobs()
    serving = AbandonedJobs()

    def states() -> list[str]:
        serving.resume(jobs)
        return [one.status for one in jobs.jobs(kinds=("cleanup",))]

    assert states() == ["running"], "while the disk is full, it stays"
    in_store(settings, "drop trigger no_room")
    assert until(states, ["success"])
    assert ended(jobs, job.run_id).error is None


def test_a_job_that_has_ended_is_not_abandoned(worker: tuple[Settings, JobClient]) -> None:
    _, jobs = worker
    job = ended(jobs, jobs.enqueue("cleanup", "mary"))
    assert not AbandonedJobs().has(job)
