"""What a command of the command line does: run a job here or at the worker, and tell how things stand."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from workflows.cli.own_worker import become_worker
from workflows.closes.readiness import ready_to_close, retry_job
from workflows.config.home_directory import prepare_home
from workflows.config.periods import CloseKind, begin_of
from workflows.config.settings import Settings
from workflows.config.shipstation_account import account_of
from workflows.errors import Cancelled, ShipledgerError, UsageError
from workflows.jobs.client import Job, JobClient, job_client

_POLL_SECONDS = 0.1
_STORE_SECONDS = 30
# What a killed job of these kinds read may be long out of date: it is finished, and then run again.
_ALWAYS_AGAIN = ("sync", "import-xcart", "upload", "parity")

OnProgress = Callable[[Job], None]


def sync(settings: Settings, actor: str, on_progress: OnProgress) -> dict[str, Any]:
    """Run one cycle and give its facts.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    return run_job(settings, "sync", {}, actor, on_progress)


def backfill(
    settings: Settings, since: date, until: date | None, actor: str, on_progress: OnProgress
) -> dict[str, Any]:
    """Load a span of modification dates and give the facts.

    Args:
        settings: The configuration.
        since: First day, in the business's time zone.
        until: Last day, included; None for now.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    start, end = _span(settings, since, until)
    arguments = {"since": start.isoformat(), "until": end.isoformat() if end else None}
    return run_job(settings, "backfill", arguments, actor, on_progress)


def reconcile(
    settings: Settings,
    since: date,
    until: date | None,
    repair: bool,
    actor: str,
    on_progress: OnProgress,
) -> dict[str, Any]:
    """Compare a span of days with ShipStation field by field, and give what was found.

    Args:
        settings: The configuration.
        since: First day, in the business's time zone.
        until: Last day, included; None for now.
        repair: Whether to put right what is ours to put right.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    start, end = _span(settings, since, until)
    arguments = {
        "since": start.isoformat(),
        "until": (end or datetime.now(UTC)).isoformat(),
        "repair": repair,
    }
    return run_job(settings, "reconcile", arguments, actor, on_progress)


def close(
    settings: Settings,
    kind: CloseKind,
    day: date | None,
    force: bool,
    actor: str,
    on_progress: OnProgress,
    *,
    incomplete: bool = False,
) -> dict[str, Any]:
    """Close a day, week or month, and give what was closed; see `close_checks.ready_to_close`.

    Args:
        settings: The configuration.
        kind: eod, eow or eom.
        day: A day of the period; None for what is due.
        force: Run all steps again as a new version.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.
        incomplete: Close it although something is not loaded.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    period = ready_to_close(settings, kind, day, force=force, incomplete=incomplete)
    arguments = {"date": period.first.isoformat(), "force": force, "incomplete": incomplete}
    return run_job(settings, kind, arguments, actor, on_progress)


def import_xcart(settings: Settings, path: Path, actor: str, on_progress: OnProgress) -> dict[str, Any]:
    """Import the shop's orders and give what came.

    Args:
        settings: The configuration.
        path: The shop's XML file, or the folder of such files.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    if not path.exists():
        raise UsageError(f"There is nothing at {path}. Give the shop's XML file, or the folder it is in.")
    return run_job(settings, "import-xcart", {"path": str(path.absolute())}, actor, on_progress)


def upload(settings: Settings, dry_run: bool, actor: str, on_progress: OnProgress) -> dict[str, Any]:
    """Send the shop's orders that wait to ShipStation, or tell what would be sent.

    Args:
        settings: The configuration.
        dry_run: Only tell.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    account_of(settings)
    return run_job(settings, "upload", {"dry_run": dry_run}, actor, on_progress)


def retry(settings: Settings, run_id: str, actor: str, on_progress: OnProgress) -> dict[str, Any]:
    """Run a failed or cancelled job again; a close goes on at the step that failed.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    own = become_worker(settings)
    if own is not None:
        return _follow(own, retry_job(settings, own, run_id, actor), on_progress)
    with job_client(settings) as jobs:
        _wait_for_store(jobs)
        return _follow_elsewhere(settings, jobs, retry_job(settings, jobs, run_id, actor), on_progress)


def cancel(settings: Settings, run_id: str) -> dict[str, Any]:
    """Cancel a queued or running job. Gives its `run_id`, `kind` and `status`.

    Raises:
        UsageError: There is no such run, or it has ended.
    """
    prepare_home(settings)
    with job_client(settings) as jobs:
        job = jobs.cancel(run_id)
    return {"run_id": job.run_id, "kind": job.kind, "status": job.status}


