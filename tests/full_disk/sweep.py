"""One command after another on disks with less and more room, and what each left behind."""

from __future__ import annotations

import json
import signal
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sandbox import Sandbox
from tests.full_disk.disks import fill, small_disk
from tests.support.command_line import CommandLine
from tests.support.forked import Forked
from tests.support.homes import copy_of
from tests.support.tried_home import built_home, damage_of, order_more
from workflows.errors import FAILED, TRY_AGAIN_LATER, WRONG_CONFIGURATION

# Powers of two: with more and more room a command comes to its load, its build, its report and its snapshot.
FREE_KIB = (0, *(2**power for power in range(6, 15)))
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "sync": ("sync",),
    "eod": ("eod",),
    "serve": ("serve", "--port", "0"),
    "backup": ("backup",),
    "receive": ("receive", "--sku", "17612", "--quantity", "1", "--reason", "delivery", "--note", "full disk"),
}
_DONE = (0, FAILED, TRY_AGAIN_LATER, WRONG_CONFIGURATION)
_LONGEST_SECONDS = 240.0
_LONGEST_SERVING_SECONDS = 60.0
_LONGEST_RECOVERY_SECONDS = 180.0
_SPARE_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """What became of a command and of its home.

    Attributes:
        code: The exit code; None for a command that had to be killed, or that serves on.
        reached: The last step whose result was stored, if a job began.
        said: The error, or the end of what it wrote when that was no JSON.
        problems: What was wrong after it, with and without room.
    """

    command: str
    free_kib: int
    code: int | None
    seconds: float
    reached: str
    said: str
    problems: Sequence[str]

    @property
    def is_bad(self) -> bool:
        return bool(self.problems)

    def row(self) -> str:
        """A row of the table."""
        after = "; ".join(self.problems) or "complete"
        cells = (self.command, self.free_kib, self.code, round(self.seconds), self.reached, self.said, after)
        return f"| {' | '.join(map(str, cells))} |"


def sweep(commands: Mapping[str, tuple[str, ...]], free_kib: Sequence[int]) -> Iterator[Outcome]:
    """Try each command with each amount of room."""
    with tempfile.TemporaryDirectory(prefix="full-disk-") as folder, built_home(Path(folder)) as (built, box):
        for name, words in commands.items():
            for free in free_kib:
                yield _try(name, words, free, built, box, Path(folder) / "disk")


def _try(
    name: str, words: Sequence[str], free_kib: int, built: CommandLine, box: Sandbox, folder: Path
) -> Outcome:
    size = sum(file.stat().st_size for file in built.home.rglob("*") if file.is_file()) + _SPARE_BYTES
    with small_disk(folder, size) as disk:
        line = CommandLine(copy_of(built.home, disk / "home"), built.url)
        order_more(box)
        runs_before = _steps(line.home).keys()
        filler = fill(disk, free_kib)
        began = time.monotonic()
        if name == "serve":
            serving = line.start(*words, "--json")
            code, said, problems = _end_of(serving, words, _LONGEST_SERVING_SECONDS, serves=True)
        else:
            serving = None
            code, said, problems = _end_of(line.start(*words, "--json"), words, _LONGEST_SECONDS)
        seconds = time.monotonic() - began
        problems += damage_of(line, None)
        filler.unlink()
        reached = "; ".join(steps for run, steps in _steps(line.home).items() if run not in runs_before)
        problems += _recovered(line) + damage_of(line, box)
        if serving is not None and serving.poll() is None:
            serving.send_signal(signal.SIGTERM)
            stopped, said, wrong = _end_of(serving, words, _LONGEST_SERVING_SECONDS)
            problems += wrong if stopped == 0 else [f"stopped with {stopped}", *wrong]
    return Outcome(name, free_kib, code, seconds, reached, said, problems)


def _recovered(line: CommandLine) -> list[str]:
    """Sync until it succeeds: a worker that serves resumes what it could not store within half a minute."""
    deadline = time.monotonic() + _LONGEST_RECOVERY_SECONDS
    while True:
        code, said, problems = _end_of(line.start("sync", "--json"), ("sync",), _LONGEST_RECOVERY_SECONDS)
        if code != TRY_AGAIN_LATER or time.monotonic() > deadline:
            return problems + ([f"the next sync: {code} {said}"] if code else [])


def _steps(home: Path) -> dict[str, str]:
    """The steps of each run that the workflow store has; one that failed is marked."""
    with closing(sqlite3.connect(home / "workflows.sqlite")) as store:
        return dict(
            store.execute(
                "select workflow_uuid, status.name || ': ' || coalesce(group_concat(function_name"
                " || case when steps.error is null then '' else ' (failed)' end, ', '), 'none')"
                " from workflow_status as status left join operation_outputs as steps using (workflow_uuid)"
                " group by workflow_uuid order by min(status.created_at)"
            ).fetchall()
        )


def _end_of(
    process: Forked, words: Sequence[str], seconds: float, *, serves: bool = False
) -> tuple[int | None, str, list[str]]:
    """Wait for a command. One that serves may go on after that time; any other one hung."""
    if serves and process.ended_within(seconds) is None:
        return None, "it serves on", []
    try:
        out, errors = process.communicate(seconds)
    except subprocess.TimeoutExpired:
        return None, "", [f"{words[0]} hung"]
    problems = []
    if process.returncode not in _DONE:
        problems.append(f"exit code {process.returncode}")
    if "Traceback" in errors:
        problems.append("a traceback")
    try:
        said = json.loads(out.splitlines()[-1]).get("error") or ""
    except (ValueError, IndexError):
        problems.append("no JSON")
        said = (out + errors).strip()[-500:].replace("\n", " ")
    if process.returncode and not said:
        problems.append("no sentence")
    return process.returncode, said, problems
