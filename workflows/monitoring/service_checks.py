"""The health checks of what runs: the worker, the page's server, the schedule, the log.

Only a home in which `serve` was started and not stopped since is meant to have them running; anywhere else each
command is its own worker, and what does not run is information.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException

from workflows.config.formatting import counted
from workflows.config.log_file import errors_since
from workflows.config.settings import Settings
from workflows.config.wall_clock import clock
from workflows.jobs.client import JobClient
from workflows.jobs.serving_note import ServingNote, reachable, read_serving_note
from workflows.monitoring.integrity_checks import Check
from workflows.monitoring.timetable import find_overdue

_LOOKED_BACK = timedelta(days=1)
# The page takes some seconds until it answers.
_STARTS_IN = timedelta(minutes=1)
_ANSWERS_IN_SECONDS = 5
_SERVER_ERROR = 500


def running_checks(settings: Settings, jobs: JobClient, now: datetime) -> list[Check]:
    """The checks of what runs in a home, as it stands now (UTC)."""
    note = read_serving_note(settings.home)
    is_running = note is not None and note.is_running(settings.home)
    return [
        _worker(settings, note, is_running=is_running),
        _page(note if is_running else None, now),
        _schedule(settings, jobs, note if is_running else None, now),
        _log(settings, now),
    ]


def _worker(settings: Settings, note: ServingNote | None, *, is_running: bool) -> Check:
    name, claim = "worker running", "The worker runs, where `serve` was started and not stopped."
    if note is None:
        return Check(name, claim, True, "`serve` was never started here; each command is its own worker.")
    if note.stopped_at is not None:
        at = clock(note.stopped_at, settings.timezone)
        return Check(name, claim, True, f"`serve` was stopped at {at}; nothing runs by itself.")
    since = clock(note.started_at, settings.timezone)
    if is_running:
        return Check(name, claim, True, f"`serve` has run since {since}.")
    return Check(
        name,
        claim,
        False,
        f"`serve`, started at {since}, ended without being stopped. Start it again; where nothing is to be "
        "served any more, start and stop it.",
    )


def _page(note: ServingNote | None, now: datetime) -> Check:
    """Whether the page answers.

    Args:
        note: Of the `serve` that runs; None when none does.
        now: The present instant, UTC.
    """
    name, claim = "page answers", "The page's server answers, while `serve` runs."
    if note is None:
        return Check(name, claim, True, "No page is served.")
    if note.port == 0:
        return Check(name, claim, True, "Its port was any that was free, so it cannot be asked.")
    where = f"http://{note.address}:{note.port}"
    connection = HTTPConnection(reachable(note.address), note.port, timeout=_ANSWERS_IN_SECONDS)
    try:
        connection.request("GET", "/_stcore/health")
        status = connection.getresponse().status
    except (OSError, HTTPException) as problem:
        if now - note.started_at < _STARTS_IN:
            return Check(name, claim, True, f"{where} is about to start.")
        return Check(name, claim, False, f"{where} does not answer ({type(problem).__name__}): restart `serve`.")
    finally:
        connection.close()
    detail = where if status < _SERVER_ERROR else f"{where} answers with HTTP {status}: restart `serve`."
    return Check(name, claim, status < _SERVER_ERROR, detail)


def _schedule(settings: Settings, jobs: JobClient, note: ServingNote | None, now: datetime) -> Check:
    name, claim = "schedule on time", "What is switched on has run when it was due, while `serve` runs."
    if note is None:
        return Check(name, claim, True, "No schedule is in force.")
    overdue = [
        f"{one.kind} (last at {clock(one.last_at, settings.timezone)})"
        if one.last_at
        else f"{one.kind} (never yet)"
        for one in find_overdue(settings, jobs, note.started_at, now)
    ]
    detail = f"Overdue: {', '.join(overdue)}. See the runs, and restart `serve`." if overdue else ""
    return Check(name, claim, not overdue, detail)


def _log(settings: Settings, now: datetime) -> Check:
    name, claim = "log without errors", "No run of the last day ended with an unexpected error in the log."
    errors = errors_since(settings, now - _LOOKED_BACK)
    if not errors:
        return Check(name, claim, True, "")
    at, words = errors[-1]
    last = f"the last at {clock(at, settings.timezone)}: {words}"
    detail = f"{counted(len(errors), 'error')}; {last} See logs/shipledger.log."
    return Check(name, claim, False, detail)
