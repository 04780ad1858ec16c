"""Publications that are killed, each at another line of their code, until one comes through.

Run as `killed_publications.py HOME`. Each process prints what it finds published, publishes the next version and
is killed. It prints JSON: the version that is `current`, those that are `kept` (None for half a state), and the
names of all `files`.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb

from workflows.config import snapshot_link
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.config.snapshots import snapshots
from workflows.cycle import publishing
from workflows.cycle.publishing import publish
from workflows.cycle.warehouse import Run

# What comes before only prepares the ledger, which no reader sees.
_FROM_THE_COPY_ON = ("publish", "make_current", "_point_to", "_remove_old")
FIRST_BUILD = datetime(2026, 1, 9, 18, tzinfo=UTC)


def write_ledger(settings: Settings, version: int, rows: int = 1000) -> None:
    """Two tables that always agree, so that a half-written state would show."""
    with duckdb.connect(str(settings.ledger)) as connection:
        connection.execute("create schema if not exists marts")
        for table in ("one", "other"):
            connection.execute(
                f"create or replace table marts.{table} as select {version} as version from range({rows})"
            )
        connection.execute(
            "create or replace table marts.sync_runs as"
            " select 'run' as run_id, 'running' as status, null::timestamptz as finished_at"
        )


def publish_build(settings: Settings, number: int) -> str:
    run = Run("run", "sync", FIRST_BUILD, None, "running")
    return publish(settings, run, FIRST_BUILD + timedelta(minutes=number))


def version_in(path: Path) -> int | None:
    """The version that a snapshot is of, None when it is not one alone."""
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute(
            "select version from marts.one union select version from marts.other"
        ).fetchall()
    return int(found[0][0]) if len(found) == 1 else None


def _kill_publications(settings: Settings) -> None:
    """The parent opens no database: a process with DuckDB's threads in it cannot be forked."""
    _run(lambda _pipe: _publish(settings, 0))
    _run(lambda _pipe: _publish_half(settings, 1))
    passed: set[int] = set()
    while (line := _run(lambda pipe: _publish_until(settings, passed, pipe))) is not None:
        passed.add(line)
    _run(lambda _pipe: _print_state(settings))


def _run(act: Callable[[int], None]) -> int | None:
    """Run it in a process of its own. Gives the line that it wrote to the pipe before it was killed."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        act(writing)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        line = pipe.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFEXITED(status) and os.WEXITSTATUS(status):
        raise SystemExit("A publication failed in a way of its own.")
    return int(line) if line else None


def _publish(settings: Settings, version: int) -> None:
    write_ledger(settings, version)
    publish_build(settings, version)


def _publish_half(settings: Settings, version: int) -> None:
    """Be killed in the middle of copying."""

    def copy_half(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:10_000])
        os.kill(os.getpid(), signal.SIGKILL)

    shutil.copyfile = copy_half  # type: ignore[assignment]
    _publish(settings, version)


def _publish_until(settings: Settings, passed: set[int], pipe: int) -> None:
    """Say what is published; publish, and be killed at the first line at which none has been killed before."""

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        files = (publishing.__file__, snapshot_link.__file__)
        if frame.f_code.co_filename not in files or frame.f_code.co_name not in _FROM_THE_COPY_ON:
            return None
        # Lines of the second file have a number above a thousand.
        line = frame.f_lineno + 1000 * files.index(frame.f_code.co_filename)
        if event == "line" and line not in passed:
            os.write(pipe, str(line).encode())
            os.kill(os.getpid(), signal.SIGKILL)
        return trace

    _print_state(settings)
    version = 2 + len(passed)
    write_ledger(settings, version)
    sys.settrace(trace)
    publish_build(settings, version)


def _print_state(settings: Settings) -> None:
    current = version_in((settings.published / "current.duckdb").resolve(strict=True))
    kept = [version_in(path) for path in snapshots(settings)]
    files = [path.name for path in settings.published.iterdir()]
    print(json.dumps({"current": current, "kept": kept, "files": files}), flush=True)  # noqa: T201


if __name__ == "__main__":
    _kill_publications(read_settings({"SHIPLEDGER_HOME": sys.argv[1]}))
