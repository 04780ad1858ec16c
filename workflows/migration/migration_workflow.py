"""The durable workflow of a migration: copy, load, build, validate, publish; or restore everything.

Nothing is published before the validation has passed. A migration that fails is removed again, and the models are
built without it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dbos import DBOS

from workflows.cycle import worker_context
from workflows.cycle.engine import Facts, Report
from workflows.errors import ShipledgerError
from workflows.migration.migrating import Migration


@DBOS.workflow(name="migrate")
def migrate(arguments: dict[str, Any]) -> Facts:
    """Migrate the former system's database, or roll the last migration back.

    Args:
        arguments: `legacy` (the SQLite file, None for a rollback), `dry_run` and `rollback`.
    """
    started_at = _begin()
    if arguments["rollback"]:
        undone = _roll_back(_last_migration())
        return _published(started_at, {"action": "rollback", "checks": [], **undone, **_build(started_at)})
    copied = _copy(arguments["legacy"])
    if arguments["dry_run"]:
        try:
            checks = _rehearse(copied["copy"], started_at)
        finally:
            if not copied["needed"]:
                _remove(copied["copy"])
        return _result(started_at, datetime.now(UTC), {"action": "dry run", "checks": checks, "published": None})
    if not copied["loaded"]:
        _load(copied["copy"])
    try:
        built = _build(started_at)
        checks = _validate(copied["copy"])
    except ShipledgerError:
        if not copied["loaded"]:
            _take_back(copied["digest"])
            _build_without(started_at)
        raise
    action = "unchanged" if copied["loaded"] else "migrate"
    return _published(started_at, {"action": action, "digest": copied["digest"], "checks": checks, **built})


def _published(started_at: datetime, facts: Facts) -> Facts:
    published, finished_at = _publish(started_at, facts["built_at"])
    return _result(started_at, finished_at, {**facts, "published": published})


def _result(started_at: datetime, finished_at: datetime, facts: Facts) -> Facts:
    return {
        "run_id": DBOS.workflow_id,
        "kind": "migrate",
        **facts,
        "started_at": started_at,
        "seconds": (finished_at - started_at).total_seconds(),
    }


def _reporter() -> Report:
    """Return the progress callback of the current job."""
    jobs, run_id = worker_context.current().jobs, str(DBOS.workflow_id)
    return worker_context.reporter(lambda step, done, total: jobs.report(run_id, step, done, total))


def _migration() -> Migration:
    return Migration(worker_context.current().engine)


@DBOS.step(name="begin migration")
def _begin() -> datetime:
    return datetime.now(UTC)


@DBOS.step(name="copy the former system")
def _copy(file: str) -> Facts:
    with worker_context.working("copy the former system"):
        return _migration().take_copy(Path(file))


@DBOS.step(name="load the former system")
def _load(copy: str) -> Facts:
    with worker_context.working("load the former system"):
        return _migration().load(copy)


@DBOS.step(name="find the last migration")
def _last_migration() -> Facts:
    with worker_context.working("find the last migration"):
        return _migration().last_migration()


@DBOS.step(name="roll the migration back")
def _roll_back(migration: Facts) -> Facts:
    with worker_context.working("roll the migration back"):
        return _migration().roll_back(migration)


@DBOS.step(name="take the migration back")
def _take_back(digest: str) -> Facts:
    with worker_context.working("take the migration back"):
        return _migration().take_back(digest)


@DBOS.step(name="build with the former system")
def _build(started_at: datetime) -> Facts:
    return _built(started_at)


@DBOS.step(name="build without the former system")
def _build_without(started_at: datetime) -> Facts:
    return _built(started_at)


def _built(started_at: datetime) -> Facts:
    run = worker_context.this_run("migrate", started_at, {})
    with worker_context.working("build"):
        return worker_context.current().engine.build(run, worker_context.runs_since, _reporter())


@DBOS.step(name="validate the migration")
def _validate(copy: str) -> list[Facts]:
    with worker_context.working("validate the migration"):
        return _migration().validate(copy)


@DBOS.step(name="rehearse the migration")
def _rehearse(copy: str, started_at: datetime) -> list[Facts]:
    run = worker_context.this_run("migrate", started_at, {})
    with worker_context.working("rehearse the migration"):
        return _migration().rehearse(copy, run, worker_context.runs_since, _reporter())


@DBOS.step(name="remove the rehearsed copy")
def _remove(copy: str) -> None:
    Path(copy).unlink(missing_ok=True)


@DBOS.step(name="publish the migration")
def _publish(started_at: datetime, built_at: datetime) -> tuple[str, datetime]:
    run = worker_context.this_run("migrate", started_at, {})
    with worker_context.working("publish"):
        return worker_context.current().engine.publish(run, built_at).snapshot, datetime.now(UTC)
