from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
from command_line import CommandLine, answer_of
from gates import gate
from inbox import Inbox, free_port, serving
from killed_closes import close_killed_at_every_step
from own_worker import done, ended, working

from sandbox import Fault, Sandbox
from workflows.config.dates import Dates
from workflows.config.settings import Settings
from workflows.config.settings_reader import read_settings

STEPS_OF_A_WEEK = [
    "plan",
    "read ShipStation",
    "build and test",
    "publish",
    "shipped to history",
    "inventory and alerts",
    "summary and count sheet",
    "day closed",
    "week closed",
    "closed week published",
    "weekly report",
    "weekly PDF and XLSX",
    "weekly e-mail",
    "week entered",
]
STEPS_OF_A_MONTH = [
    "month closed and frozen",
    "frozen month published",
    "charge report",
    "invoice PDF and XLSX",
    "invoice e-mail",
    "month entered",
]
READER = "owner@example.com"


class Office:
    """A home whose closes are mailed to a real server."""

    def __init__(self, command: CommandLine, inbox: Inbox, port: int) -> None:
        self.command, self.inbox, self.home = command, inbox, command.home
        self.environment = command.environment(
            SHIPLEDGER_SMTP_URL=f"smtp://127.0.0.1:{port}",
            SHIPLEDGER_MAIL_FROM="ledger@example.com",
            SHIPLEDGER_MAIL_TO=READER,
        )

    @property
    def settings(self) -> Settings:
        return read_settings(self.environment)

    def stored(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.home / "operations.sqlite") as connection:
            return connection.execute(query).fetchall()

    def closes(self) -> list[tuple[Any, ...]]:
        return self.stored("select kind, period, version from closes order by seq")

    def archive(self) -> set[str]:
        return {str(path.relative_to(self.home / "reports")) for path in (self.home / "reports").glob("*/*/*")}


@pytest.fixture
def office(filled_own: CommandLine) -> Iterator[Office]:
    inbox, port = Inbox(), free_port()
    with serving(inbox, port):
        yield Office(filled_own, inbox, port)


@pytest.fixture
def friday(filled_own: CommandLine) -> date:
    """The last one, before today."""
    today = filled_own.today()
    return today - timedelta(days=(today.weekday() - 4) % 7 or 7)


@pytest.mark.long
def test_a_week_killed_at_every_step_is_closed_with_every_effect_present_once(
    office: Office, friday: date
) -> None:
    killer = close_killed_at_every_step(office.environment, "eow", friday)
    assert killer.stderr.split("\n")[-len(STEPS_OF_A_WEEK) - 1 : -1] == STEPS_OF_A_WEEK
    facts = json.loads(killer.stdout)
    first = friday - timedelta(days=4)
    monday, words = first.isoformat(), Dates("en-US", ZoneInfo("UTC")).day
    assert office.closes() == [("eod", friday.isoformat(), 1), ("eow", monday, 1)]
    assert office.archive() == {f"eod/{friday}/v1", f"eow/{monday}/v1"}
    assert office.stored("select week_start_date, run_id from closed_weeks") == [(monday, facts["run_id"])]
    [(reader, message)] = office.inbox.received
    sunday = friday + timedelta(days=2)
    assert (reader, message["Subject"]) == (
        READER,
        f"Weekly inventory report: The week of {words(first)} to {words(sunday)}",
    )
    attached = sorted(str(part.get_filename()) for part in message.iter_attachments())
    assert attached == sorted(Path(file).name for file in facts["reports"])
    published = office.command.published("select week_start_date::varchar, run_id from marts.closed_weeks")
    assert published == [(monday, facts["run_id"])]


@pytest.mark.long
def test_a_month_killed_at_every_step_is_frozen_entered_and_mailed_once(office: Office) -> None:
    """With the days and weeks that it closes first."""
    last_day = office.command.today().replace(day=1) - timedelta(days=1)
    killer = close_killed_at_every_step(office.environment, "eom", last_day)
    killed_at = killer.stderr.split("\n")
    for step in ("day closed", "week entered", *STEPS_OF_A_MONTH):
        assert step in killed_at
    facts, closes = json.loads(killer.stdout), office.closes()
    assert closes[-1] == ("eom", f"{last_day:%Y-%m}", 1)
    assert len(closes) == len({*closes}) == len(facts["closed_before"]) + 1
    assert {version for *_, version in closes} == {1}
    assert office.archive() == {f"{kind}/{period}/v1" for kind, period, _ in closes}
    assert office.stored("select count(*), min(month) from frozen_months") == [(1, f"{last_day:%Y-%m-01}")]
    subjects = office.inbox.subjects(READER)
    assert len(subjects) == len({*subjects})
    assert f"Invoice: {last_day:%B %Y}" in subjects
    published = office.command.published(
        "select charge_month::varchar from marts.charge_report_monthly where is_closed"
    )
    assert published == [(f"{last_day:%Y-%m-01}",)]


def test_a_failed_close_goes_on_at_the_step_that_failed(office: Office, own_business: Sandbox) -> None:
    in_the_way = office.home / "reports"
    in_the_way.write_text("no folder")
    today = office.command.today().isoformat()
    with working(office.settings) as jobs:
        failed = done(jobs, "eod", date=today)
        assert (failed.status, "could not be written" in str(failed.error)) == ("failed", True)
        in_the_way.unlink()
        asked = len(own_business.requests.entries())
        again = ended(jobs, jobs.retry(failed.run_id, "joe"))
        steps = jobs.finished_steps(again.run_id)
    assert again.result is not None, again.error
    assert (again.result["resumed_from"], again.actor) == (failed.run_id, "joe")
    assert list(steps) == ["plan", "summary and count sheet", "day closed"]
    assert len(own_business.requests.entries()) == asked
    assert office.closes() == [("eod", today, 1)]


