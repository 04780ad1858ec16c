"""Syncs, closes and kills of two homes whose workflow store is one PostgreSQL database."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from command_line import CommandLine
from gates import edit_newest, gate
from homes import copy_of
from postgres import running_postgres

from sandbox import Sandbox


@dataclass(frozen=True)
class WithStore(CommandLine):
    """The command line of a home whose workflow store is elsewhere."""

    store: str = ""

    def environment(self, **changes: str) -> dict[str, str]:
        return super().environment(**{"SHIPLEDGER_SYSTEM_DATABASE_URL": self.store} | changes)


@pytest.fixture
def store() -> Iterator[str]:
    with running_postgres() as server:
        yield server.url()


def test_a_killed_sync_is_resumed_and_days_are_closed_in_two_homes_of_one_database(
    built_home: Path, own_business: Sandbox, store: str, tmp_path: Path
) -> None:
    ours, theirs = (
        WithStore(copy_of(built_home, tmp_path / name), own_business.url, store) for name in ("ours", "theirs")
    )
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
