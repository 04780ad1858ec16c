"""Warm builds replay what dbt sent: the ledger is the same, and dbt still judges what is not green."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import CommandLine
from shared_dbt import DBT_BUILDS

from sandbox import Sandbox
from workflows.cycle.replay import BuildFacts, Recording, Statement, replay

# Of the run that built them, not of the orders.
_OF_THE_RUN = ("sync_runs", "snapshot_info")


def edit(business: Sandbox, number: int, status: str) -> None:
    """Give an order another state; `number` counts from the newest."""
    newest = sorted((record.id for record in business.book.table("orders")), reverse=True)
    business.book.edit_order(newest[number], datetime.now(UTC), {"orderStatus": status})


def tables(home: CommandLine) -> dict[str, list[tuple[Any, ...]]]:
    """Every published table without its instants, its rows in a fixed order."""
    names = home.published(
        "select table_name from duckdb_tables() where schema_name = 'marts' and database_name = current_database()"
    )
    return {
        name: home.published(
            f"select columns(lambda name: not name.ends_with('_at')) from marts.{name} order by all"
        )
        for (name,) in names
        if name not in _OF_THE_RUN
    }


def test_the_second_warm_build_is_replayed_to_the_ledger_that_a_build_of_everything_gives(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    (filled_own.home / "scratch" / "warm_build.json").unlink()
    edit(own_business, 0, "cancelled")
    by_dbt = filled_own.run("sync", **{DBT_BUILDS: "1"})
    assert (by_dbt.code, by_dbt.facts["full"], by_dbt.facts["replayed"]) == (0, False, False)
    edit(own_business, 1, "on_hold")
    edit(own_business, 2, "cancelled")
    replayed = filled_own.run("sync")
    assert (replayed.code, replayed.facts["full"], replayed.facts["replayed"]) == (0, False, True)
    counted = ("models", "tests_passed")
    assert [replayed.facts[what] for what in counted] == [by_dbt.facts[what] for what in counted]
    left = tables(filled_own)
    (filled_own.home / "ledger.duckdb").unlink()
    everything = filled_own.run("sync")
    assert everything.facts["full"] is True
    rebuilt = tables(filled_own)
    assert left.keys() == rebuilt.keys()
    for name, rows in rebuilt.items():
        assert left[name] == rows, name


@pytest.mark.long
def test_what_is_not_green_in_a_replay_is_built_and_reported_by_dbt(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    before = (filled_own.home / "published" / "current.duckdb").readlink()
    with duckdb.connect(str(filled_own.home / "ledger.duckdb")) as ledger:
        ledger.execute(
            "delete from marts.orders_inbox where shipstation_order_id in (from marts.shipped_orders"
            " select shipstation_order_id order by ship_date limit 1)"
        )
    edit(own_business, 1, "on_hold")
    red = filled_own.run("sync")
    assert red.code == 1
    assert "The build failed: assert_" in red.facts["error"]
    assert (filled_own.home / "published" / "current.duckdb").readlink() == before
    (filled_own.home / "ledger.duckdb").unlink()
    assert filled_own.run("sync").code == 0


def test_a_replay_keeps_no_temporary_table_in_memory(tmp_path: Path) -> None:
    facts = BuildFacts("2026-10-03", "America/Chicago", "run")
    sent = ['create temporary table\n  "numbers__dbt_tmp1"\n as (select 42 as answer)', "from numbers__dbt_tmp1"]
    recording = Recording("state", facts, [Statement("model.shipledger.numbers", sql) for sql in sent])
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as connection:
        assert replay(connection, tmp_path / "ledger.duckdb", recording, facts)
        assert connection.execute("select table_name from duckdb_tables()").fetchall() == []


@pytest.mark.long
def test_a_recording_that_cannot_be_read_or_is_of_another_state_is_made_again(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    recording = filled_own.home / "scratch" / "warm_build.json"
    for number, spoiled in enumerate([b"half a fi", b'{"state": "another", "statements": []}']):
        recording.write_bytes(spoiled)
        edit(own_business, number, "cancelled")
        answer = filled_own.run("sync", **{DBT_BUILDS: "1"})
        assert (answer.code, answer.facts["replayed"]) == (0, False), answer.errors
        assert len(recording.read_bytes()) > 10_000


@pytest.mark.long
def test_after_a_build_that_was_not_the_workers_all_is_built_and_published(filled_own: CommandLine) -> None:
    """One by hand, or one that was killed before the worker noted that it was green."""
    filled_own.run("sync")
    assert filled_own.run("sync").facts["built"] is False
    with duckdb.connect(str(filled_own.home / "warehouse.duckdb")) as warehouse:
        warehouse.execute(
            "insert into builds.builds_finished select * replace (build_number + 1 as build_number)"
            " from builds.builds_finished order by build_number desc limit 1"
        )
    before = (filled_own.home / "published" / "current.duckdb").readlink()
    after = filled_own.run("sync")
    assert (after.code, after.facts["built"], after.facts["full"]) == (0, True, True)
    assert (filled_own.home / "published" / "current.duckdb").readlink() != before
    assert filled_own.run("sync").facts["built"] is False