def migrate(
    settings: Settings, file: Path | None, dry_run: bool, actor: str, on_progress: OnProgress
) -> dict[str, Any]:
    """Bring in the former system's database and give the validation; see `migration_workflow`.

    Args:
        settings: The configuration.
        file: Its SQLite file; None takes the last migration out again.
        dry_run: Whether to do it aside and change nothing.
        actor: Who asked.
        on_progress: Called with the job's state while it runs.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    legacy = str(file.absolute()) if file else None
    arguments = {"legacy": legacy, "dry_run": dry_run, "rollback": file is None}
    return run_job(settings, "migrate", arguments, actor, on_progress)


def backup(settings: Settings, folder: Path | None, actor: str, on_progress: OnProgress) -> dict[str, Any]:
    """Write a backup of the home, and give its file and counts; see `backup_file`.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    arguments = {"to": str(folder.absolute()) if folder else None}
    return run_job(settings, "backup", arguments, actor, on_progress)


def _span(settings: Settings, since: date, until: date | None) -> tuple[datetime, datetime | None]:
    """The instants (UTC) at which a span of business days begins and ends."""
    if since > settings.today():
        raise UsageError(f"--since {since} lies in the future. Give a day up to today, {settings.today()}.")
    if until is not None and until < since:
        raise UsageError(f"--until {until} lies before --since {since}. Give the later day as --until.")
    zone = settings.timezone
    return begin_of(since, zone), begin_of(until + timedelta(days=1), zone) if until else None


def run_job(
    settings: Settings, kind: str, arguments: dict[str, Any], actor: str, on_progress: OnProgress
) -> dict[str, Any]:
    """Run a job to its end and give its facts: in this process when no worker lives, else at the worker.

    Raises:
        ShipledgerError: With the contract's exit code.
    """
    own = become_worker(settings)
    if own is not None:
        return _run_here(own, kind, arguments, actor, on_progress)
    with job_client(settings) as jobs:
        _wait_for_store(jobs)
        run_id = jobs.enqueue(kind, actor, **arguments)
        return _follow_elsewhere(settings, jobs, run_id, on_progress)


def _run_here(
    jobs: JobClient, kind: str, arguments: dict[str, Any], actor: str, on_progress: OnProgress
) -> dict[str, Any]:
    """Run a job in this process, after what a killed worker left behind of its kind.

    A job of the same arguments is only finished, but for the kinds that always run again.
    """
    left_behind = jobs.open_job(kind)
    if left_behind is not None:
        finished = _wait(jobs, left_behind.run_id, on_progress)
        if kind not in _ALWAYS_AGAIN and left_behind.arguments == arguments:
            return _outcome(finished)
    return _follow(jobs, jobs.enqueue(kind, actor, **arguments), on_progress)


def _wait_for_store(jobs: JobClient) -> None:
    """A worker that has only just taken the lock makes the workflow store in a moment."""
    deadline = time.monotonic() + _STORE_SECONDS
    while not jobs.is_ready():
        if time.monotonic() > deadline:
            raise ShipledgerError("The worker of this home does not answer. Stop it and try again.")
        time.sleep(_POLL_SECONDS)


def _follow_elsewhere(settings: Settings, jobs: JobClient, run_id: str, on_progress: OnProgress) -> dict[str, Any]:
    """Follow a job at another process; become the worker when that process dies."""
    while (own := become_worker(settings)) is None:
        job = _look(jobs, run_id, on_progress)
        if not job.is_open:
            return _outcome(job)
        time.sleep(_POLL_SECONDS)
    return _follow(own, run_id, on_progress)


def _follow(jobs: JobClient, run_id: str, on_progress: OnProgress) -> dict[str, Any]:
    return _outcome(_wait(jobs, run_id, on_progress))


def _wait(jobs: JobClient, run_id: str, on_progress: OnProgress) -> Job:
    while (job := _look(jobs, run_id, on_progress)).is_open:
        time.sleep(_POLL_SECONDS)
    return job


def _look(jobs: JobClient, run_id: str, on_progress: OnProgress) -> Job:
    job = jobs.job(run_id)
    if job is None:
        raise ShipledgerError(f"The run {run_id} is gone from the workflow store. Start it again.")
    on_progress(job)
    return job


def _outcome(job: Job) -> dict[str, Any]:
    if job.status == "success" and job.result is not None:
        return job.result
    if job.status == "cancelled":
        raise Cancelled(f"The {job.kind} (run {job.run_id}) was cancelled. Nothing was published.")
    if isinstance(job.error, ShipledgerError):
        raise job.error
    raise ShipledgerError(
        f"The {job.kind} (run {job.run_id}) failed: {job.error}. Nothing was published; see the log and `status`."
    )
