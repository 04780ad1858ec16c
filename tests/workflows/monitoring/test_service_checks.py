"""Health of what runs: worker, page, schedule and log; information where nothing of it has to run."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import duckdb
import pytest
from homes import settings_of
from own_worker import done, working

from tests.contract_tables import create_tables, insert
from workflows.config.home_directory import prepare_home
from workflows.config.log_file import errors_since
from workflows.config.setting_types import LOOPBACK
from workflows.config.settings import Settings
from workflows.config.worker_lock import WorkerLock
from workflows.entries.switches import turn_switch
from workflows.jobs.client import job_client
from workflows.jobs.serving_note import note_started, note_stopped, read_serving_note
from workflows.monitoring.checks import Check
from workflows.monitoring.service_checks import check_services
from workflows.monitoring.timetable import DAILY, find_overdue

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NAMES = ["worker running", "page answers", "schedule on time", "log without errors"]
KEYS = {"SHIPSTATION_API_KEY": "key", "SHIPSTATION_API_SECRET": "secret"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    made = settings_of(tmp_path)
    prepare_home(made)
    return made


def checks(settings: Settings, later: timedelta = timedelta()) -> dict[str, Check]:
    with job_client(settings) as jobs:
        return {check.name: check for check in check_services(settings, jobs, datetime.now(UTC) + later)}


def failed(settings: Settings, later: timedelta = timedelta()) -> list[str]:
    return [name for name, check in checks(settings, later).items() if not check.is_ok]


def test_a_home_that_only_the_command_line_uses_is_healthy_and_says_that_nothing_is_served(
    settings: Settings,
) -> None:
    found = checks(settings, later=400 * 24 * HOUR)
    assert [(name, check.is_ok) for name, check in found.items()] == [(name, True) for name in NAMES]
    assert "was never started here" in found["worker running"].detail
    assert found["page answers"].detail == "No page is served."


def test_a_serve_that_was_stopped_is_no_failure_and_one_that_just_ended_is(settings: Settings) -> None:
    note_started(settings.home, LOOPBACK, 8501)
    assert failed(settings, later=24 * HOUR) == ["worker running"], "its process holds no lock"
    assert "ended without being stopped" in checks(settings)["worker running"].detail
    note_stopped(settings.home)
    assert failed(settings, later=400 * 24 * HOUR) == []
    assert "`serve` was stopped at" in checks(settings)["worker running"].detail


def test_a_command_that_is_its_own_worker_is_not_taken_for_the_serve_that_ended(settings: Settings) -> None:
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    note_started(settings.home, LOOPBACK, 0)
    assert failed(settings) == []
    (settings.home / "worker.lock").write_text("1")
    assert failed(settings) == ["worker running"]
    lock.release()


@contextmanager
def answering(status: int) -> Iterator[int]:
    """A server that gives every request the same answer, on the port that this gives."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer((LOOPBACK, 0), Answer) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_page_that_does_not_answer_fails_once_it_has_had_time_to_start(settings: Settings) -> None:
    lock = WorkerLock(settings.home)
    assert lock.acquire()
    for status, verdict in ((200, []), (403, []), (503, ["page answers"])):
        with answering(status) as port:
            note_started(settings.home, "0.0.0.0", port)
            assert failed(settings) == verdict
    # Nobody listens there any more.
    assert failed(settings, later=timedelta(seconds=50)) == []
    assert failed(settings, later=2 * MINUTE) == ["page answers"]
    note_started(settings.home, LOOPBACK, 0)
    assert "any that was free" in checks(settings)["page answers"].detail
    lock.release()


