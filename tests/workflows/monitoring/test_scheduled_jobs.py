"""What the schedule starts, leaves out and makes up for, in a home with a real worker and nothing in it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dbos import DBOS
from own_worker import done, ended, working

from workflows.cli.schedule import (
    ACTOR,
    _arguments,
    _scheduled,
    last_due,
    may_start,
    missed,
    start,
    start_schedule,
)
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings
from workflows.entries.switches import turn_switch
from workflows.jobs.client import JobClient, job_client
from workflows.monitoring.system_state import check_conditions
from workflows.monitoring.timetable import DAILY

ZONE = ZoneInfo("America/Chicago")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return read_settings({}).model_copy(update={"home": tmp_path})


def runs_of(jobs: JobClient, kind: str) -> int:
    found = jobs.jobs(kinds=(kind,))
    for job in found:
        ended(jobs, job.run_id)
    return len(found)


def began_at(settings: Settings, kind: str, moment: datetime) -> None:
    """Say of all runs of a kind that they were asked for at a moment."""
    with closing(sqlite3.connect(settings.home / "workflows.sqlite")) as store, store:
        for run_id, text in store.execute(
            "select workflow_uuid, attributes from workflow_status where name = ?", [kind]
        ).fetchall():
            attributes = json.dumps(json.loads(text) | {"asked_at": moment.isoformat()})
            store.execute(
                "update workflow_status set attributes = ? where workflow_uuid = ?", [attributes, run_id]
            )


def test_what_is_due_is_started_once_unless_it_is_off_or_has_run_since(settings: Settings) -> None:
    with working(settings) as jobs:
        due = datetime.now(UTC)
        _scheduled(due, "cleanup")
        assert runs_of(jobs, "cleanup") == 1
        assert jobs.jobs(kinds=("cleanup",))[0].actor == ACTOR
        _scheduled(due, "cleanup")
        assert runs_of(jobs, "cleanup") == 1, "it has run since it was due"
        _scheduled(datetime.now(UTC), "cleanup")
        assert runs_of(jobs, "cleanup") == 2
        began_at(settings, "cleanup", datetime.now(UTC) + timedelta(days=1))
        _scheduled(datetime.now(UTC), "cleanup")
        assert runs_of(jobs, "cleanup") == 3, "what ran tomorrow was begun by a wrong clock"
        began_at(settings, "cleanup", datetime.now(UTC) - timedelta(days=1))
        turn_switch(settings.operations, "cleanup", False, "mary")
        _scheduled(datetime.now(UTC), "cleanup")
        assert runs_of(jobs, "cleanup") == 3
        _scheduled(datetime.now(UTC), "sync")
        assert runs_of(jobs, "sync") == 0, "without credentials there is nothing to read"


def test_what_was_due_while_nobody_served_is_named_once_if_it_ever_ran(settings: Settings) -> None:
    with working(settings) as jobs:
        done(jobs, "cleanup")
        now = datetime.now(UTC)
        due = last_due("cleanup", now.astimezone(ZONE)).astimezone(UTC)
        for began, later, found in (
            (due, timedelta(), []),
            (due - timedelta(seconds=1), timedelta(), ["cleanup"]),
            (due - timedelta(days=5), timedelta(), ["cleanup"]),
            (due, timedelta(days=1), ["cleanup"]),
        ):
            began_at(settings, "cleanup", began)
            assert missed(jobs, now + later, ZONE) == found
        done(jobs, "digest")
        assert missed(jobs, now + timedelta(days=1), ZONE) == ["cleanup", "digest"]


def test_what_is_queued_already_is_left_out(settings: Settings) -> None:
    with working(settings):
        pass
    with job_client(settings) as jobs:
        for _ in range(3):
            start(jobs, "cleanup", datetime.now(UTC))
        assert [job.kind for job in jobs.open_jobs()] == ["cleanup"]


def test_each_kind_is_due_by_the_business_clock_and_a_new_schedule_replaces_the_old(settings: Settings) -> None:
    far_away = settings.model_copy(
        update={"xcart_path": settings.home / "shop.xml", "timezone": ZoneInfo("Pacific/Auckland")}
    )
    with working(far_away):
        for minutes in (1, 10):
            start_schedule(far_away.model_copy(update={"sync_minutes": minutes}))
        found = {one["schedule_name"]: one for one in DBOS.list_schedules()}
    expected = {kind: f"{minute} {hour} * * *" for kind, (minute, hour) in DAILY.items()}
    expected |= {"sync": "*/10 * * * *", "watch": "*/5 * * * *", "import-xcart": "*/5 * * * *"}
    assert {kind: found[kind]["schedule"] for kind in expected} == expected
    assert {one["cron_timezone"] for one in found.values()} == {"Pacific/Auckland"}
    assert "parity" not in found


def test_what_reads_shipstation_needs_credentials_and_nothing_else_does(settings: Settings) -> None:
    known = settings.model_copy(update={"api_key": "key", "api_secret": "secret"})
    for kind in ("sync", "reconcile"):
        assert may_start(known, kind)
        assert not may_start(known.model_copy(update={"api_key": None}), kind)
        assert not may_start(known.model_copy(update={"api_secret": None}), kind)
    assert may_start(settings, "backup")


def test_the_nightly_comparison_is_of_the_fortnight_before_and_repairs() -> None:
    due = datetime(2026, 11, 20, 3, 30, tzinfo=ZONE)
    assert _arguments("reconcile", due) == {
        "since": "2026-11-06T09:30:00+00:00", "until": "2026-11-20T09:30:00+00:00", "repair": True,
    }  # fmt: skip
    assert _arguments("cleanup", due) == {}


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-20 05:15", "2026-11-20 05:15"),
        ("2026-11-20 05:14", "2026-11-19 05:15"),
        ("2026-11-01 12:00", "2026-11-01 05:15"),
        ("2026-11-02 00:00", "2026-11-01 05:15"),
        ("2026-03-08 04:00", "2026-03-07 05:15"),
    ],
)
def test_daily_work_was_due_last_at_its_time_of_day_also_around_clock_changes(now: str, due: str) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    assert last_due("cleanup", local) == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def failed_runs(settings: Settings, jobs: JobClient, now: datetime) -> set[str]:
    return {check.name for check in check_conditions(settings, jobs, now) if check.name.startswith("run ")}


def test_the_last_run_of_each_kind_decides_and_a_failed_backup_is_an_alarm_each_time(settings: Settings) -> None:
    settings.home.mkdir(exist_ok=True)
    (settings.home / "in-the-way").write_text("no folder")
    with working(settings) as jobs:
        for expected in ({"run backup"}, set(), {"run backup"}):
            to = settings.home / ("in-the-way" if expected else "elsewhere")
            made = done(jobs, "backup", to=str(to))
            assert ("No backup can be written" in str(made.error)) is bool(expected)
            assert failed_runs(settings, jobs, datetime.now(UTC)) == expected


def test_a_failure_matters_for_a_week(settings: Settings) -> None:
    with working(settings) as jobs:
        failed = done(jobs, "sync")
        assert (failed.status, failed.finished_at is None) == ("failed", False)
        assert failed.finished_at is not None
        week = failed.finished_at + timedelta(days=7)
        assert failed_runs(settings, jobs, week - MINUTE) == {"run sync"}
        assert failed_runs(settings, jobs, week + MINUTE) == set()
