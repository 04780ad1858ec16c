"""A demo's home of a fixed day, and its page with a clock that stands still."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from page_process import serve

from tests.clocks.cases import clock_of
from tests.support.forked import PROJECT
from workflows.config.worker_lock import WorkerLock

# A Friday afternoon in Chicago, in UTC. Each command may take until the next begins.
_COMMANDS = (
    ("2026-11-20 20:00:00", ("demo", "--once")),
    ("2026-11-20 21:30:00", ("eom", "--date", "2026-10-31")),
    ("2026-11-20 21:50:00", ("eow", "--date", "2026-11-15")),
    ("2026-11-20 21:53:00", ("import-carrier-bill", "{home}/demo-carrier-bills/fedex-2026-09.csv")),
    ("2026-11-20 21:56:00", ("import-carrier-bill", "{home}/demo-carrier-bills/ups-2026-09.csv")),
)
_SHOWN_AT = "2026-11-20 22:00:00"


def built_demo(home: Path) -> Path:
    """Return the home of a demo with a closed day, week and month. One that is there already is used again."""
    if not home.exists():
        begun = home.with_suffix(".part")
        begun.mkdir(parents=True)
        for begin, words in _COMMANDS:
            subprocess.run(
                [sys.executable, str(PROJECT / "orchestrate.py"), *(word.format(home=begun) for word in words)],
                env={
                    "PATH": os.environ["PATH"],
                    "SHIPLEDGER_HOME": str(begun),
                    **_person(home),
                    **clock_of(f"@{begin}"),
                },
                check=True,
            )
        begun.rename(home)
    return home


@contextmanager
def served_demo(home: Path, scratch: Path) -> Iterator[str]:
    """Serve the page of a demo as if its worker ran, and yield its address."""
    account = {"SHIPSTATION_API_KEY": "sandbox", "SHIPSTATION_API_SECRET": "sandbox"}
    lock = WorkerLock(home)
    if not lock.acquire():
        raise RuntimeError(f"A worker runs in {home}.")
    try:
        with serve(home, scratch, **account, **_person(home), **clock_of(_SHOWN_AT)) as served:
            yield served.url
    finally:
        lock.release()


def _person(home: Path) -> dict[str, str]:
    """Return whose name the page and the closes show, and a home without configuration."""
    return {"LOGNAME": "sam", "HOME": str(home.parent)}
