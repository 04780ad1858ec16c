"""The cutover: refused until parity has held, safe to kill anywhere, and undone exactly."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from command_line import CommandLine
from former_database import former_database
from homes import settings_of

from workflows.cli.schedule import may_start
from workflows.config.settings import Settings
from workflows.errors import CutoverRefused, ShipledgerError, UsageError
from workflows.parity import cutover
from workflows.parity.comparison_log import ParityRun, record_run
from workflows.parity.criteria import read_criteria
from workflows.parity.cutover import cut_over, roll_back
from workflows.parity.cutover_log import is_cut_over, is_unfinished, last_event
from workflows.parity.legacy_connection import Source, known_source

BEFORE = [("daily_shipment_processor", 1), ("manual_shipstation_sync", 1), ("weekly_reporter", 0)]
OFF = [("daily_shipment_processor", 0), ("manual_shipstation_sync", 0), ("weekly_reporter", 0)]


@dataclass(frozen=True)
class Leaving:
    """A home, the former system beside it, and comparisons that are entered by hand."""

    settings: Settings
    source: Source
    file: Path

    def compared(self, hours_ago: float, *, unexplained: int = 0, orders: int = 500, hours: float = 48) -> None:
        """Enter a comparison of so many hours ago."""
        until = datetime.now(UTC) - timedelta(hours=hours_ago)
        criteria = read_criteria(self.settings.parity_file).fingerprint
        facts = {"by_field": {"status": unexplained} if unexplained else {}}
        run = ParityRun(
            *(f"run-{hours_ago}", "schedule", self.source.shown, criteria, until - timedelta(hours=hours), until),
            *(unexplained, orders, facts),
        )
        record_run(self.settings.operations, run, [])

    def held(self) -> None:
        """Every two hours for fifty hours, without an unexplained difference."""
        for hours_ago in range(0, 51, 2):
            self.compared(hours_ago)

    def refusal(self) -> CutoverRefused:
        with pytest.raises(CutoverRefused) as refused:
            cut_over(self.settings, self.source, "mary")
        assert self.flags() == BEFORE
        assert last_event(self.settings.operations) is None
        return refused.value

    def flags(self) -> list[tuple[str, int]]:
        with sqlite3.connect(self.file) as connection:
            return connection.execute("select name, enabled from workflows order by name").fetchall()


@pytest.fixture
def leaving(tmp_path: Path) -> Leaving:
    file = former_database(tmp_path / "former.db")
    with sqlite3.connect(file) as connection:
        connection.executemany("insert into workflows (name, status, enabled) values (?, 'completed', ?)", BEFORE)
    settings = settings_of(tmp_path / "home", SHIPLEDGER_LEGACY_URL=str(file))
    settings.home.mkdir()
    return Leaving(settings, known_source(settings, None), file)


def test_without_a_comparison_it_is_refused(leaving: Leaving) -> None:
    assert "no comparison with it counts yet" in str(leaving.refusal())


def test_a_shorter_time_is_refused_with_the_hours_it_has_held(leaving: Leaving) -> None:
    for hours_ago in (23, 20, 17, 14, 11, 8, 5, 2):
        leaving.compared(hours_ago)
    refused = leaving.refusal()
    assert "it has held for 21.0 of 48 hours" in str(refused)
    assert "in 8 comparisons" in str(refused)
    assert (refused.facts["hours_held"], refused.facts["comparisons"]) == (21.0, 8)


def test_an_unexplained_difference_ends_what_has_held(leaving: Leaving) -> None:
    leaving.held()
    leaving.compared(9, unexplained=3)
    refused = leaving.refusal()
    assert "it has held for 8.0 of 48 hours" in str(refused)
    assert "had 3 unexplained differences (status 3)" in str(refused)
    assert refused.facts["last_unexplained"]["count"] == 3


def test_a_gap_longer_than_twice_the_schedule_ends_what_has_held(leaving: Leaving) -> None:
    for hours_ago in (*range(0, 21, 2), *range(25, 60, 2)):
        leaving.compared(hours_ago)
    assert "it has held for 20.0 of 48 hours" in str(leaving.refusal())


def test_comparisons_that_ended_long_ago_do_not_count_any_more(leaving: Leaving) -> None:
    for hours_ago in range(5, 60, 2):
        leaving.compared(hours_ago)
    assert "more than 4 hours ago" in str(leaving.refusal())


def test_a_comparison_of_too_few_orders_or_too_short_a_time_proves_nothing(leaving: Leaving) -> None:
    for hours_ago in range(0, 51, 2):
        leaving.compared(hours_ago, hours=24)
    assert "(26 under other criteria, or over a shorter time, do not count)" in str(leaving.refusal())
    for hours_ago in range(1, 52, 2):
        leaving.compared(hours_ago, orders=3)
    assert "only 3 orders were on both sides, of 20 needed" in str(leaving.refusal())


def test_comparisons_under_other_criteria_do_not_count(leaving: Leaving, tmp_path: Path) -> None:
    leaving.held()
    softer = tmp_path / "softer.toml"
    softer.write_text(
        leaving.settings.parity_file.read_text().replace("settle_minutes = 15", "settle_minutes = 600")
    )
    with pytest.raises(CutoverRefused, match="under other criteria"):
        cut_over(leaving.settings.model_copy(update={"parity_file": softer}), leaving.source, "mary")


def test_it_switches_the_former_workflows_off_and_a_rollback_restores_just_those(leaving: Leaving) -> None:
    leaving.held()
    facts = cut_over(leaving.settings, leaving.source, "mary")
    assert (facts["action"], facts["actor"], leaving.flags()) == ("cutover", "mary", OFF)
    assert facts["numbers"]["hours_held"] == 50.0
    assert [flag["name"] for flag in facts["flags"]] == ["daily_shipment_processor", "manual_shipstation_sync"]
    assert not may_start(leaving.settings, "parity")
    again = cut_over(leaving.settings, leaving.source, "joe")
    assert (again["action"], again["actor"], again["moment"]) == ("unchanged", "mary", facts["moment"])
    back = roll_back(leaving.settings, leaving.source, "joe")
    assert (back["action"], leaving.flags()) == ("rollback", BEFORE)
    assert may_start(leaving.settings, "parity")
    with pytest.raises(UsageError, match="no cutover to roll back"):
        roll_back(leaving.settings, leaving.source, "joe")
    with pytest.raises(CutoverRefused, match="no comparison"):
        cut_over(leaving.settings, leaving.source, "mary")


class Killed(BaseException):
    """What ends a process, whatever it is about to do."""


def die(*_: object) -> None:
    raise Killed


def killed_at(place: str, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Do something, and end when a function of the module is called."""
    with monkeypatch.context() as patched, pytest.raises(Killed):
        patched.setattr(cutover, place, die)
        act()


