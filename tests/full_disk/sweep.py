"""One command after another on disks with less and more room, and what each left behind."""

from __future__ import annotations

import json
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from sandbox import BusinessPlan, Sandbox, generate_business
from tests.full_disk.disks import fill, small_disk
from tests.support.command_line import CommandLine
from tests.support.homes import copy_of
from tests.support.sandboxes import quiet_sandbox
from workflows.errors import FAILED, TRY_AGAIN_LATER, WRONG_CONFIGURATION

FREE_KIB = (0, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384)
COMMANDS: Mapping[str, tuple[str, ...]] = {
    "sync": ("sync",),
    "eod": ("eod",),
    "backup": ("backup",),
    "receive": ("receive", "--sku", "17612", "--quantity", "1", "--reason", "delivery", "--note", "full disk"),
}
_DONE = (0, FAILED, TRY_AGAIN_LATER, WRONG_CONFIGURATION)
_LONGEST_SECONDS = 240.0
_SPARE_BYTES = 400 * 1024 * 1024


@dataclass(frozen=True)
class Outcome:
    """What became of a command and of its home.

    Attributes:
        code: The exit code; None for a command that had to be killed.
        said: The error, or the end of what it wrote when that was no JSON.
        problems: What was wrong after it, with and without room.
    """

    command: str
    free_kib: int
    code: int | None
    seconds: float
    said: str
    problems: Sequence[str]

    @property
    def is_bad(self) -> bool:
        return bool(self.problems)

    def row(self) -> str:
        """A row of the table."""
        after = "; ".join(self.problems) or "complete"
        return f"| {self.command} | {self.free_kib} | {self.code} | {self.seconds:.0f} | {self.said} | {after} |"


def sweep(commands: Mapping[str, tuple[str, ...]], free_kib: Sequence[int]) -> Iterator[Outcome]:
    """Try each command with each amount of room."""
    plan = BusinessPlan(end=datetime.now(UTC), weeks=2, orders_per_day=6)
    with tempfile.TemporaryDirectory(prefix="full-disk-") as folder:
        book = generate_business(plan)
        with quiet_sandbox(book) as box:
            built = CommandLine(Path(folder) / "built", box.url)
            since = (datetime.now(UTC) - timedelta(weeks=3)).date().isoformat()
            answer = built.run("backfill", "--since", since)
            assert answer.code == 0, answer.errors
            assert built.run("sync").code == 0
            for name, words in commands.items():
                for free in free_kib:
                    yield _try(name, words, free, built, box, Path(folder) / "disk")


def _try(
    name: str, words: Sequence[str], free_kib: int, built: CommandLine, box: Sandbox, folder: Path
) -> Outcome:
    size = sum(file.stat().st_size for file in built.home.rglob("*") if file.is_file()) + _SPARE_BYTES
    with small_disk(folder, size) as disk:
        line = CommandLine(copy_of(built.home, disk / "home"), built.url)
        box.book.trade(5, datetime.now(UTC))
        filler = fill(disk, free_kib)
        began = time.monotonic()
        code, said, problems = _run(line, words)
        seconds = time.monotonic() - began
        problems += _damage(line, None)
        filler.unlink()
        later, said_later, problems_later = _run(line, ["sync"])
        if later != 0:
            problems.append(f"the next sync: {later} {said_later}")
        problems += problems_later + _damage(line, box)
    return Outcome(name, free_kib, code, seconds, said, problems)


def _run(line: CommandLine, words: Sequence[str]) -> tuple[int | None, str, list[str]]:
    process = line.start(*words, "--json")
    try:
        out, errors = process.communicate(_LONGEST_SECONDS)
    except subprocess.TimeoutExpired:
        return None, "", [f"{words[0]} hung"]
    problems = []
    if process.returncode not in _DONE:
        problems.append(f"exit code {process.returncode}")
    if "Traceback" in errors:
        problems.append("a traceback")
    try:
        said = json.loads(out).get("error") or ""
    except ValueError:
        problems.append("no JSON")
        said = (out + errors).strip()[-500:].replace("\n", " ")
    if process.returncode and not said:
        problems.append("no sentence")
    return process.returncode, said, problems


def _damage(line: CommandLine, box: Sandbox | None) -> list[str]:
    """What is wrong with the published snapshot; with a sandbox, also what is missing in it."""
    try:
        published = [key for (key,) in line.published("select shipstation_order_id from marts.orders_inbox")]
    except (OSError, duckdb.Error) as problem:
        return [f"the snapshot is unreadable: {problem}"]
    problems = []
    if len(set(published)) < len(published):
        problems.append(f"{len(published) - len(set(published))} duplicated")
    if box is not None:
        lost = {record.id for record in box.book.table("orders")} - set(published)
        if lost:
            problems.append(f"{len(lost)} lost")
    return problems
