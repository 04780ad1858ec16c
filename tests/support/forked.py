"""Commands in processes of their own, forked from one that has already imported their libraries.

Most of what a command costs is importing its libraries, and the tests run hundreds of commands. So one process
beside each test process imports them once, and forks itself for every command. As in a user's shell, each command
has its own process id, environment, folder, output and exit code. Tests of what a process imports, or of
how it begins, start one of Python's instead.

Run as a program, this file is the process that forks.
"""

from __future__ import annotations

import atexit
import gc
import json
import logging
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from importlib import import_module
from pathlib import Path

from shared_dbt import one_dbt_for_all_homes

PROJECT = Path(__file__).resolve().parents[2]
# What the commands import, at once or on the way.
_LIBRARIES = (
    *("workflows.cli.serving", "workflows.jobs.progress", "streamlit_app.server", "dbos"),
    *(
        "workflows.closes.close_workflow",
        "workflows.migration.migration_workflow",
        "workflows.cycle.cycle_workflows",
    ),
    *("workflows.backup.backup_workflow", "workflows.parity.parity_workflow", "workflows.xcart.xcart_workflows"),
    "workflows.carrier_bills.bill_workflow",
    *("workflows.monitoring.scheduled_jobs", "workflows.privacy.retention_workflow"),
    *("dbt.cli.main", "dbt.adapters.duckdb.connections", "dlt.destinations.impl.duckdb.duck"),
    *("dlt.sources.helpers.requests", "dlt.common.libs.pyarrow", "dlt.common.libs.sql_alchemy_compat", "pandas"),
    *("dbos._sys_db_sqlite", "sqlalchemy.dialects.sqlite", "pendulum.locales.en", "xlsxwriter.workbook"),
    *(
        f"workflows.reports.{part}"
        for part in ("report_charts", "daily", "monthly", "pdf", "recall", "weekly", "workbook")
    ),
)
_NUMBER = 8
_one_at_a_time = threading.Lock()


class Forked:
    """A running command, with the part of `subprocess.Popen`'s interface that the tests use."""

    def __init__(self, words: tuple[str, ...], environment: dict[str, str]) -> None:
        (out, to_out), (errors, to_errors) = os.pipe(), os.pipe()
        self._child_facts, to_report = socket.socketpair()
        request = json.dumps([words, environment]).encode()
        with _one_at_a_time:
            socket.send_fds(_forking(), [_number(len(request))], [to_out, to_errors, to_report.fileno()])
            _forking().sendall(request)
        os.close(to_out)
        os.close(to_errors)
        to_report.close()
        self.pid = int.from_bytes(self._child_facts.recv(_NUMBER))
        self.stdout, self.stderr = os.fdopen(out), os.fdopen(errors)
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, minus the signal's number for one that was killed; None while it is running."""
        return self._wait(0)

    def ended_within(self, seconds: float) -> int | None:
        """As `poll`, once it has ended or the time is over."""
        return self._wait(seconds)

    def communicate(self, timeout: float | None = None) -> tuple[str, str]:
        """What it wrote, once it has ended."""
        with ThreadPoolExecutor(2) as threads:
            written = [threads.submit(file.read) for file in (self.stdout, self.stderr)]
            if self._wait(timeout) is None:
                self.kill()
                raise subprocess.TimeoutExpired("orchestrate.py", timeout or 0)
        self.stdout.close()
        self.stderr.close()
        return written[0].result(), written[1].result()

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _wait(self, timeout: float | None) -> int | None:
        if self.returncode is None and select.select([self._child_facts], [], [], timeout)[0]:
            self.returncode = os.waitstatus_to_exitcode(int.from_bytes(self._child_facts.recv(_NUMBER)))
            self._child_facts.close()
        return self.returncode


def _number(value: int) -> bytes:
    return value.to_bytes(_NUMBER)


@cache
def _forking() -> socket.socket:
    """The socket to the forking process, which ends with the process that started it."""
    ours, theirs = socket.socketpair()
    with theirs:
        number = theirs.fileno()
        process = subprocess.Popen([sys.executable, __file__, str(number)], pass_fds=[number], cwd="/")
    # Exit handlers run in reverse order: closing the socket ends the process, which is then waited for.
    atexit.register(process.wait)
    atexit.register(ours.close)
    return ours


def _fork_until_the_end(requests: socket.socket) -> list[str]:
    """Fork for each request. Returns only in the process that runs the command, with its arguments."""
    while True:
        length, files, *_ = socket.recv_fds(requests, _NUMBER, 3)
        with suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        if not length:
            os._exit(0)
        request = requests.recv(int.from_bytes(length), socket.MSG_WAITALL)
        if os.fork() == 0:
            requests.close()
            return _fork_and_report(json.loads(request), *files)
        for file in files:
            os.close(file)


def _fork_and_report(request: tuple[list[str], dict[str, str]], out: int, errors: int, facts: int) -> list[str]:
    """Fork once more, and report that process's id and exit status. Returns only in it, with the arguments."""
    words, environment = request
    child = os.fork()
    if child:
        os.close(out)
        os.close(errors)
        os.write(facts, _number(child))
        os.write(facts, _number(os.waitpid(child, 0)[1]))
        os._exit(0)
    os.close(facts)
    for file, number in ((os.open(os.devnull, os.O_RDONLY), 0), (out, 1), (errors, 2)):
        os.dup2(file, number)
        os.close(file)
    os.environ.clear()
    os.environ.update(environment)
    return words


def import_all() -> Callable[[], int]:
    """Import what commands need; returns the command line. Frozen: the collector would copy shared memory."""
    orchestrate = import_module("orchestrate")
    commands = import_module("workflows.cli.command_groups").COMMANDS
    for name in (*_LIBRARIES, *{listed.module for listed in commands.values() if listed.module}):
        import_module(name)
    one_dbt_for_all_homes()
    # A library logs while it is imported, which adds a handler.
    logging.getLogger().handlers.clear()
    gc.collect()
    gc.freeze()
    run: Callable[[], int] = orchestrate.main
    return run


if __name__ == "__main__":
    # As of the command line's own process, but for this folder, which is needed until all is imported.
    sys.path.insert(0, str(PROJECT))
    run = import_all()
    del sys.path[1]
    sys.argv = [str(PROJECT / "orchestrate.py"), *_fork_until_the_end(socket.socket(fileno=int(sys.argv[1])))]
    code = run()
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    # At once: Python would free every imported object first.
    os._exit(code)
