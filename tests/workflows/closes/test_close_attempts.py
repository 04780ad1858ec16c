"""Closes that fail, are taken up, are given up, and are asked for again: what is done, and as which version."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine
from own_worker import done, ended, working

from sandbox import Fault, Sandbox
from workflows.closes.close_plan import make_plan
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.close_log import recent_closes

DAY = ["shipped to history", "inventory and alerts", "summary and count sheet", "day closed"]
SYNC = ["read ShipStation", "build and test", "publish"]


@pytest.fixture
def settings(filled_own: CommandLine) -> Settings:
    return read_settings(filled_own.environment())


@pytest.fixture
def today(filled_own: CommandLine) -> str:
    return filled_own.today().isoformat()


def stored(settings: Settings, query: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(settings.operations)) as connection:
        return connection.execute(query).fetchall()


def closes(settings: Settings) -> list[tuple[object, ...]]:
    return stored(settings, "select kind, period, version from closes order by seq")


def versions(settings: Settings, kind: str) -> set[str]:
    return {path.name for path in (settings.home / "reports" / kind).glob("*/v*")}


def make_a_build_due(settings: Settings) -> None:
    """And with it a snapshot: the last green one was long ago."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("update raw_shipledger.green_build set built_at = built_at - interval 2 hour")


@contextmanager
def no_room_for_reports(settings: Settings) -> Iterator[None]:
    """A file is where the folder of the reports should be."""
    in_the_way, aside = settings.home / "reports", settings.home / "reports-aside"
    if in_the_way.exists():
        in_the_way.rename(aside)
    in_the_way.write_text("no folder")
    yield
    in_the_way.unlink()
    if aside.exists():
        aside.rename(in_the_way)


@contextmanager
def no_entry_in_the_record(settings: Settings) -> Iterator[None]:
    """The record of closes takes nothing."""
    # Whoever looks makes the table.
    assert recent_closes(settings.operations, "eod") == []
    with closing(sqlite3.connect(settings.operations)) as connection:
        connection.execute("create trigger full before insert on closes begin select raise(abort, 'no room'); end")
        connection.commit()
        yield
        connection.execute("drop trigger full")
        connection.commit()


@contextmanager
def no_answer(own_business: Sandbox) -> Iterator[None]:
    own_business.faults.add(Fault("/orders", status=500))
    yield
    own_business.faults.clear()


@contextmanager
def no_build(settings: Settings) -> Iterator[None]:
    """Something else is in the place of a table that each build reads."""
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("alter table raw_shipstation.services rename to aside")
        connection.execute("create view raw_shipstation.services as select 1 as nothing")
    yield
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("drop view raw_shipstation.services")
        connection.execute("alter table raw_shipstation.aside rename to services")