def test_killed_before_the_flags_were_turned_the_next_run_finishes(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving.held()
    killed_at("turn_off", monkeypatch, lambda: cut_over(leaving.settings, leaving.source, "mary"))
    assert leaving.flags() == BEFORE
    assert is_cut_over(leaving.settings.operations)
    assert is_unfinished(leaving.settings.operations)
    facts = cut_over(leaving.settings, leaving.source, "joe")
    assert (facts["action"], leaving.flags()) == ("finished", OFF)
    assert not is_unfinished(leaving.settings.operations)
    roll_back(leaving.settings, leaving.source, "joe")
    assert leaving.flags() == BEFORE


def test_killed_after_the_flags_were_turned_the_values_before_are_not_lost(
    leaving: Leaving, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving.held()
    killed_at("_facts_of", monkeypatch, lambda: cut_over(leaving.settings, leaving.source, "mary"))
    with sqlite3.connect(leaving.settings.operations) as connection:
        # As if the last note had not been written.
        connection.execute("drop trigger cutovers_are_never_deleted")
        connection.execute("delete from cutovers where event = 'done'")
    assert leaving.flags() == OFF
    finished = cut_over(leaving.settings, leaving.source, "joe")
    assert (finished["action"], len(finished["flags"])) == ("finished", 2)
    killed_at("turn_back", monkeypatch, lambda: roll_back(leaving.settings, leaving.source, "joe"))
    with pytest.raises(UsageError, match="rollback was begun and not finished"):
        cut_over(leaving.settings, leaving.source, "mary")
    roll_back(leaving.settings, leaving.source, "joe")
    assert leaving.flags() == BEFORE


def test_out_of_reach_nothing_is_noted_and_without_its_flags_it_may_be_left(leaving: Leaving) -> None:
    leaving.held()
    kept = leaving.file.rename(leaving.file.with_suffix(".away"))
    with pytest.raises(ShipledgerError, match="There is no file"):
        cut_over(leaving.settings, leaving.source, "mary")
    assert last_event(leaving.settings.operations) is None
    facts = cut_over(leaving.settings, leaving.source, "mary", with_flags=False)
    assert (facts["action"], facts["flags"]) == ("cutover", [])
    assert roll_back(leaving.settings, None, "mary")["action"] == "rollback"
    kept.rename(leaving.file)
    assert leaving.flags() == BEFORE


def test_the_log_of_cutovers_cannot_be_changed(leaving: Leaving) -> None:
    leaving.held()
    cut_over(leaving.settings, leaving.source, "mary")
    with sqlite3.connect(leaving.settings.operations) as connection:
        for table in ("cutovers", "parity_runs"):
            for change in (f"update {table} set seq = 7", f"delete from {table}"):
                with pytest.raises(sqlite3.IntegrityError, match="are never"):
                    connection.execute(change)


def test_the_command_refuses_with_numbers_in_one_object_and_exit_1(leaving: Leaving) -> None:
    leaving.compared(1, unexplained=2)
    command = CommandLine(leaving.settings.home, "http://127.0.0.1:9")
    answer = command.run("cutover", "--legacy", str(leaving.file))
    assert answer.code == 1
    assert "the last comparison has 2 unexplained differences (status 2)" in answer.facts["error"]
    assert (answer.facts["hours_needed"], answer.facts["hours_held"]) == (48.0, 0.0)
    assert "Traceback" not in answer.errors


def test_the_commands_leave_and_come_back(leaving: Leaving) -> None:
    leaving.held()
    command = CommandLine(leaving.settings.home, "http://127.0.0.1:9")
    left = command.run("cutover", "--legacy", str(leaving.file), "--actor", "mary")
    assert (left.code, left.facts["action"], left.facts["actor"]) == (0, "cutover", "mary"), left.errors
    assert leaving.flags() == OFF
    back = command.run("cutover", "--rollback", SHIPLEDGER_LEGACY_URL=str(leaving.file))
    assert (back.code, back.facts["action"], leaving.flags()) == (0, "rollback", BEFORE)
    nothing = command.run("cutover", "--rollback", "--legacy", str(leaving.file))
    assert (nothing.code, "no cutover to roll back" in nothing.facts["error"]) == (2, True)