@pytest.mark.long
def test_a_failed_step_whose_snapshot_is_gone_is_made_again_from_the_newest(office: Office) -> None:
    in_the_way = office.home / "reports"
    in_the_way.write_text("no folder")
    today = office.command.today().isoformat()
    with working(office.settings) as jobs:
        assert done(jobs, "eod", date=today).status == "failed"
        in_the_way.unlink()
        for snapshot in (office.home / "published").glob("shipledger-*"):
            snapshot.unlink()
        again = done(jobs, "eod", date=today)
    assert again.result is not None, again.error
    assert (office.home / "published" / "current.duckdb").readlink().name == again.result["snapshot"]
    assert office.closes() == [("eod", today, 1)]


def test_what_is_closed_stays_closed_until_it_is_forced_and_both_versions_are_kept(
    office: Office, own_business: Sandbox, friday: date
) -> None:
    with working(office.settings) as jobs:
        first = done(jobs, "eow", date=friday.isoformat()).result or {}
        sent = {file: Path(file).read_bytes() for file in first["reports"]}
        asked = len(own_business.requests.entries())
        second = done(jobs, "eow", date=friday.isoformat()).result or {}
        assert (second["already_done"], second["version"], second["summary"]) == (True, 1, first["summary"])
        assert (len(own_business.requests.entries()), len(office.inbox.received)) == (asked, 1)
        forced = done(jobs, "eow", date=friday.isoformat(), force=True).result or {}
    assert (first["already_done"], forced["already_done"], forced["version"]) == (False, False, 2)
    assert {file: Path(file).read_bytes() for file in sent} == sent
    assert not sent.keys() & set(forced["reports"])
    assert [subject.endswith("version 2") for subject in office.inbox.subjects(READER)] == [False, True]
    assert [row[0] for row in office.closes()] == ["eod", "eow", "eow"]


def test_a_month_is_frozen_once_and_shown_closed_in_the_snapshot_its_bill_names(office: Office) -> None:
    last_day = office.command.today().replace(day=1) - timedelta(days=1)
    with working(office.settings) as jobs:
        closed = done(jobs, "eom", date=last_day.isoformat())
        assert closed.result is not None, closed.error
        snapshot = office.home / "published" / closed.result["snapshot"]
        with duckdb.connect(str(snapshot), read_only=True) as connection:
            bill = connection.execute(
                "select total_cents, is_closed from marts.charge_report_monthly where charge_month = ?",
                [last_day.replace(day=1)],
            ).fetchall()
        forced = done(jobs, "eom", date=last_day.isoformat(), force=True)
    assert closed.result["period"] == f"{last_day:%Y-%m}"
    assert [one["kind"] for one in closed.result["closed_before"]][-1] == "eow"
    assert bill == [(closed.result["figures"]["bill"]["total_cents"], True)]
    assert f"Invoice: {last_day:%B %Y}" in office.inbox.subjects(READER)
    assert forced.result is not None, forced.error
    assert (forced.result["version"], forced.result["figures"]) == (2, closed.result["figures"])
    assert office.stored("select count(distinct content_hash), count(*) from frozen_months") == [(1, 2)]


def test_a_mail_server_that_is_down_delays_the_mail_and_not_the_close(office: Office, friday: date) -> None:
    nobody = f"smtp://127.0.0.1:{free_port()}?starttls=off"
    with working(office.settings.model_copy(update={"smtp_url": nobody})) as jobs:
        closed = done(jobs, "eow", date=friday.isoformat())
    assert closed.result is not None, closed.error
    assert (closed.result["mail"], office.inbox.received) == ("waiting for 1 recipient", [])


@pytest.mark.long
def test_an_api_out_of_reach_closes_nothing_and_the_next_try_does(office: Office, own_business: Sandbox) -> None:
    own_business.faults.add(Fault("/orders", status=500))
    with working(office.settings) as jobs:
        failed = done(jobs, "eod")
        assert (failed.status, "try again later" in str(failed.error)) == ("failed", True)
        assert not (office.home / "reports").exists()
        own_business.faults.clear()
        assert (done(jobs, "eod").result or {})["already_done"] is False


@pytest.mark.long
def test_a_close_that_is_cancelled_is_taken_up_where_it_was(office: Office, own_business: Sandbox) -> None:
    reached, go_on = gate(own_business, "/shipments")
    with working(office.settings) as jobs:
        run_id = jobs.enqueue("eod", "mary")
        assert reached.wait(60)
        progress = (jobs.job(run_id) or ended(jobs, run_id)).progress
        assert jobs.cancel(run_id).status == "cancelled"
        go_on.set()
        again = done(jobs, "eod")
    assert (progress["step"], progress["done"], progress["total"]) == ("read ShipStation", 0, 7)
    assert again.result is not None, again.error
    assert (again.result["resumed_from"], len(office.closes())) == (run_id, 1)


def test_two_operators_at_once_close_a_day_once(office: Office, own_business: Sandbox) -> None:
    reached, go_on = gate(own_business, "/orders")
    first = office.command.start("eod", "--json")
    assert reached.wait(60)
    second = office.command.run("eod")
    go_on.set()
    closed = answer_of(first)
    assert (closed.code, second.code) == (0, 75)
    assert second.facts["run_id"] == closed.facts["run_id"]
    assert len(office.closes()) == 1


def test_a_date_that_closes_nothing_is_wrong_usage_and_makes_no_job(filled: CommandLine) -> None:
    answer = filled.run("eod", "--date", "2999-01-01")
    assert (answer.code, answer.facts["run_id"]) == (2, None)
    assert "lies in the future" in answer.facts["error"]
    assert filled.run("status").facts["last_runs"]["eod"] is None
