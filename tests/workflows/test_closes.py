from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import PROJECT, Answer, CommandLine, answer_of
from gates import gate
from inbox import Inbox, free_port, serving

from sandbox import Fault, Sandbox

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
READER = "owner@example.com"


class Office:
    """A home whose closes are mailed to a real server."""

    def __init__(self, command: CommandLine, inbox: Inbox, port: int) -> None:
        self.command, self.inbox = command, inbox
        self.mail = {
            "SHIPLEDGER_SMTP_URL": f"smtp://127.0.0.1:{port}",
            "SHIPLEDGER_MAIL_FROM": "ledger@example.com",
            "SHIPLEDGER_MAIL_TO": READER,
        }

    def run(self, *words: str) -> Answer:
        return self.command.run(*words, **self.mail)

    def closes(self) -> list[tuple[Any, ...]]:
        return self.stored("select kind, period, version from closes order by seq")

    def stored(self, query: str) -> list[tuple[Any, ...]]:
        with sqlite3.connect(self.command.home / "operations.sqlite") as connection:
            return connection.execute(query).fetchall()

    def archive(self) -> set[str]:
        reports = self.command.home / "reports"
        return {str(path.relative_to(reports)) for path in reports.glob("*/*/*")}


@pytest.fixture
def office(filled_own: CommandLine) -> Iterator[Office]:
    inbox, port = Inbox(), free_port()
    with serving(inbox, port):
        yield Office(filled_own, inbox, port)


@pytest.fixture
def last_friday(filled_own: CommandLine) -> date:
    today = filled_own.today()
    return today - timedelta(days=(today.weekday() - 4) % 7 or 7)


def test_a_week_killed_at_every_step_is_closed_with_every_effect_present_once(
    office: Office, last_friday: date
) -> None:
    words = ["eow", "--date", last_friday.isoformat(), "--json"]
    killer = subprocess.run(
        [sys.executable, str(Path(__file__).parent / "killed_closes.py"), *words],
        env=office.command.environment(PYTHONPATH=str(PROJECT), **office.mail),
        capture_output=True,
        text=True,
        check=True,
    )
    assert killer.stderr.split("\n")[-len(STEPS_OF_A_WEEK) - 1 : -1] == STEPS_OF_A_WEEK
    facts = json.loads(killer.stdout)
    monday, friday = (last_friday - timedelta(days=4)).isoformat(), last_friday.isoformat()
    assert office.closes() == [("eod", friday, 1), ("eow", monday, 1)]
    assert office.archive() == {f"eod/{friday}/v1", f"eow/{monday}/v1"}
    assert office.stored("select week_start_date, run_id from closed_weeks") == [(monday, facts["run_id"])]
    assert [message["Subject"] for _, message in office.inbox.received] == [
        f"Weekly inventory report: The week of {monday} to {last_friday + timedelta(days=2)}"
    ]
    attached = [part.get_filename() for part in office.inbox.received[0][1].iter_attachments()]
    assert sorted(attached) == sorted(Path(file).name for file in facts["reports"])
    assert office.command.published("select week_start_date::varchar, run_id from marts.closed_weeks") == [
        (monday, facts["run_id"])
    ]
    assert office.run("status").facts["last_runs"]["eow"]["run_id"] == facts["run_id"]


def test_a_failed_close_goes_on_at_the_step_that_failed(office: Office, own_business: Sandbox) -> None:
    in_the_way = office.command.home / "reports"
    in_the_way.write_text("no folder")
    failed = office.run("eod")
    assert (failed.code, "could not be written" in failed.facts["error"]) == (1, True)
    in_the_way.unlink()
    asked = len(own_business.requests.entries())
    run_id = office.run("status").facts["last_runs"]["eod"]["run_id"]
    again = office.run("eod")
    assert (again.code, again.facts["resumed_from"]) == (0, run_id)
    assert len(own_business.requests.entries()) == asked
    assert office.closes() == [("eod", again.facts["period"], 1)]


