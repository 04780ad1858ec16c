"""Running jobs and commands, and measuring what they took."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workflows.config.settings import PROJECT, Settings
from workflows.config.settings_reader import read_settings
from workflows.jobs.client import JobClient


@dataclass(frozen=True)
class Row:
    """One line of a table: what, how long without the API's own time, against which limit and baseline."""

    what: str
    seconds: float
    limit: float | None = None
    baseline: float | None = None
    note: str = ""


def settings_for(home: Path, url: str) -> Settings:
    """Settings of a home that reads from a sandbox as fast as it can; its memory is the environment's."""
    memory = {name: os.environ.get(name, "") for name in ["SHIPLEDGER_BUILD_MEMORY"]}
    return read_settings(memory).model_copy(
        update={
            "home": home,
            "base_url": url,
            "api_key": "sandbox",
            "api_secret": "sandbox",
            "rate_limit": 1_000_000,
        }
    )


def environment_for(home: Path, url: str) -> dict[str, str]:
    """The same for a command's environment."""
    return os.environ | {
        "SHIPLEDGER_HOME": str(home),
        "SHIPSTATION_BASE_URL": url,
        "SHIPSTATION_API_KEY": "sandbox",
        "SHIPSTATION_API_SECRET": "sandbox",
        "SHIPLEDGER_RATE_LIMIT": "1000000",
    }


def run_job(jobs: JobClient, kind: str, **arguments: Any) -> dict[str, Any]:
    """Run one job inside this process's worker; gives its facts with `own_seconds`, the API's time left out."""
    began = time.monotonic()
    run_id = jobs.enqueue(kind, "benchmark", **arguments)
    while (job := jobs.job(run_id)) is not None and job.is_open:
        # Looking much more often would take the interpreter from the worker, which is in this process.
        time.sleep(0.05)
    wall = time.monotonic() - began
    if job is None or job.result is None:
        raise RuntimeError(f"The {kind} failed: {job.error if job else 'it is gone'}")
    return {**job.result, "own_seconds": wall - job.result["api_seconds"]}


@dataclass(frozen=True)
class Command:
    """What a command answered, how long its process took, and the largest memory that had, in MB."""

    facts: dict[str, Any]
    seconds: float
    megabytes: float


def run_command(environment: Mapping[str, str], *words: str) -> Command:
    """Run a command of `orchestrate.py` that succeeds, in a process of its own."""
    command = [sys.executable, str(PROJECT / "orchestrate.py"), *words, "--json"]
    megabytes = 0.0
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        process = subprocess.Popen(command, env=dict(environment), stdout=output)
        while process.poll() is None:
            megabytes = max(megabytes, peak_megabytes(process.pid))
            time.sleep(0.02)
        seconds = time.monotonic() - began
        output.seek(0)
        facts = json.loads(output.read())
    assert process.returncode == 0, facts
    return Command(facts, seconds, megabytes)


def timed(act: Callable[[], Any]) -> float:
    """Wall seconds of an act."""
    began = time.monotonic()
    act()
    return time.monotonic() - began


def processor_seconds() -> float:
    """Seconds of processor time that this process has used so far, with the commands it waited for."""
    own, children = resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime


def peak_megabytes(process: int | str = "self") -> float:
    """The largest memory a process has had, this one by default, in MB; 0 when it has ended.

    From /proc: the peaks of `getrusage` and `wait4` begin with that of the process that started it.
    """
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return sum(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:"))


def print_table(title: str, rows: list[Row]) -> None:
    """Print a table: seconds, limit, and how many times faster than the baseline."""
    print(f"\n{title}")
    print(f"  {'what':<58} {'seconds':>8} {'limit':>7} {'times faster':>13}  note")
    for row in rows:
        limit = f"{row.limit:g}" if row.limit else ""
        ratio = f"{row.baseline / row.seconds:.1f}" if row.baseline else ""
        print(f"  {row.what:<58} {row.seconds:>8.2f} {limit:>7} {ratio:>13}  {row.note}")
