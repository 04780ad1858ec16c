"""`python -m tests.networks`: a network that is cut while one machine publishes to a lake and two others read it.

Three network namespaces, with a PostgreSQL in a fourth. The publishing machine loses its cable before it
connects, and at several statements of a publication: packets are lost in silence. It must give up in time with
a sentence, the readers must see the version before or after and never half of one, and the next publication
must be whole. Needs the right to make network namespaces: root's.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import tests.outside_pytest  # noqa: F401
from tests.networks.machines import ADDRESS, NETWORK, Machine, in_own_network, network
from tests.support.lakes import LIBRARY, PUBLISHER, VERSIONED, TestLake, new_lake, publication_of, write_version
from tests.support.postgres import running_postgres
from workflows.config.lake_settings import Lake
from workflows.config.places import PROJECT
from workflows.config.settings import Settings
from workflows.lake.refusals import refusal

_SUPPORT = PROJECT / "tests" / "support"
_LONGEST_SECONDS = 150


@dataclass(frozen=True)
class Outcome:
    """What a publication did."""

    statements: list[str]
    said: str
    seconds: float


def main() -> int:
    """Cut, and print a table. Returns 1 when something was half visible, lost, or took too long."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        machines = stack.enter_context(network("publisher", "reader1", "reader2"))
        server = stack.enter_context(running_postgres(address=ADDRESS, network=NETWORK))
        return _cut(machines, new_lake(server, folder), folder)


def _cut(machines: list[Machine], lake: TestLake, folder: Path) -> int:
    publisher, *readers = machines
    settings = lake.home(folder / "home", "dallas")
    reached = _reached_from_afar(settings)
    write_version(settings, 0)
    statements = _publish(publisher, settings, reached).statements
    bad, versions = 0, 0
    print("| the network is cut | seconds until it gives up | the check says | afterwards |\n|---|---|---|---|")
    with _reading(readers, reached) as found:
        for at in _moments(statements):
            versions += 1
            write_version(settings, versions)
            cut = _publish(publisher, settings, reached, cut_at=at)
            again = _publish(publisher, settings, reached)
            different = lake.differences("dallas", (settings.published / "current.duckdb").resolve())
            when = f"at `{statements[at - 1].split()[0]}`, statement {at} of {len(statements)}" if at else "before"
            is_bad = not cut.said or again.said != "" or different != {} or cut.seconds > _LONGEST_SECONDS
            after = again.said or (f"different: {different}" if different else "complete")
            bad += is_bad
            print(f"| {when} | {cut.seconds:.0f} | {cut.said or 'published'} | {after} |", flush=True)
    for versions_seen in found:
        half = [seen for seen in versions_seen if len(set(seen)) != 1]
        is_whole = not half and versions_seen == sorted(versions_seen) and versions_seen[-1][0] == versions
        bad += not is_whole
        print(f"\nA reader saw {len(versions_seen)} versions, {len(half)} of them half.")
    return int(bad > 0)


def _moments(statements: list[str]) -> list[int]:
    """Before it connects, and at statements of each kind: numbers from 1, 0 for before."""
    begin, commit = statements.index("begin") + 1, statements.index("commit") + 1
    return [0, begin, (begin + commit) // 2, commit]


def _reached_from_afar(settings: Settings) -> Lake:
    assert settings.lake is not None
    return replace(settings.lake, catalog=settings.lake.catalog.replace("127.0.0.1", ADDRESS))


def _publish(machine: Machine, settings: Settings, lake: Lake, cut_at: int | None = None) -> Outcome:
    """Publish on the machine; with a moment, its cable is out from then on."""
    command = [sys.executable, str(PUBLISHER), str(cut_at or 0), "wait"]
    with ExitStack() as stack:
        if cut_at == 0:
            stack.enter_context(machine.unplugged())
        began = time.monotonic()
        process = machine.start(command, {"PYTHONPATH": f"{LIBRARY}:{PROJECT}"})
        _tell(process, publication_of(settings, catalog=lake.catalog))
        if cut_at:
            assert process.stdout is not None
            assert process.stdout.readline() == "reached\n"
            stack.enter_context(machine.unplugged())
            began = time.monotonic()
            _tell(process, "go on")
        answer = json.loads(process.communicate(timeout=2 * _LONGEST_SECONDS)[0])
        seconds = time.monotonic() - began
    said = str(refusal(lake, *answer["problem"])) if answer["problem"] else ""
    return Outcome(answer["statements"], said, seconds)


@contextmanager
def _reading(machines: list[Machine], lake: Lake) -> Iterator[list[list[Any]]]:
    """Readers that look without a pause; what each found is known at the end."""
    request = {"library": str(LIBRARY), "catalog": lake.catalog, "tables": VERSIONED}
    environment = {"PYTHONPATH": f"{LIBRARY}:{_SUPPORT}"}
    command = [sys.executable, str(_SUPPORT / "lake_watcher.py")]
    processes = [machine.start(command, environment) for machine in machines]
    for process in processes:
        _tell(process, json.dumps(request))
        assert process.stdout is not None
        assert process.stdout.readline() == "looking\n"
    found: list[list[Any]] = []
    yield found
    found += [json.loads(process.communicate("stop\n")[0]) for process in processes]


def _tell(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(f"{line}\n")
    process.stdin.flush()


if __name__ == "__main__":
    in_own_network("tests.networks")
    sys.exit(main())
