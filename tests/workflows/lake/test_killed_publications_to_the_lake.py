"""A publication to the lake that is killed leaves the version before or the one after, never half of one."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from lakes import LIBRARY, PUBLISHER, VERSIONED, TestLake, lakes, new_lake, publication_of, write_version

from workflows.config.places import PROJECT
from workflows.config.settings import Settings
from workflows.lake.client import publish_to_lake
from workflows.lake.lake_note import read_lake_note

_SUPPORT = Path(__file__).parents[2] / "support"


@pytest.fixture
def lake(tmp_path: Path) -> Iterator[TestLake]:
    with lakes() as server:
        yield new_lake(server, tmp_path)


def publish_and_die(settings: Settings, statement: int, microseconds: int = 0) -> int:
    """Publish, and be killed; gives how many statements there were if it was not."""
    done = subprocess.run(
        [sys.executable, str(PUBLISHER), str(statement), str(microseconds)],
        input=publication_of(settings),
        env=os.environ | {"PYTHONPATH": f"{LIBRARY}:{PROJECT}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, -signal.SIGALRM), done.stderr
    return len(json.loads(done.stdout)["statements"]) if done.returncode == 0 else 0


@contextmanager
def watching(lake: TestLake) -> Iterator[list[list[int]]]:
    """A reader in a process of its own that looks without a pause; what it found is known at the end."""
    request = {"library": str(LIBRARY), "catalog": lake.catalog, "tables": VERSIONED}
    process = subprocess.Popen(
        [sys.executable, str(_SUPPORT / "lake_watcher.py")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": f"{LIBRARY}:{_SUPPORT}"},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    assert process.stdout.readline() == "looking\n"
    found: list[list[int]] = []
    yield found
    found.extend(json.loads(process.communicate("stop\n")[0]))


def kill_often(lake: TestLake, folder: Path, kills: int) -> list[list[int]]:
    """Publish version after version, each killed `kills` times, and return all that a reader found meanwhile."""
    settings = lake.home(folder / "home", "dallas")
    write_version(settings, 0)
    statements = publish_and_die(settings, 0)
    chance = random.Random(19)
    with watching(lake) as found:
        for version in range(1, kills + 1):
            write_version(settings, version)
            publish_and_die(settings, chance.randint(1, statements), chance.randint(0, 30_000))
        publish_to_lake(settings)
    note = read_lake_note(settings.home)
    assert note is not None
    assert note.problem is None
    snapshot = (settings.published / "current.duckdb").resolve()
    assert lake.differences("dallas", snapshot) == {}
    return found


def check(found: list[list[int]], last: int) -> None:
    assert [versions for versions in found if len(set(versions)) != 1] == [], "half visible"
    seen = [versions[0] for versions in found]
    assert seen == sorted(seen), "nobody goes back to an older version"
    assert seen[0] == 0
    assert seen[-1] == last


def test_a_publication_killed_in_the_middle_is_not_visible_and_the_next_one_is_whole(
    lake: TestLake, tmp_path: Path
) -> None:
    check(kill_often(lake, tmp_path, 5), last=5)


@pytest.mark.long
def test_of_a_hundred_killed_publications_none_is_half_visible(lake: TestLake, tmp_path: Path) -> None:
    check(kill_often(lake, tmp_path, 100), last=100)