@contextmanager
def no_room_for_a_snapshot() -> Iterator[None]:
    def disk_full(_source: Path, _target: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("workflows.cycle.publishing.shutil.copyfile", disk_full)
        yield


@pytest.mark.parametrize(
    ("failure", "finished"),
    [
        pytest.param(lambda _settings, box: no_answer(box), [], marks=pytest.mark.long),
        (lambda settings, _box: no_build(settings), SYNC[:1]),
        pytest.param(lambda _settings, _box: no_room_for_a_snapshot(), SYNC[:2], marks=pytest.mark.long),
    ],
    ids=SYNC,
)
def test_a_close_whose_sync_failed_at_any_of_its_steps_reads_again_and_closes_once(
    settings: Settings,
    own_business: Sandbox,
    today: str,
    failure: Callable[[Settings, Sandbox], AbstractContextManager[None]],
    finished: list[str],
) -> None:
    make_a_build_due(settings)
    with working(settings) as jobs:
        with failure(settings, own_business):
            failed = done(jobs, "eod", date=today)
        assert failed.status == "failed"
        assert list(jobs.finished_steps(failed.run_id)) == ["plan", *finished]
        asked = len(own_business.requests.entries())
        again = done(jobs, "eod", date=today)
        assert again.result is not None, again.error
        assert list(jobs.finished_steps(again.run_id)) == ["plan", *SYNC, *DAY]
    assert len(own_business.requests.entries()) > asked, (
        "figures are of the moment of the close, not of the failure"
    )
    assert again.result["resumed_from"] == failed.run_id
    assert (settings.published / "current.duckdb").readlink().name == again.result["snapshot"]
    assert closes(settings) == [("eod", today, 1)]


def test_what_failed_and_was_closed_then_is_closed_and_no_attempt_of_before_is_taken_up_again(
    settings: Settings, own_business: Sandbox, today: str
) -> None:
    with working(settings) as jobs:
        with no_entry_in_the_record(settings):
            failed = done(jobs, "eod", date=today)
        assert (failed.status, versions(settings, "eod")) == ("failed", {"v1"})
        taken_up = done(jobs, "eod", date=today)
        first = taken_up.result or {}
        assert (first["resumed_from"], first["version"], first["already_done"]) == (failed.run_id, 1, False)
        assert list(jobs.finished_steps(taken_up.run_id)) == ["plan", "day closed"]
        asked = len(own_business.requests.entries())
        second = done(jobs, "eod", date=today).result or {}
        assert (second["already_done"], second["version"], second["closed_at"]) == (True, 1, first["closed_at"])
        assert len(own_business.requests.entries()) == asked
        with no_room_for_reports(settings):
            forced = done(jobs, "eod", date=today, force=True)
        assert forced.status == "failed"
        again = ended(jobs, jobs.retry(forced.run_id, "joe")).result or {}
        assert (again["resumed_from"], again["version"]) == (forced.run_id, 2)
        assert (done(jobs, "eod", date=today).result or {})["already_done"] is True
    assert closes(settings) == [("eod", today, 1), ("eod", today, 2)]
    assert versions(settings, "eod") == {"v1", "v2"}


def test_an_attempt_that_was_given_up_keeps_its_version_and_the_next_close_gets_one_of_its_own(
    settings: Settings, today: str
) -> None:
    with working(settings) as jobs:
        with no_entry_in_the_record(settings):
            failed = done(jobs, "eod", date=today)
        assert failed.status == "failed"
        assert (versions(settings, "eod"), closes(settings)) == ({"v1"}, [])
        given_up = {path: path.read_bytes() for path in (settings.home / "reports").glob("*/*/*/*")}
        forced = done(jobs, "eod", date=today, force=True).result or {}
        assert (forced["version"], forced["resumed_from"]) == (2, None)
        assert {path: path.read_bytes() for path in given_up} == given_up
        again = done(jobs, "eod", date=today).result or {}
        assert (again["already_done"], again["version"]) == (True, 2)
        shutil.rmtree(settings.home / "reports")
        assert (done(jobs, "eod", date=today, force=True).result or {})["version"] == 3
    assert closes(settings) == [("eod", today, 2), ("eod", today, 3)]


@pytest.mark.long
def test_a_week_whose_day_is_closed_already_reads_again_too_when_its_build_failed(
    settings: Settings, filled_own: CommandLine
) -> None:
    monday = filled_own.today() - timedelta(days=filled_own.today().weekday() + 7)
    friday = (monday + timedelta(days=4)).isoformat()
    with working(settings) as jobs:
        assert done(jobs, "eod", date=friday).status == "success"
        make_a_build_due(settings)
        with no_build(settings):
            failed = done(jobs, "eow", date=friday)
        assert (failed.status, list(jobs.finished_steps(failed.run_id))) == ("failed", ["plan", SYNC[0]])
        again = done(jobs, "eow", date=friday)
        assert again.result is not None, again.error
        assert list(jobs.finished_steps(again.run_id))[:4] == ["plan", *SYNC]
    assert (again.result["resumed_from"], again.result["closed_before"]) == (failed.run_id, [])
    assert closes(settings) == [("eod", friday, 1), ("eow", monday.isoformat(), 1)]


@pytest.mark.long
def test_each_period_takes_up_its_own_attempt_and_a_week_its_own_version(
    settings: Settings, filled_own: CommandLine, today: str
) -> None:
    monday = filled_own.today() - timedelta(days=filled_own.today().weekday() + 7)
    friday = (monday + timedelta(days=4)).isoformat()
    with working(settings) as jobs:
        with no_room_for_reports(settings):
            of_the_week = done(jobs, "eow", date=friday)
            of_today = done(jobs, "eod", date=today)
        assert {of_the_week.status, of_today.status} == {"failed"}
        day = done(jobs, "eod", date=friday).result or {}
        assert (day["resumed_from"], day["version"]) == (None, 1)
        assert (done(jobs, "eod", date=today).result or {})["resumed_from"] == of_today.run_id
        week = done(jobs, "eow", date=friday).result or {}
    assert (week["resumed_from"], week["version"], week["closed_before"]) == (of_the_week.run_id, 1, [])
    assert closes(settings) == [("eod", friday, 1), ("eod", today, 1), ("eow", monday.isoformat(), 1)]


@pytest.mark.long
def test_what_was_read_on_an_earlier_day_is_read_again_by_the_close_that_goes_on(
    settings: Settings, today: str
) -> None:
    tomorrow = Tomorrow.model_construct(**dict(settings))
    with working(settings) as jobs:
        with no_room_for_reports(settings):
            failed = done(jobs, "eod", date=today)
        assert [*SYNC, *DAY[:2]] == list(jobs.finished_steps(failed.run_id))[1:]
        day = date.fromisoformat(today)
        same_day, next_day = (
            make_plan(one, jobs, "eod", day, force=False, incomplete=False, started_at=datetime.now(UTC))
            for one in (settings, tomorrow)
        )
    assert list(same_day.taken) == [*SYNC, *DAY[:2]]
    assert list(next_day.taken) == []


class Tomorrow(Settings):
    """The same home on the next day."""

    def today(self) -> date:
        return super().today() + timedelta(days=1)
