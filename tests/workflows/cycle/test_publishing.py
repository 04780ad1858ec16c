from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from types import FrameType
from typing import Any

import duckdb
import pytest
from homes import settings_of
from killed_publications import FIRST_BUILD, publish_build, version_in, write_ledger

from workflows.config import snapshot_link
from workflows.config.settings import PROJECT, Settings
from workflows.config.snapshots import current_snapshot, is_current
from workflows.config.thresholds import KEPT_SNAPSHOTS
from workflows.cycle import publishing
from workflows.cycle.publishing import publish
from workflows.cycle.warehouse import Run
from workflows.errors import ShipledgerError


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of(tmp_path)
    write_ledger(made, 0)
    return made


def test_at_every_line_of_a_publication_a_reader_finds_the_old_state_or_the_new_one_and_never_half(
    settings: Settings,
) -> None:
    publish_build(settings, 0)
    link = settings.published / "current.duckdb"
    resolved_before = link.resolve()
    write_ledger(settings, 1)
    found: list[int | None] = []

    def look(frame: FrameType, event: str, _: Any) -> Any:
        if frame.f_code.co_filename not in (publishing.__file__, snapshot_link.__file__):
            return None
        if event == "line":
            found.append(version_in(link.resolve(strict=True)))
        return look

    sys.settrace(look)
    try:
        publish_build(settings, 1)
    finally:
        sys.settrace(None)
    assert found == sorted(found)
    assert set(found) == {0, 1}
    assert version_in(resolved_before) == 0, "who has resolved the link before may open it after"


def test_a_publication_killed_at_any_line_leaves_a_link_that_resolves_and_the_next_one_publishes(
    tmp_path: Path,
) -> None:
    program = Path(__file__).parents[1] / "killed_publications.py"
    killed = subprocess.run(
        [sys.executable, str(program), str(tmp_path)],
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    reports = [json.loads(line) for line in killed.stdout.splitlines()]
    current = [one["current"] for one in reports]
    assert current == sorted(current), "nobody goes back to an older state"
    assert all(one["kept"] == sorted(one["kept"], reverse=True) for one in reports), (
        "each file that is there is whole"
    )
    assert current[0] == 0
    assert current[1] == 0, "killed at its first line, a publication changes nothing"
    assert current[-2:] == [len(reports) - 1, len(reports)], (
        "killed at its last line it has been made; the last lived"
    )
    assert any(name.endswith(".part") for name in reports[0]["files"])
    assert not any(name.startswith(".") for name in reports[-1]["files"])
    assert len(reports[-1]["kept"]) == KEPT_SNAPSHOTS


def test_ten_snapshots_are_kept_and_the_current_one_is_the_newest(settings: Settings) -> None:
    names = [publish_build(settings, number) for number in range(14)]
    kept = {path.name for path in settings.published.glob("shipledger-*.duckdb")}
    assert kept == set(names[-KEPT_SNAPSHOTS:])
    current = current_snapshot(settings)
    assert current is not None
    assert current.name == names[-1]


def test_a_clock_that_was_set_back_costs_the_current_snapshot_nothing(settings: Settings) -> None:
    for number in range(KEPT_SNAPSHOTS + 2):
        publish_build(settings, number)
    name = publish_build(settings, -60)
    assert (settings.published / "current.duckdb").resolve(strict=True).name == name
    assert len(list(settings.published.glob("shipledger-*.duckdb"))) == KEPT_SNAPSHOTS


def test_a_copy_is_on_disk_before_the_link_moves_to_it_and_the_move_after(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = publish_build(settings, 1)
    link = settings.published / "current.duckdb"
    synced: list[tuple[int, str]] = []
    monkeypatch.setattr("os.fsync", lambda file: synced.append((os.fstat(file).st_ino, str(link.readlink()))))
    new = publish_build(settings, 2)
    assert synced == [((settings.published / new).stat().st_ino, old), (settings.published.stat().st_ino, new)]


def test_the_link_is_relative_so_that_a_home_can_be_moved(settings: Settings) -> None:
    name = publish_build(settings, 1)
    assert (settings.published / "current.duckdb").readlink() == Path(name)


def test_a_snapshot_cannot_be_written_by_mistake(settings: Settings) -> None:
    publish_build(settings, 1)
    current = current_snapshot(settings)
    assert current is not None
    assert current.stat().st_mode & 0o222 == 0


def test_when_the_copy_fails_the_old_snapshot_stays_and_no_part_is_left(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = publish_build(settings, 1)

    def disk_full(source: Path, target: Path) -> None:
        Path(target).write_bytes(Path(source).read_bytes()[:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("workflows.cycle.publishing.shutil.copyfile", disk_full)
    with pytest.raises(ShipledgerError, match="Make room"):
        publish_build(settings, 2)
    current = current_snapshot(settings)
    assert current is not None
    assert current.name == name
    assert {path.name for path in settings.published.iterdir()} == {"current.duckdb", name}


def test_what_a_killed_publication_left_behind_is_removed_by_the_next(settings: Settings) -> None:
    settings.published.mkdir()
    left = settings.published / ".shipledger-20250101T000000000000-deadbeef.duckdb.part"
    left.write_bytes(b"half")
    publish_build(settings, 1)
    assert not left.exists()


def test_a_snapshot_tells_the_build_it_was_made_of_and_that_its_run_succeeded(settings: Settings) -> None:
    publish_build(settings, 1)
    assert is_current(settings, FIRST_BUILD + timedelta(minutes=1))
    assert not is_current(settings, FIRST_BUILD)
    current = current_snapshot(settings)
    assert current is not None
    query = "select status, finished_at is not null from marts.sync_runs"
    with duckdb.connect(str(current), read_only=True) as connection:
        assert connection.execute(query).fetchall() == [("success", True)]


def test_a_close_goes_on_after_it_has_published_and_its_snapshot_says_so(settings: Settings) -> None:
    published = publish(settings, Run("run", "eow", FIRST_BUILD, None, "running"), FIRST_BUILD)
    with duckdb.connect(str(settings.published / published), read_only=True) as connection:
        assert connection.execute("select status, finished_at from marts.sync_runs").fetchall() == [
            ("running", None)
        ]