def test_what_is_switched_on_is_overdue_after_its_interval_and_a_tolerance(settings: Settings) -> None:
    everything = settings.model_copy(update={"api_key": "key", "api_secret": "secret", "sync_minutes": 60})
    with working(settings) as jobs:
        began = datetime.now(UTC)
        done(jobs, "watch")
        ran_at = jobs.jobs(kinds=("watch",))[0].created_at
        assert ran_at is not None

        def overdue(at: datetime, of: Settings = settings, since: datetime = began) -> set[str]:
            return {one.kind for one in find_overdue(of, jobs, since, at)}

        assert overdue(ran_at + 35 * MINUTE) == set()
        assert overdue(ran_at + 36 * MINUTE) == {"watch"}
        assert overdue(ran_at + 36 * MINUTE, since=ran_at + 2 * MINUTE) == set(), "it was not due before"
        assert overdue(began + 2 * HOUR, everything) == {"watch"}
        assert overdue(began + 2 * HOUR + MINUTE, everything) == {"watch", "sync"}
        assert overdue(began + 26 * HOUR) == {"watch"}
        assert overdue(began + 27 * HOUR) == {"watch", *DAILY} - {"reconcile"}, "which needs credentials"
        assert overdue(began + 27 * HOUR, everything) == {"watch", "sync", *DAILY}
        turn_switch(settings.operations, "watch", False, "mary")
        assert overdue(ran_at + 2 * HOUR) == set()
        turned_on = turn_switch(settings.operations, "watch", True, "mary").turned_at
        assert turned_on is not None
        assert overdue(turned_on + 35 * MINUTE, since=began - 9 * HOUR) == set()
        assert overdue(turned_on + 36 * MINUTE, since=began - 9 * HOUR) == {"watch"}
    with job_client(settings) as client:
        client.enqueue("watch", "mary")
        assert find_overdue(settings, client, began, began + 20 * HOUR) == [], "it waits for a worker"


def test_an_upload_is_overdue_only_since_an_order_waits_for_it(settings: Settings) -> None:
    sends = settings_of(settings.home, SHIPLEDGER_ALLOW_UPLOAD="1", **KEYS)
    for name in ("sync", "watch"):
        turn_switch(settings.operations, name, False, "mary")
    came = datetime.now(UTC) + 5 * HOUR

    def overdue(at: datetime) -> list[str]:
        with job_client(sends) as jobs:
            return [one.kind for one in find_overdue(sends, jobs, came - 5 * HOUR, at)]

    assert overdue(came + HOUR) == []
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        create_tables(connection)
        rows = [("671825", "shipped", came - 4 * HOUR), ("671826", "waiting", came)]
        insert(connection, "local_orders", "order_number, state, first_seen_at", rows)
    (settings.published / "current.duckdb").symlink_to("a.duckdb")
    assert overdue(came + 35 * MINUTE) == []
    assert overdue(came + 36 * MINUTE) == ["upload"]


def test_the_schedule_is_only_checked_while_serve_runs(settings: Settings) -> None:
    with working(settings):
        note_started(settings.home, LOOPBACK, 0)
        assert failed(settings, later=HOUR) == ["schedule on time"]
        assert checks(settings, HOUR)["schedule on time"].detail.startswith("Overdue: watch (never yet).")
        note_stopped(settings.home)
        note = read_serving_note(settings.home)
        assert note is not None
        assert note.stopped_at is not None
        assert checks(settings, HOUR)["schedule on time"].detail == "No schedule is in force."


def test_an_error_in_the_log_of_the_last_day_fails_and_a_warning_or_an_older_one_does_not(
    settings: Settings,
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    local, naive = (at.astimezone(settings.timezone) for at in (now - HOUR, now - 2 * HOUR))
    (settings.home / "logs" / "shipledger.log").write_text(
        f"{local.isoformat(sep=' ')} WARNING workflows.cycle.cycle_workflows The step 'load' of run 1 ended: no\n"
        f"{local.isoformat(sep=' ')} ERROR workflows.cycle.engine The step 'load' of run 2 failed unexpectedly\n"
        "Traceback (most recent call last):\n  KeyError: 'ERROR'\n"
    )
    (settings.home / "logs" / "shipledger.log.1").write_text(
        f"{(now - 25 * HOUR).isoformat(sep=' ')} ERROR workflows.cycle.cycle_workflows too long ago\n"
        f"{naive.astimezone():%Y-%m-%d %H:%M:%S},123 ERROR ingest.sources.shipstation.load of an earlier release\n"
    )
    found = errors_since(settings, now - 24 * HOUR)
    assert [words for _at, words in found] == [
        "of an earlier release",
        "The step 'load' of run 2 failed unexpectedly",
    ]
    assert found[-1][0] == now - HOUR
    detail = checks(settings)["log without errors"].detail
    assert detail.startswith("2 errors; the last at ")
    assert "The step 'load' of run 2 failed unexpectedly" in detail
    assert failed(settings) == ["log without errors"]
    assert failed(settings, later=24 * HOUR) == []
