"""Publish a home's snapshot to the lake after each build, and copy a house's from it."""

from __future__ import annotations

import fcntl
import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from workflows.config.home_id import home_id
from workflows.config.lake_settings import Lake
from workflows.config.places import PROJECT
from workflows.config.roles import read_users
from workflows.config.secret_files import without_secrets
from workflows.config.settings import Settings
from workflows.config.settings_reader import secrets, variable_of
from workflows.config.snapshot_link import make_current, part_of, remove_leftovers
from workflows.config.snapshots import PREFIX, current_snapshot
from workflows.errors import Advice, ConfigurationError, ShipledgerError, on_page
from workflows.lake.lake_note import LakeNote, read_lake_note, write_lake_note
from workflows.lake.passwords import without_password
from workflows.lake.refusals import refusal

log = logging.getLogger(__name__)

# No publication takes so long; a child that hangs must not hold up the cycles.
_LONGEST_SECONDS = 3600


def publish_to_lake(settings: Settings) -> None:
    """Publish the current snapshot to the lake, if one is configured and does not have it yet.

    A failure is logged and noted for the check `lake`; the next cycle tries again.
    """
    lake, snapshot = settings.lake, current_snapshot(settings)
    if lake is None or settings.reads_lake or snapshot is None:
        return
    known = read_lake_note(settings.home)
    if (
        known is not None
        and known.problem is None
        and (known.house, known.snapshot) == (lake.house, snapshot.name)
    ):
        return
    try:
        facts = _ask(
            settings,
            lake,
            "publish",
            snapshot=str(snapshot),
            home=home_id(settings.home),
            lock=str(settings.home / "lake.lock"),
        )
    except ShipledgerError as problem:
        _note_problem(settings, problem)
        return
    write_lake_note(settings.home, LakeNote(lake.house, snapshot.name, datetime.now(UTC)))
    rows = sum(facts["rows"].values())
    log.info("%s is in the lake: %s rows of %s tables written", snapshot.name, rows, len(facts["rows"]))
    if facts["tidied"]:
        log.warning(
            "Old versions in the lake could not be removed (%s). The next publication tries again.",
            without_password(facts["tidied"], lake.catalog),
        )


def copy_from_lake(settings: Settings, house: str) -> Settings:
    """Copy the last publication of a house to this machine, unless it is here.

    Args:
        settings: Of a machine that reads from the lake.
        house: One of the lake's houses.

    Returns:
        The settings of the house, whose current snapshot is that copy.

    Raises:
        ShipledgerError: It could not be copied; the check `lake` says so, too. An older copy stays current.
    """
    of_house = settings.for_house(house)
    lake, folder = of_house.lake, of_house.published
    if lake is None:
        raise ConfigurationError(
            "No lake is configured.", advice=Advice("Set SHIPLEDGER_LAKE.", "Ask an admin to configure one.")
        )
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with _alone_in(of_house.home):
            remove_leftovers(folder)
            part = part_of(folder, f"{PREFIX}copy.duckdb")
            facts = _ask(of_house, lake, "copy", folder=str(folder), part=str(part))
            if facts["is_new"]:
                part.rename(part_of(folder, facts["snapshot"]))
                make_current(folder, facts["snapshot"])
    except ShipledgerError as problem:
        _note_problem(of_house, problem)
        raise
    write_lake_note(of_house.home, LakeNote(house, facts["snapshot"], datetime.now(UTC)))
    return of_house


def houses_read(settings: Settings) -> list[str]:
    """Return the houses that this machine reads: its own, and those that the users file names."""
    named = {house for user in read_users(settings.users_file).values() for house in user.houses}
    return sorted(named | ({settings.house} if settings.house else set()))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Let no other process of this machine copy the same house; the lock ends with the process."""
    with (folder / "lake.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _note_problem(settings: Settings, problem: ShipledgerError) -> None:
    known = read_lake_note(settings.home) or LakeNote(settings.house or "", None, None)
    log.warning("The lake is tried again later. %s", problem)
    write_lake_note(settings.home, replace(known, problem=str(problem), on_page=on_page(problem)))


def _ask(settings: Settings, lake: Lake, act: str, **request: str) -> dict[str, Any]:
    """Let a child do something with the lake, and return its answer.

    Raises:
        ShipledgerError: It could not.
    """
    given = {
        "act": act,
        "catalog": lake.catalog,
        "data": lake.data,
        "library": str(lake.library) if lake.library else None,
        "house": lake.house,
        "scratch": str(settings.home / "scratch"),
        **request,
    }
    paths = [str(lake.library)] * (lake.library is not None) + [str(PROJECT)]
    environment = without_secrets(os.environ, map(variable_of, secrets())) | {"PYTHONPATH": os.pathsep.join(paths)}
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "workflows.lake.child"],
            input=json.dumps(given),
            env=environment,
            capture_output=True,
            text=True,
            timeout=_LONGEST_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise refusal(lake, "", f"timed out after {_LONGEST_SECONDS} seconds") from None
    if done.returncode:
        log.error("The process of the lake ended: %s", without_password(done.stderr[-2000:], lake.catalog))
        raise refusal(lake, "", f"its process ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout)
    if "problem" in answer:
        raise refusal(lake, answer["problem"], answer["reason"])
    return answer
