from __future__ import annotations

import json
import signal
import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from command_line import CommandLine
from croniter import croniter
from dbos import DBOS, SetWorkflowID
from gates import until
from homes import settings_of
from own_worker import working

from workflows.cli.schedule import _scheduled, may_start, schedule_of, start_schedule
from workflows.cli.serving import ClockWatch
from workflows.config.settings import Settings
from workflows.entries.switches import read_switches, turn_switch
from workflows.errors import UsageError
from workflows.monitoring.timetable import DAILY


def test_every_switch_is_on_until_somebody_turns_it_and_each_turn_is_kept(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    assert all(switch.is_on for switch in read_switches(store))
    turn_switch(store, "sync", False, "mary")
    turn_switch(store, "sync", True, "joe")
    turn_switch(store, "sync", False, "ann")
    standing = {switch.name: (switch.is_on, switch.actor) for switch in read_switches(store)}
    assert standing["sync"] == (False, "ann")
    assert standing["reconcile"] == (True, None)
    with closing(sqlite3.connect(store)) as connection:
        turns = connection.execute("select name, is_on, actor from switch_turns order by seq").fetchall()
        for change in ("update switch_turns set is_on = 1", "delete from switch_turns"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(change)
    assert turns == [("sync", 0, "mary"), ("sync", 1, "joe"), ("sync", 0, "ann")]
    with pytest.raises(UsageError, match="no switch 'lights'"):
        turn_switch(store, "lights", True, "mary")


def test_a_switch_that_is_turned_to_what_it_is_keeps_who_turned_it(tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    first = turn_switch(store, "cleanup", False, "mary")
    assert turn_switch(store, "cleanup", False, "tom") == first
    assert turn_switch(store, "cleanup", True, "tom").actor == "tom"
    with closing(sqlite3.connect(store)) as connection:
        turns = connection.execute("select is_on, actor from switch_turns").fetchall()
    assert turns == [(0, "mary"), (1, "tom")]


def test_a_switch_that_is_off_stays_off_when_serving_begins_again(filled: CommandLine) -> None:
    turned = filled.run("switch", "sync", "off", "--actor", "mary")
    assert (turned.code, turned.facts["is_on"], turned.facts["actor"]) == (0, False, "mary")
    for _ in range(2):
        serving = filled.start("serve", "--port", "0", "--json")
        try:
            assert serving.stdout is not None
            assert json.loads(serving.stdout.readline())["page"]
            assert until(lambda: filled.run("status").facts["worker_running"], True)
        finally:
            serving.send_signal(signal.SIGTERM)
            serving.communicate(timeout=60)
        facts = filled.run("status").facts
        assert (facts["last_runs"]["sync"], facts["open_jobs"]) == (None, [])


def test_daily_work_falls_into_no_hour_that_a_clock_change_leaves_out_or_repeats() -> None:
    zone = ZoneInfo("America/Chicago")
    hour = timedelta(hours=1)
    changes = [
        at.astimezone(zone)
        for at in (datetime(2026, 1, 1, tzinfo=UTC) + hour * n for n in range(365 * 24))
        if at.astimezone(zone).utcoffset() != (at + hour).astimezone(zone).utcoffset()
    ]
    assert len(changes) == 2
    unsafe = {(at.hour + n) % 24 for at in changes for n in (0, 1)}
    assert not unsafe & {when[1] for when in DAILY.values()}


def test_a_clock_that_is_set_and_a_machine_that_slept_are_noticed_and_a_slow_look_is_not() -> None:
    watch = ClockWatch(wall=1000.0, steady=50.0)
    assert not watch.has_jumped(wall=1300.0, steady=350.0)
    assert watch.has_jumped(wall=1300.0 - 86400, steady=350.5)
    assert not watch.has_jumped(wall=1301.0 - 86400, steady=351.5)
    assert watch.has_jumped(wall=1301.0, steady=352.0)


def test_what_a_clock_that_was_ahead_has_started_is_started_again_when_its_time_comes(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    now = datetime.now(settings.timezone).replace(microsecond=0)
    started = {}
    with working(settings):
        turn_switch(settings.operations, "cleanup", False, "mary")
        for due_at in (now - timedelta(days=1), now + timedelta(days=1)):
            # DBOS starts nothing whose id exists.
            with SetWorkflowID(f"sched-cleanup-{due_at.isoformat()}"):
                started[due_at] = DBOS.start_workflow(_scheduled, due_at, "cleanup")
                started[due_at].get_result()
        start_schedule(settings)
        left = [due_at for due_at, one in started.items() if DBOS.get_workflow_status(one.workflow_id)]
    assert left == [now - timedelta(days=1)]


def test_a_schedule_that_is_started_again_waits_by_the_new_clock_and_has_only_what_is_configured(
    tmp_path: Path,
) -> None:
    """DBOS lets the thread of a schedule wait on, by the old clock, for as long as the schedule has its id."""

    def ids() -> dict[str, str]:
        return {one["schedule_name"]: one["schedule_id"] for one in DBOS.list_schedules()}

    settings = settings_of(tmp_path)
    with working(settings):
        start_schedule(settings.model_copy(update={"legacy_url": "/former.db"}))
        before = ids()
        start_schedule(settings)
        after = ids()
    assert before.keys() - after.keys() == {"parity"}
    assert "sync" in after
    assert set(after.values()).isdisjoint(before.values())


def test_on_each_business_day_of_a_leap_year_each_daily_job_is_due_once(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)
    begin = datetime(2028, 1, 1, tzinfo=settings.timezone)
    days = [date(2028, 1, 1) + timedelta(days=number) for number in range(366)]
    for kind in DAILY:
        # As DBOS reads it.
        due = croniter(schedule_of(settings)[kind], begin - timedelta(seconds=1), second_at_beginning=True)
        moments = [due.get_next(datetime) for _ in days]
        assert [moment.date() for moment in moments] == days
        assert {(moment.minute, moment.hour) for moment in moments} == {DAILY[kind]}


def test_the_former_system_is_compared_every_two_hours_where_one_is_named(tmp_path: Path) -> None:
    alone = settings_of(tmp_path)
    beside = alone.model_copy(update={"home": tmp_path / "beside", "legacy_url": "former.db"})
    beside.home.mkdir()
    assert (scheduled_in(alone).get("parity"), may_start(alone, "parity")) == (None, False)
    assert (scheduled_in(beside).get("parity"), may_start(beside, "parity")) == ("0 */2 * * *", True)
    turn_switch(beside.operations, "parity", False, "mary")
    assert not may_start(beside, "parity")


def scheduled_in(settings: Settings) -> dict[str, str]:
    """When each kind is due in a home whose worker has begun its schedule."""
    with working(settings):
        start_schedule(settings)
        return {one["schedule_name"]: one["schedule"] for one in DBOS.list_schedules()}
