"""Syncs, closes and kills of two homes whose workflow store is one PostgreSQL database."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from command_line import CommandLine
from gates import edit_newest, gate
from homes import copy_of
from killed_closes import close_killed_at_every_step
from postgres import running_postgres

from sandbox import Sandbox


@dataclass(frozen=True)
class WithStore(CommandLine):
    """The command line of a home whose workflow store is elsewhere."""

    store: str = ""

    def environment(self, **changes: str) -> dict[str, str]:
        return super().environment(**{"SHIPLEDGER_SYSTEM_DATABASE_URL": self.store} | changes)

    def closes(self) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.home / "operations.sqlite")) as connection:
            return connection.execute("select kind, period, version from closes order by seq").fetchall()


@pytest.fixture
def store() -> Iterator[str]:
    with running_postgres() as server:
        yield server.url()


@pytest.fixture
def homes(built_home: Path, own_business: Sandbox, store: str, tmp_path: Path) -> list[WithStore]:
    """Two, with the same business and one store."""
    return [
        WithStore(copy_of(built_home, tmp_path / name), own_business.url, store) for name in ("ours", "theirs")
    ]


def test_a_killed_sync_is_resumed_and_days_are_closed_in_two_homes_of_one_database(
    homes: list[WithStore], own_business: Sandbox
) -> None:
    ours, theirs = homes
    newest = edit_newest(own_business, "cancelled")
    reached, go_on = gate(own_business, "/shipments")
    killed = ours.start("sync", "--json")
    assert reached.wait(60)
    [left_behind] = ours.run("status").facts["open_jobs"]
    killed.send_signal(signal.SIGKILL)
    killed.communicate()
    go_on.set()
    # What was left behind in one home holds up no other one, and is not done there.
    closed = theirs.run("eod")
    assert closed.code == 0, closed.errors
    assert theirs.run("status").facts["last_runs"]["sync"] is None
    resumed = ours.run("sync")
    assert resumed.code == 0, resumed.errors
    runs = "select run_id, status from marts.sync_runs where kind = 'sync' order by started_at"
    assert ours.published(runs)[0] == (left_behind["run_id"], "success")
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert ours.published(status) == theirs.published(status) == [("cancelled",)]
    assert ours.run("eod").code == 0
    again = ours.run("eod")
    assert (again.code, again.facts["already_done"]) == (0, True), again


@pytest.mark.long
def test_a_month_and_its_weeks_killed_at_every_step_are_closed_once_and_another_home_closes_its_own(
    homes: list[WithStore],
) -> None:
    ours, theirs = homes
    last_day = ours.today().replace(day=1) - timedelta(days=1)
    killer = close_killed_at_every_step(ours.environment(), "eom", last_day)
    assert {"day closed", "week closed", "month closed and frozen", "frozen month published"} <= {
        *killer.stderr.split("\n")
    }
    closed = ours.closes()
    assert closed[-1] == ("eom", f"{last_day:%Y-%m}", 1)
    assert {version for *_, version in closed} == {1}
    assert len(closed) == len({*closed}) == len(json.loads(killer.stdout)["closed_before"]) + 1
    assert theirs.closes() == []
    monday = last_day - timedelta(days=last_day.weekday() + 7)
    week = theirs.run("eow", "--date", (monday + timedelta(days=4)).isoformat())
    assert week.code == 0, week.errors
    assert ("eow", monday.isoformat(), 1) in theirs.closes()
    assert ours.closes() == closed
