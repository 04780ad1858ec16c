"""The checks of services: the worker, the page's server, the schedule, the log.

They are expected to run only in a home in which `serve` was started and not stopped since; anywhere else each
command is its own worker, and a service that does not run is information.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection, HTTPException

from workflows.config.formatting import counted
from workflows.config.log_file import errors_since
from workflows.config.settings import Settings
from workflows.config.wall_clock import clock
from workflows.jobs.client import JobClient
from workflows.jobs.serving_note import ServingNote, reachable, read_serving_note
from workflows.monitoring.checks import Check
from workflows.monitoring.timetable import find_overdue

_LOOKED_BACK = timedelta(days=1)
# The page takes some seconds until it answers.
_STARTS_IN = timedelta(minutes=1)
_ANSWERS_IN_SECONDS = 5
_SERVER_ERROR = 500

Result = tuple[bool, str]


@dataclass(frozen=True)
class _Services:
    """What the checks look at.

    Attributes:
        note: Of the last `serve`; None when there never was one.
        running: The same, of one that runs now.
        now: The present instant, UTC.
    """

    settings: Settings
    jobs: JobClient
    note: ServingNote | None
    running: ServingNote | None
    now: datetime

    def clock(self, instant: datetime) -> str:
        """Return an instant in the business's time zone."""
        return clock(instant, self.settings.timezone)


def check_services(settings: Settings, jobs: JobClient, now: datetime) -> list[Check]:
    """Run the checks of services in a home, as they are now (UTC)."""
    note = read_serving_note(settings.home)
    running = note if note is not None and note.is_running(settings.home) else None
    services = _Services(settings, jobs, note, running, now)
    return [Check(name, title, *check(services)) for name, title, check in _CHECKS]


def _worker(services: _Services) -> Result:
    note = services.note
    if note is None:
        return True, "`serve` was never started here; each command is its own worker."
    if note.stopped_at is not None:
        return True, f"`serve` was stopped at {services.clock(note.stopped_at)}; nothing runs by itself."
    since = services.clock(note.started_at)
    if services.running:
        return True, f"`serve` has run since {since}."
    return False, (
        f"`serve`, started at {since}, ended without being stopped. Start it again; if nothing is to be "
        "served any more, start and stop it."
    )


def _page(services: _Services) -> Result:
    note = services.running
    if note is None:
        return True, "No page is served."
    if note.port == 0:
        return True, "Its port was any that was free, so it cannot be asked."
    address = f"http://{note.address}:{note.port}"
    connection = HTTPConnection(reachable(note.address), note.port, timeout=_ANSWERS_IN_SECONDS)
    try:
        connection.request("GET", "/_stcore/health")
        status = connection.getresponse().status
    except (OSError, HTTPException) as problem:
        if services.now - note.started_at < _STARTS_IN:
            return True, f"{address} is about to start."
        return False, f"{address} does not answer ({type(problem).__name__}): restart `serve`."
    finally:
        connection.close()
    if status < _SERVER_ERROR:
        return True, address
    return False, f"{address} answers with HTTP {status}: restart `serve`."


def _schedule(services: _Services) -> Result:
    if services.running is None:
        return True, "No schedule is in force."
    overdue = [
        f"{one.kind} (last at {services.clock(one.last_at)})" if one.last_at else f"{one.kind} (never yet)"
        for one in find_overdue(services.settings, services.jobs, services.running.started_at, services.now)
    ]
    return not overdue, f"Overdue: {', '.join(overdue)}. See the runs, and restart `serve`." if overdue else ""


def _log(services: _Services) -> Result:
    errors = errors_since(services.settings, services.now - _LOOKED_BACK)
    if not errors:
        return True, ""
    at, text = errors[-1]
    last = f"the last at {services.clock(at)}: {text}"
    return False, f"{counted(len(errors), 'error')}; {last} See logs/shipledger.log."


_CHECKS: tuple[tuple[str, str, Callable[[_Services], Result]], ...] = (
    ("worker running", "The worker runs, where `serve` was started and not stopped.", _worker),
    ("page answers", "The page's server answers, while `serve` runs.", _page),
    ("schedule on time", "What is switched on has run when it was due, while `serve` runs.", _schedule),
    ("log without errors", "No run of the last day ended with an unexpected error in the log.", _log),
)
