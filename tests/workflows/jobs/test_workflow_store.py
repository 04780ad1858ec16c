"""The workflow store on PostgreSQL: homes that share a database are separate, and a wrong URL is a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from homes import settings_of
from own_worker import done, ended, working
from postgres import Postgres, running_postgres

from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.jobs.client import job_client


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


def home_on(server: Postgres, home: Path) -> Settings:
    settings = settings_of(home, SHIPLEDGER_SYSTEM_DATABASE_URL=server.url())
    prepare_home(settings)
    return settings


def test_the_worker_of_one_home_neither_sees_nor_runs_the_jobs_of_another(
    postgres: Postgres, tmp_path: Path
) -> None:
    ours, theirs = (home_on(postgres, tmp_path / name) for name in ("ours", "theirs"))
    with working(ours) as jobs:
        assert done(jobs, "retention", dry_run=True).status == "success"
    with job_client(ours) as jobs:
        waiting = jobs.enqueue("retention", "mary", dry_run=True)
        # Of the same kind: neither is in the way of the other.
        with working(theirs) as others:
            assert others.jobs() == []
            assert done(others, "retention", dry_run=True).status == "success"
            assert len(others.jobs()) == 1
        job = jobs.job(waiting)
        assert job is not None
        assert (job.status, len(jobs.jobs())) == ("queued", 2)
    with working(ours) as jobs:
        assert ended(jobs, waiting).status == "success"