def test_what_is_closed_stays_closed_until_it_is_forced_and_both_versions_are_kept(
    office: Office, own_business: Sandbox, last_friday: date
) -> None:
    day = last_friday.isoformat()
    first = office.run("eow", "--date", day)
    assert (first.code, first.facts["already_done"]) == (0, False)
    sent = {file: Path(file).read_bytes() for file in first.facts["reports"]}
    asked = len(own_business.requests.entries())
    second = office.run("eow", "--date", day)
    assert (second.code, second.facts["already_done"], second.facts["version"]) == (0, True, 1)
    assert second.facts["summary"] == first.facts["summary"]
    assert len(own_business.requests.entries()) == asked
    assert len(office.inbox.received) == 1
    forced = office.run("eow", "--date", day, "--force")
    assert (forced.code, forced.facts["version"]) == (0, 2)
    assert {file: Path(file).read_bytes() for file in sent} == sent
    assert not sent.keys() & set(forced.facts["reports"])
    assert [subject.endswith("version 2") for subject in office.inbox.subjects(READER)] == [False, True]
    assert [row[0] for row in office.closes()] == ["eod", "eow", "eow"]


def test_a_month_is_frozen_once_billed_and_shown_closed_in_the_snapshot_its_bill_names(office: Office) -> None:
    last_month = office.command.today().replace(day=1) - timedelta(days=1)
    closed = office.run("eom", "--date", last_month.isoformat())
    assert closed.code == 0, closed.errors
    assert closed.facts["period"] == f"{last_month:%Y-%m}"
    assert [one["kind"] for one in closed.facts["closed_before"]][-1] == "eow"
    assert (office.command.home / "published" / "current.duckdb").readlink().name == closed.facts["snapshot"]
    month = f"date '{last_month.replace(day=1)}'"
    total = office.command.published(
        f"select total_cents, is_closed from marts.charge_report_monthly where charge_month = {month}"
    )
    assert total == [(closed.facts["figures"]["bill"]["total_cents"], True)]
    assert f"Invoice: {last_month:%B %Y}" in office.inbox.subjects(READER)
    forced = office.run("eom", "--date", last_month.isoformat(), "--force")
    assert (forced.facts["version"], forced.facts["figures"]) == (2, closed.facts["figures"])
    assert office.stored("select count(distinct content_hash), count(*) from frozen_months") == [(1, 2)]


def test_two_operators_at_once_close_a_day_once(office: Office, own_business: Sandbox) -> None:
    reached, go_on = gate(own_business, "/orders")
    first = office.command.start("eod", "--json", **office.mail)
    assert reached.wait(60)
    second = office.run("eod")
    go_on.set()
    closed = answer_of(first)
    assert (closed.code, second.code) == (0, 75)
    assert second.facts["run_id"] == closed.facts["run_id"]
    assert len(office.closes()) == 1


def test_a_mail_server_that_is_down_delays_the_mail_and_not_the_close(office: Office, last_friday: date) -> None:
    office.mail["SHIPLEDGER_SMTP_URL"] = f"smtp://127.0.0.1:{free_port()}"
    closed = office.run("eow", "--date", last_friday.isoformat())
    assert closed.code == 0, closed.errors
    assert closed.facts["mail"] == "waiting for 1"
    assert office.inbox.received == []


def test_an_api_out_of_reach_closes_nothing_and_the_next_try_does(office: Office, own_business: Sandbox) -> None:
    own_business.faults.add(Fault("/orders", status=500))
    failed = office.run("eod")
    assert (failed.code, "try again later" in failed.facts["error"]) == (75, True)
    assert not (office.command.home / "reports").exists()
    own_business.faults.clear()
    assert office.run("eod").facts["already_done"] is False


def test_a_date_that_closes_nothing_is_wrong_usage_and_makes_no_job(filled: CommandLine) -> None:
    today = filled.today()
    running = today.replace(day=4) if today.day > 3 else today - timedelta(days=365 * 3)
    for words in (["eod", "--date", "2999-01-01"], ["eom", "--date", running.isoformat()]):
        answer = filled.run(*words)
        assert (answer.code, answer.facts["run_id"]) == (2, None)
