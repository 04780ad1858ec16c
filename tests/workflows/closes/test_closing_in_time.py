"""The end of October 2026, over HTTP and with real builds: only what is whole is closed, on its last weekday."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from at_an_instant import present
from command_line import Answer, CommandLine
from own_worker import done, working

from sandbox import Book, BusinessPlan, Clock, Sandbox, SandboxSettings, generate_business
from tests.reports.reading_files import pages_of, sheets_of
from workflows.config.formatting import money
from workflows.config.periods import begin_of
from workflows.config.settings import PROJECT
from workflows.config.settings_reader import read_settings

# October ends on a Saturday; on its last weekday shipping ends at 13:00 in Chicago.
FRIDAY = datetime(2026, 10, 30, 18, 30, tzinfo=UTC)
MONDAY = datetime(2026, 11, 2, 16, tzinfo=UTC)
# A sync reads 30 days: October from the 3rd on.
BACKFILL = "backfill --since 2025-09-19 --until 2026-10-03"
OCTOBER, NOVEMBER = date(2026, 10, 1), date(2026, 11, 1)


@dataclass(frozen=True)
class Desk(CommandLine):
    """A home and its sandbox, whose clock follows what is done here at an instant."""

    box: Sandbox

    def do_at(self, instant: datetime, *jobs: tuple[str, dict[str, Any]]) -> list[dict[str, Any]]:
        """Run jobs one after the other, and give what each gave."""
        self._set_clock(instant)
        results = []
        with present(instant), working(read_settings(self.environment())) as client:
            for kind, arguments in jobs:
                job = done(client, kind, **arguments)
                assert job.result is not None, job.error
                results.append(job.result)
        return results

    def run_at(self, instant: datetime, *words: str) -> Answer:
        """A command in a process of its own."""
        self._set_clock(instant)
        program = [sys.executable, str(Path(__file__).parents[1] / "at_an_instant.py"), instant.isoformat()]
        ended = subprocess.run(
            [*program, *words, "--json"],
            env=self.environment(PYTHONPATH=str(PROJECT)),
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.stdout.count("\n") == 1, (ended.stdout, ended.stderr)
        return Answer(ended.returncode, json.loads(ended.stdout), ended.stderr)

    def _set_clock(self, instant: datetime) -> None:
        self.box.clock.set_skew((instant - datetime.now(UTC)).total_seconds())

    def beside(self, folder: Path) -> Desk:
        """The same with a copy of the home."""
        return Desk(Path(shutil.copytree(self.home, folder / "home", symlinks=True)), self.url, self.box)

    def bill(self, month: date) -> tuple[int, int, int, int]:
        """Packages, postage, what is restated and the total of a month, the last three in cents."""
        [row] = self.published(
            "select package_count, postage_cents, restatement_cents, total_cents"
            f" from marts.charge_report_monthly where charge_month = '{month}'"
        )
        return row


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    """Nine weeks of trade that end on Friday at half past one; nothing is older."""
    clock = Clock()
    book = generate_business(BusinessPlan(end=FRIDAY, weeks=9, orders_per_day=6), Book(clock))
    with Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0), book, clock) as running:
        yield running


@pytest.fixture(scope="module")
def empty(box: Sandbox, built_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """A home in which nothing has been done; only dbt has read the project before."""
    home = tmp_path_factory.mktemp("empty") / "home"
    shutil.copytree(built_home / "scratch", home / "scratch")
    return Desk(home, box.url, box)


def posted(box: Sandbox, first: date, last: date) -> tuple[int, int]:
    """Packages and cents of all labels in ShipStation that are not void, by their ship date."""
    labels = [
        row
        for row in (record.row() for record in box.book.table("shipments"))
        if not row["voided"] and f"{first}" <= row["shipDate"] <= f"{last}"
    ]
    packages = sum(not row["isReturnLabel"] for row in labels)
    return packages, sum(round(100 * (row["shipmentCost"] + row["insuranceCost"])) for row in labels)


def leave_on_saturday(box: Sandbox) -> None:
    """Once more what the newest label lists, in a package of Saturday noon."""
    label = max((one.row() for one in box.book.table("shipments")), key=lambda row: str(row["createDate"]))
    noon = "2026-10-31T10:00:00.0000000"
    box.book.put_shipment(label | {"shipmentId": 990_001, "createDate": noon, "shipDate": "2026-10-31"})


@pytest.mark.long
def test_on_friday_day_and_week_are_closed_first_and_the_month_whole_and_saturday_is_restated(
    empty: Desk, tmp_path: Path
) -> None:
    desk = empty.beside(tmp_path)
    _, closed = desk.do_at(
        FRIDAY, ("backfill", {"since": "2026-08-20T05:00:00+00:00", "until": None}), ("eom", {})
    )
    assert [f"{one['kind']} {one['period']}" for one in (*closed["closed_before"], closed)] == [
        "eod 2026-10-30",
        "eow 2026-10-26",
        "eom 2026-10",
    ]
    days = desk.published(
        "select day(charge_date), is_charged_ahead, order_count, pallet_count > 0 from marts.charge_report_daily"
        f" where charge_date >= '{OCTOBER}' order by 1"
    )
    assert [day for day, *_ in days] == list(range(1, 32))
    assert [day for day, is_ahead, *_ in days if is_ahead] == [30, 31]
    assert days[-1][2:] == (0, True)
    pdf, workbook = (Path(file) for file in closed["reports"])
    assert "Sat, Oct 31 *" in " ".join(pages_of(pdf))
    assert "Sat, Oct 31 *" in [row[0] for row in sheets_of(workbook)["Day by day"]]
    billed = desk.bill(OCTOBER)
    assert billed[:2] == posted(desk.box, OCTOBER, date(2026, 10, 30))
    leave_on_saturday(desk.box)
    _, again = desk.do_at(MONDAY, ("sync", {}), ("eom", {}))
    assert (again["already_done"], again["period"]) == (True, "2026-10")
    [(lines, cents)] = desk.published(
        "select count(*), sum(total_cents) from marts.charge_restatements where billed_month = '2026-11-01'"
    )
    since = (
        f"{lines} restatement{'s' * (lines > 1)} since the close, {money(cents)}. `eom --date 2026-10-30 --force`"
    )
    assert again["since_then"].startswith(since)
    assert desk.bill(OCTOBER) == billed
    restated = desk.published("select shipment_id, restated_date, cause from marts.charge_restatements")
    assert restated[-1] == (
        *(990_001, date(2026, 10, 31)),
        "label 990001 left on 2026-10-31, when the month was closed already",
    )
    # Of November one day has ended, a Sunday.
    [(sunday,)] = desk.published(
        f"select total_cents from marts.charge_report_daily where charge_date = '{NOVEMBER}'"
    )
    assert desk.bill(NOVEMBER)[3] == sunday + sum(
        cents for (cents,) in desk.published("select total_cents from marts.charge_restatements")
    )


@pytest.fixture(scope="module")
def synced(empty: Desk, tmp_path_factory: pytest.TempPathFactory) -> Desk:
    """On Monday somebody runs one sync, and nothing was loaded before."""
    desk = empty.beside(tmp_path_factory.mktemp("synced"))
    desk.do_at(MONDAY, ("sync", {}))
    return desk


@pytest.mark.long
def test_a_month_that_is_not_loaded_whole_is_refused_with_the_backfill_before_anything_is_queued(
    synced: Desk,
) -> None:
    asked = len(synced.box.requests.entries())
    answer = synced.run_at(MONDAY, "eom", "--date", "2026-10-31")
    assert answer.code == 2
    assert {name: answer.facts[name] for name in ("reason", "kind", "period", "command", "run_id")} == {
        "reason": "incomplete",
        "kind": "eom",
        "period": "2026-10",
        "command": BACKFILL,
        "run_id": None,
    }
    assert f"Run `{BACKFILL}`, then close again." in answer.facts["error"]
    assert answer.errors.strip() == answer.facts["error"]
    assert synced.run_at(MONDAY, "eom", "--date", "2026-10-31", "--force").facts == answer.facts
    status = synced.run_at(MONDAY, "status").facts
    assert (status["last_runs"]["eom"], status["open_jobs"]) == (None, [])
    assert list(status["closes"].values()) == [None] * 3
    assert not [alert for alert in status["alerts"] if "eom" in alert["message"]]
    assert (len(synced.box.requests.entries()), (synced.home / "reports").exists()) == (asked, False)


@pytest.mark.long
def test_after_the_backfill_that_was_named_the_month_closes_whole(synced: Desk, tmp_path: Path) -> None:
    desk = synced.beside(tmp_path)
    since, until = map(date.fromisoformat, BACKFILL.split()[2::2])
    zone = read_settings(desk.environment()).timezone
    span = (begin_of(since, zone), begin_of(until + timedelta(days=1), zone))
    arguments = dict(zip(("since", "until"), (instant.isoformat() for instant in span), strict=True))
    _, closed = desk.do_at(MONDAY, ("backfill", arguments), ("eom", {"date": "2026-10-15"}))
    assert "INCOMPLETE" not in closed["summary"]
    assert desk.bill(OCTOBER)[:2] == posted(desk.box, OCTOBER, date(2026, 10, 31))
    assert desk.published("select * from marts.charge_restatements") == []


@pytest.mark.long
def test_incomplete_closes_all_the_same_and_summary_mail_and_every_page_say_so(
    synced: Desk, tmp_path: Path
) -> None:
    desk = synced.beside(tmp_path)
    days = "2025-09-19 to 2026-10-03"
    [closed] = desk.do_at(MONDAY, ("eom", {"date": "2026-10-01", "incomplete": True}))
    assert closed["summary"].startswith(f"INCOMPLETE, {days} is not loaded; ")
    pdf, workbook = (Path(file) for file in closed["reports"])
    notice = f"INCOMPLETE: changes of {days} were not loaded when this was made."
    assert [notice in page for page in pages_of(pdf)].count(False) == 0
    assert [notice in str(rows) for rows in sheets_of(workbook).values()].count(False) == 0
    assert desk.published(
        f"select distinct not_loaded from marts.charge_report_daily where charge_date < '{NOVEMBER}'"
    ) == [(days,)]
    assert desk.run_at(MONDAY, "status").facts["closes"]["eom"]["summary"] == closed["summary"]
