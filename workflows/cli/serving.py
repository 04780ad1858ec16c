"""`serve`: the worker, the schedule and the page, until stopped."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from urllib.parse import parse_qs, urlsplit, urlunsplit

from workflows.cli.abandoned_jobs import AbandonedJobs
from workflows.cli.schedule import may_start, missed, start, start_schedule
from workflows.cli.worker import become_worker
from workflows.config.roles import login_kind
from workflows.config.secret_files import file_variable
from workflows.config.settings import Settings
from workflows.config.settings_reader import variable_of
from workflows.config.worker_lock import worker_is_running
from workflows.errors import AlreadyRunning, ShipledgerError
from workflows.jobs.client import JobClient
from workflows.jobs.serving_note import note_started, note_stopped, reachable
from workflows.reports.report_archive import load_libraries

log = logging.getLogger(__name__)
page_log = logging.getLogger("page")

_PAGE_STOP_SECONDS = 5
_NOT_FOR_THE_PAGE = (
    "api_key",
    "api_secret",
    "legacy_url",
    "backup_passphrase",
    "smtp_url",
    "webhook_url",
    "lake_catalog",
)
_JUMP_SECONDS = 30
_LOOK_FOR_ABANDONED_SECONDS = 10


def serve(
    settings: Settings,
    page_command: list[str],
    port: int,
    stopped: threading.Event,
    announce: Callable[[], None],
) -> None:
    """Run the worker, the schedule and the page until `stopped` is set.

    Args:
        settings: The configuration, which the page's process gets through its environment.
        page_command: The command line of the page's process.
        port: The port the page listens on; 0 for any, which cannot be waited for.
        stopped: Set to stop.
        announce: Called once the page can be opened.

    Raises:
        AlreadyRunning: Another worker runs in this home.
        ConfigurationError: The page would be open to other machines without a login.
        ShipledgerError: The port cannot be used, or the page's process ended by itself.
    """
    login_kind(settings)
    if not worker_is_running(settings.home):
        check_port(settings.address, port)
    jobs = become_worker(settings)
    if jobs is None:
        raise AlreadyRunning(f"A worker for {settings.home} is running already. Stop it first, or use it.")
    with page_process(settings, page_command) as page:
        note_started(settings.home, settings.address, port)
        start_schedule(settings)
        _first_jobs(settings, jobs)
        threading.Thread(target=load_libraries, daemon=True).start()
        threading.Thread(target=_resume_abandoned, args=(jobs, stopped), daemon=True).start()
        clock = ClockWatch(time.time(), time.monotonic())
        keep_page(settings, page, port, stopped, announce, partial(_watch_clock, settings, clock))
        note_stopped(settings.home)


def check_port(address: str, port: int) -> None:
    """Check that a server can listen there, before anything is started or announced.

    Raises:
        ShipledgerError: Another program listens there, or this user may not.
    """
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as problem:
        raise ShipledgerError(
            f"Port {port} on {address} cannot be used ({os.strerror(problem.errno or 0)}): "
            "choose another with --port."
        ) from problem


def keep_page(
    settings: Settings,
    page: subprocess.Popen[bytes],
    port: int,
    stopped: threading.Event,
    announce: Callable[[], None],
    look: Callable[[], None] = lambda: None,
) -> None:
    """Announce the page once it listens, and call `look` twice a second, until `stopped` is set.

    Raises:
        ShipledgerError: The page's process ended by itself.
    """
    announced = False
    while not stopped.wait(0.5 if announced else 0.05):
        look()
        if page.poll() is not None:
            raise ShipledgerError(f"The page ended by itself (exit {page.returncode}). The log above says why.")
        if not announced and (port == 0 or _listens(settings.address, port)):
            announced = True
            announce()


def _resume_abandoned(jobs: JobClient, stopped: threading.Event) -> None:
    """Resume jobs whose outcome could not be stored, as on a full disk, until `stopped` is set."""
    abandoned = AbandonedJobs()
    while not stopped.wait(_LOOK_FOR_ABANDONED_SECONDS):
        abandoned.resume(jobs)


def _listens(address: str, port: int) -> bool:
    """Return whether something listens there."""
    try:
        socket.create_connection((reachable(address), port), 1).close()
    except OSError:
        return False
    return True


class ClockWatch:
    """Detects that the wall clock was set, or that the machine slept.

    The schedule sleeps until the next job is due: with the clock set back by a day, it would do nothing for a day.
    """

    def __init__(self, wall: float, steady: float) -> None:
        self._offset = wall - steady

    def has_jumped(self, wall: float, steady: float) -> bool:
        """Return whether the wall clock and the steady one differ by more since the last call; both in seconds."""
        before, self._offset = self._offset, wall - steady
        return abs(self._offset - before) > _JUMP_SECONDS


def _watch_clock(settings: Settings, clock: ClockWatch) -> None:
    if clock.has_jumped(time.time(), time.monotonic()):
        log.warning("The machine slept, or its clock was set. The schedule is started again.")
        start_schedule(settings)


def _first_jobs(settings: Settings, jobs: JobClient) -> None:
    """Start a sync, and the daily jobs that were missed."""
    now = datetime.now(UTC)
    if not (settings.api_key and settings.api_secret):
        log.warning("No ShipStation credentials are configured: the page is served, but nothing is synced.")
    for kind in ("sync", *missed(jobs, now, settings.timezone)):
        if may_start(settings, kind):
            start(jobs, kind, now)


@contextmanager
def page_process(settings: Settings, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    """Run the page's process for as long as the block lasts; see `serve` for the arguments."""
    is_json = settings.log_format == "json"
    environment = os.environ | page_environment(settings)
    pipe = subprocess.PIPE if is_json else None
    with subprocess.Popen(command, env=environment, stderr=pipe) as process:
        reader = threading.Thread(target=_log_lines, args=(process.stderr or (),), daemon=True)
        reader.start()
        try:
            yield process
        finally:
            process.terminate()
            try:
                process.wait(_PAGE_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
            reader.join(_PAGE_STOP_SECONDS)


def _log_lines(lines: Iterable[bytes]) -> None:
    """Log what the page's process writes to standard error: its libraries do not write JSON."""
    for line in lines:
        page_log.warning("%s", line.decode(errors="replace"))


def page_environment(settings: Settings) -> dict[str, str]:
    """Return the page's variables. Of secrets it does not need it gets only whether there are any."""
    return {
        **{file_variable(variable_of(name)): "" for name in _NOT_FOR_THE_PAGE},
        "SHIPLEDGER_HOME": str(settings.home),
        "SHIPLEDGER_TIMEZONE": settings.timezone.key,
        "SHIPSTATION_API_KEY": "configured" if settings.api_key else "",
        "SHIPSTATION_API_SECRET": "configured" if settings.api_secret else "",
        "SHIPLEDGER_ALLOW_UPLOAD": "1" if settings.allow_upload else "0",
        "SHIPLEDGER_LEGACY_URL": "configured" if settings.legacy_url else "",
        "SHIPLEDGER_BACKUP_PASSPHRASE": "",
        "SHIPLEDGER_SMTP_URL": _without_credentials(settings.smtp_url or ""),
        "SHIPLEDGER_LAKE": "ducklake:postgres:configured" if settings.lake_catalog else "",
        # Only the host: the path is the secret.
        "SHIPLEDGER_WEBHOOK_URL": _without_credentials(settings.webhook_url or ""),
    }


def _without_credentials(url: str) -> str:
    parts = urlsplit(url)
    known = [f"starttls={value}" for value in parse_qs(parts.query).get("starttls", [])]
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], "", "&".join(known), ""))
