"""The workflow store: on PostgreSQL homes that share a database are separate, and a wrong URL is a sentence."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import Answer, CommandLine
from homes import settings_of
from inbox import free_port
from own_worker import done, ended, working
from postgres import PASSWORD, USER, Postgres, running_postgres
from sqlalchemy import create_engine, text

from workflows.config.home_directory import prepare_home
from workflows.config.settings import Settings
from workflows.jobs.client import job_client


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        server.execute(f"create user reader password '{PASSWORD}'")
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


def run(home: Path, *words: str, url: str) -> Answer:
    # A shop's address at which nobody answers: no command gets so far.
    return CommandLine(home, "http://127.0.0.1:9").run(*words, SHIPLEDGER_SYSTEM_DATABASE_URL=url)


def refusals(postgres: Postgres) -> dict[str, tuple[str, str, int]]:
    """URLs that do not work, each with what the sentence says and the exit code."""
    reader = f"postgresql://reader:{PASSWORD}@127.0.0.1:{postgres.port}/postgres"
    in_query = f"postgresql://127.0.0.1:{postgres.port}/postgres?user={USER}&password="
    return {
        "wrong password": (postgres.url(password="s3cret-word"), "password authentication failed", 78),
        "wrong password in the query": (f"{in_query}s3cret-word", "password authentication failed", 78),
        "no such database": (postgres.url("nowhere"), "does not exist", 78),
        "may not make a schema": (reader, "permission denied", 78),
        "unknown parameter": (f"{in_query}{PASSWORD}&colour=1", "Correct the variable", 78),
        "nobody answers": (f"postgresql://u:s3cret-word@127.0.0.1:{free_port()}/x", "does not answer", 75),
        "no such host": ("postgresql://u:s3cret-word@shipledger.invalid/x", "does not answer", 75),
    }


CASES = list(refusals(Postgres(0)))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("command", ["sync", "status", "serve"])
def test_a_store_that_refuses_or_does_not_answer_is_a_sentence_without_its_password(
    postgres: Postgres, tmp_path: Path, case: str, command: str
) -> None:
    url, said, code = refusals(postgres)[case]
    if (case, command) == ("may not make a schema", "status"):
        said, code = "", 0  # It only reads, and there is nothing yet.
    answer = run(tmp_path / "home", command, url=url)
    assert (answer.code, said in answer.facts.get("error", "")) == (code, True), answer
    assert not {"s3cret-word", PASSWORD} & set(re.split(r"[^\w-]", answer.errors + str(answer.facts)))
    assert "Traceback" not in answer.errors


def test_a_store_has_the_function_that_dbos_calls_whatever_sqlite_the_system_has() -> None:
    """From Python 3.12 on DBOS calls it for the time of every workflow; SQLite before 3.42 answers with null."""
    before = time.time()
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("create table t (id int, at int not null default (unixepoch('subsec') * 1000))"))
        connection.execute(text("insert into t (id) values (1)"))
        [at] = connection.execute(text("select at from t")).scalars()
    assert int(before * 1000) <= at <= time.time() * 1000
