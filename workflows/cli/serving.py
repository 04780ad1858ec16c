"""Serving: the worker, the schedule and the page, until stopped."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from workflows.cli.own_worker import become_worker
from workflows.cli.schedule import may_start, missed, start, start_schedule
from workflows.config.roles import login_kind
from workflows.config.settings import Settings
from workflows.errors import AlreadyRunning, ShipledgerError
from workflows.jobs.client import JobClient
from workflows.jobs.serving_note import note_started, note_stopped, reachable
from workflows.reports.report_archive import load_libraries

log = logging.getLogger(__name__)

_PAGE_STOP_SECONDS = 5
_JUMP_SECONDS = 30


def serve(
    settings: Settings,
    page_command: list[str],
    port: int,
    stopped: threading.Event,
    announce: Callable[[], None],
) -> None:
    """Be the worker, keep the schedule and run the page until `stopped` is set.

    Args:
        settings: The configuration; the page's process gets it through its environment.
        page_command: The command line of the page's process.
        port: The port the page listens on; 0 for any, of which nobody can tell when it answers.
        stopped: Set to stop.
        announce: Called once this process is the worker and the page can be opened.

    Raises:
        AlreadyRunning: Another worker serves this home.
        ConfigurationError: Others could reach the page without a login.
        ShipledgerError: The page's process ended by itself.
    """
    login_kind(settings)
    jobs = become_worker(settings)
    if jobs is None:
        raise AlreadyRunning(f"A worker for {settings.home} is running already. Stop it first, or use it.")
    with _page(settings, page_command) as page:
        note_started(settings.home, settings.address, port)
        start_schedule(settings)
        _first_jobs(settings, jobs)
        threading.Thread(target=load_libraries, daemon=True).start()
        clock = ClockWatch(time.time(), time.monotonic())
        announced = False
        while not stopped.wait(0.5 if announced else 0.05):
            if clock.has_jumped(time.time(), time.monotonic()):
                log.warning("The machine slept, or its clock was set; the schedule begins again.")
                start_schedule(settings)
            if page.poll() is not None:
                raise ShipledgerError(
                    f"The page ended by itself (exit {page.returncode}). Is the port taken? Try --port."
                )
            if not announced and (port == 0 or _listens(settings.address, port)):
                announced = True
                announce()
        note_stopped(settings.home)


def _listens(address: str, port: int) -> bool:
    """Whether a page can be opened there."""
    try:
        socket.create_connection((reachable(address), port), 1).close()
    except OSError:
        return False
    return True


class ClockWatch:
    """Notices that the wall clock was set, or that the machine slept.

    The schedule sleeps until the next time is due: set back by a day, it would be silent for that day.
    """

    def __init__(self, wall: float, steady: float) -> None:
        self._offset = wall - steady

    def has_jumped(self, wall: float, steady: float) -> bool:
        """Whether the wall clock has gone another way than the steady one since the last look, both in seconds."""
        before, self._offset = self._offset, wall - steady
        return abs(self._offset - before) > _JUMP_SECONDS


def _first_jobs(settings: Settings, jobs: JobClient) -> None:
    """A sync, and what was due while no worker served."""
    now = datetime.now(UTC)
    if not (settings.api_key and settings.api_secret):
        log.warning("No ShipStation credentials are configured: the page is served, but nothing is synced.")
    for kind in ("sync", *missed(jobs, now, settings.timezone)):
        if may_start(settings, kind):
            start(jobs, kind, now)


@contextmanager
def _page(settings: Settings, command: list[str]) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(command, env=os.environ | page_environment(settings))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_PAGE_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def page_environment(settings: Settings) -> dict[str, str]:
    """What the page's process has to know. Of the credentials it learns only whether there are any."""
    return {
        "SHIPLEDGER_HOME": str(settings.home),
        "SHIPLEDGER_TIMEZONE": settings.timezone.key,
        "SHIPSTATION_API_KEY": "configured" if settings.api_key else "",
        "SHIPSTATION_API_SECRET": "configured" if settings.api_secret else "",
        "SHIPLEDGER_ALLOW_UPLOAD": "1" if settings.allow_upload else "0",
        "SHIPLEDGER_LEGACY_URL": "configured" if settings.legacy_url else "",
    }
