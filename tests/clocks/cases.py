"""The cases of wrong clocks, and what each left behind."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from sandbox import Sandbox
from tests.support.command_line import CommandLine
from tests.support.forked import PROJECT
from tests.support.homes import copy_of
from tests.support.tried_home import built_home, damage_of, order_more
from workflows.errors import WRONG_USAGE

_LONGEST_SECONDS = 240.0
# A service syncs each minute.
_LONGEST_SYNC_SECONDS = 120.0
_POLL_SECONDS = 0.05
_STEPS = "select count(*) from operation_outputs"
_SYNCS = "select count(*) from workflow_status where name = 'sync' and status = 'SUCCESS'"


@dataclass(frozen=True)
class Case:
    """A command, and the offsets that its clock has one after another, as libfaketime reads them."""

    words: tuple[str, ...]
    offsets: tuple[str, ...]

    @property
    def is_refused(self) -> bool:
        """Whether the command must refuse: a close names a day by the machine's clock."""
        return self.words[0] == "eod"

    @property
    def is_service(self) -> bool:
        """Whether it runs until it is stopped. Its clock changes after each of its syncs, else after a step."""
        return self.words[0] == "serve"


@dataclass(frozen=True)
class Outcome:
    """What became of a case. `code` is None for a command that had to be killed."""

    case: Case
    code: int | None
    seconds: float
    problems: Sequence[str]

    def row(self) -> str:
        """A row of the table."""
        clock = ", then ".join(self.case.offsets)
        after = "; ".join(self.problems) or "complete"
        return f"| {' '.join(self.case.words)} | {clock} | {self.code} | {self.seconds:.0f} | {after} |"


CASES = (
    Case(("sync",), ("+1d",)),
    Case(("sync",), ("-1d",)),
    Case(("sync",), ("+0", "+1d", "+0")),
    Case(("sync",), ("+0", "-1d", "+0")),
    Case(("eod",), ("+1d",)),
    Case(("eod",), ("-1d",)),
    Case(("serve", "--port", "0"), ("+0", "+1d", "+0")),
    Case(("serve", "--port", "0"), ("+0", "-1d", "+0")),
)


def run_cases(cases: Sequence[Case]) -> Iterator[Outcome]:
    """Run each case on a copy of a built home."""
    with tempfile.TemporaryDirectory(prefix="clocks-") as folder, built_home(Path(folder)) as (built, box):
        for number, case in enumerate(cases):
            line = CommandLine(copy_of(built.home, Path(folder) / str(number)), built.url)
            yield _try(case, line, box)


def clock_of(time: str = "") -> dict[str, str]:
    """The environment of a process with another clock; the time is in UTC, or else in a file."""
    [library] = Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")
    return {
        "LD_PRELOAD": str(library),
        # Python waits for threads by this clock. Faked, no wait of it ever ends.
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "PYTHONPATH": str(Path(__file__).parent / "real_sleep"),
        **({"FAKETIME": time, "TZ": "UTC"} if time else {}),
    }


def _try(case: Case, line: CommandLine, box: Sandbox) -> Outcome:
    order_more(box)
    began = time.monotonic()
    code, problems = _with_clock(case, line)
    seconds = time.monotonic() - began
    if case.words == ("eod",):
        again = line.run("eod")
        if again.code:
            problems.append(f"the close with the right clock: {again.code} {again.facts['error']}")
    later = line.run("sync")
    if later.code:
        problems.append(f"the next sync: {later.code} {later.facts['error']}")
    return Outcome(case, code, seconds, [*problems, *damage_of(line, box), *_wrong_dates(line)])


def _with_clock(case: Case, line: CommandLine) -> tuple[int | None, list[str]]:
    """Run the command; its clock changes each time another step of it is stored, or another sync of a service."""
    offset = line.home.parent / f"{line.home.name}.clock"
    offset.write_text(case.offsets[0])
    environment = line.environment(
        **clock_of(), FAKETIME_TIMESTAMP_FILE=str(offset), FAKETIME_NO_CACHE="1", SHIPLEDGER_SYNC_MINUTES="1"
    )
    query = _SYNCS if case.is_service else _STEPS
    command = [sys.executable, str(PROJECT / "orchestrate.py"), *case.words, "--json"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        waited = []
        for following in case.offsets[1:]:
            waited.append(_wait_for_another(query, line.home, process))
            # In one step: an empty file is no offset.
            part = offset.with_suffix(".part")
            part.write_text(following)
            part.replace(offset)
        if case.is_service:
            waited.append(_wait_for_another(query, line.home, process))
            process.terminate()
        try:
            out, errors = process.communicate(timeout=_LONGEST_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return None, ["hung"]
    traceback = errors.decode(errors="replace").strip().splitlines() if b"Traceback" in errors else []
    problems = [f"a traceback: {traceback[-1]}"] if traceback else []
    if case.is_service and not all(waited):
        problems.append(f"no sync within {_LONGEST_SYNC_SECONDS:.0f} seconds")
    if process.returncode != (WRONG_USAGE if case.is_refused else 0):
        problems.append(f"{process.returncode} {out.decode(errors='replace').strip()}")
    return process.returncode, problems


def _wait_for_another(query: str, home: Path, process: subprocess.Popen[bytes]) -> bool:
    """Return whether there was another one in time."""
    before = _stored(query, home)
    deadline = time.monotonic() + _LONGEST_SYNC_SECONDS
    while _stored(query, home) == before and process.poll() is None and time.monotonic() < deadline:
        with suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
    return _stored(query, home) > before


def _stored(query: str, home: Path) -> int:
    with closing(sqlite3.connect(home / "workflows.sqlite", timeout=30)) as store:
        ((count,),) = store.execute(query).fetchall()
    return int(count)


def _wrong_dates(line: CommandLine) -> list[str]:
    """Days that have not come, in the snapshot and among the closes; and closes that were done twice."""
    today = line.today().isoformat()
    ((stock,), (shipped,)) = line.published(
        "select max(inventory_date)::varchar from marts.inventory_daily"
        " union all select max(ship_date)::varchar from marts.shipped_daily"
    )
    with closing(sqlite3.connect(line.home / "operations.sqlite")) as operations:
        closes = operations.execute("select period, count(*) from closes group by period").fetchall()
    newest = (("stock", stock), ("shipments", shipped))
    problems = [f"{what} up to {day}" for what, day in newest if day and day > today]
    problems += [f"closed the day {day}, which has not come" for day, _ in closes if day > today]
    return problems + [f"closed the day {day} {count} times" for day, count in closes if count > 1]
