from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from workflows.errors import ShipledgerError
from workflows.publishing import KEEP, current_snapshot, is_current, publish
from workflows.settings import Settings, read_settings
from workflows.warehouse import Run

FIRST_BUILD = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = replace(read_settings({}), home=tmp_path)
    write_ledger(made, 0)
    return made


def write_ledger(settings: Settings, version: int) -> None:
    """Two tables that always agree, so that a half-written state would show."""
    with duckdb.connect(str(settings.ledger)) as connection:
        connection.execute("create schema if not exists marts")
        for table in ("one", "other"):
            connection.execute(
                f"create or replace table marts.{table} as select {version} as version from range(50000)"
            )
        connection.execute(
            "create or replace table marts.sync_runs as"
            " select 'run' as run_id, 'running' as status, null::timestamptz as finished_at"
        )


def publish_build(settings: Settings, number: int) -> str:
    run = Run("run", "sync", FIRST_BUILD, None, "running")
    return publish(settings, run, FIRST_BUILD + timedelta(minutes=number))


def read(path: Path) -> set[int]:
    with duckdb.connect(str(path), read_only=True) as connection:
        found = connection.execute("select version from marts.one union select version from marts.other")
        return {version for (version,) in found.fetchall()}


def test_a_reader_that_loops_through_twenty_publications_never_sees_an_error_or_half_a_state(
    settings: Settings,
) -> None:
    publish_build(settings, 0)
    stopped, seen, problems = threading.Event(), set(), []

    def loop() -> None:
        while not stopped.is_set():
            try:
                versions = read((settings.published / "current.duckdb").resolve())
                assert len(versions) == 1, versions
                seen.update(versions)
            except Exception as problem:
                problems.append(problem)

    reader = threading.Thread(target=loop)
    reader.start()
    for version in range(1, 21):
        write_ledger(settings, version)
        publish_build(settings, version)
    stopped.set()
    reader.join()
    assert problems == []
    assert len(seen) > 3
    assert read((settings.published / "current.duckdb").resolve()) == {20}


def test_ten_snapshots_are_kept_and_the_current_one_is_the_newest(settings: Settings) -> None:
    names = [publish_build(settings, number) for number in range(14)]
    kept = {path.name for path in settings.published.glob("shipledger-*.duckdb")}
    assert kept == set(names[-KEEP:])
    current = current_snapshot(settings)
    assert current is not None
    assert current.name == names[-1]


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

    monkeypatch.setattr("workflows.publishing.shutil.copyfile", disk_full)
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
    with duckdb.connect(str(current), read_only=True) as connection:
        told = connection.execute("select status, finished_at is not null from marts.sync_runs").fetchall()
    assert told == [("success", True)]
