"""The project as any dbt user runs it: by hand, in part, with several threads, over whatever was loaded."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import raw_tables
from ledger_under_test import PROJECT, Ledger, failures
from shipstation_payloads import label, line, order

FRIDAY_NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)
# What a build has to do, and nothing of what it did: empty or few in an incremental build.
OF_THE_BUILD = {
    "stg_shipledger__build_context",
    "stg_shipledger__new_loads",
    "int_orders_changed",
    "int_orders_reshipped",
    "int_orders_rebilled",
    "int_orders_dated_ahead",
    "int_orders_of_other_inputs",
}
# Say what a row once named, and what builds were begun with.
OF_EARLIER_BUILDS = {"int_orders_ever_named", "int_inputs_begun"}
# Which build wrote a row is no fact of it.
BUT_THE_BUILD = "select columns(lambda name: name <> 'build_number')"


@pytest.fixture(scope="module")
def loaded(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Two shipped orders, built; a third has come since, and the second left its lot."""
    ledger = new_ledger()
    with ledger.connect() as connection:
        raw_tables.load(
            connection, "orders", [order(1, [line("17612", 5)]), order(2, [line("18795", 9)])], "load-1"
        )
        labels = [label(101, 1, "2026-01-05"), label(102, 2, "2026-01-06", [line("18795", 9)])]
        raw_tables.load(connection, "shipments", labels, "load-1")
    ledger.build()
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(3, [line("17904", 2)])], "load-2")
        raw_tables.load(connection, "shipments", [label(103, 3, "2026-01-07")], "load-2")
    return ledger


@pytest.fixture
def ledger(loaded: Ledger, tmp_path: Path) -> Ledger:
    return loaded.copy(tmp_path, FRIDAY_NOON)


def by_hand(ledger: Ledger, *words: str) -> None:
    """A command line of dbt in its folder, with no variables set."""
    folders = ["--target-path", str(ledger.home / "target"), "--log-path", str(ledger.home / "logs")]
    answer = subprocess.run(
        [str(Path(sys.executable).with_name("dbt")), *words, *folders],
        cwd=PROJECT,
        env={"PATH": os.environ["PATH"], "HOME": str(ledger.home), "SHIPLEDGER_HOME": str(ledger.home)},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 0, answer.stdout[-2000:]


def orders(ledger: Ledger) -> list[int]:
    return [number for (number,) in ledger.rows("select shipstation_order_id from orders_inbox order by 1")]


def finished_builds(ledger: Ledger) -> int:
    with ledger.connect() as connection:
        [(count,)] = connection.execute("select count(*) from builds.builds_finished").fetchall()
    return int(count)


def relations(ledger: Ledger) -> dict[str, list[tuple[object, ...]]]:
    """Every relation before the marts, its rows in a fixed order."""
    with ledger.connect() as connection:
        names = connection.execute(
            "select table_schema, table_name from information_schema.tables"
            " where table_schema in ('staging', 'intermediate')"
        ).fetchall()
        return {
            name: connection.execute(f"{BUT_THE_BUILD} from {schema}.{name} order by all").fetchall()
            for schema, name in names
            if name not in OF_THE_BUILD | OF_EARLIER_BUILDS
        }


def test_a_build_by_hand_takes_what_was_loaded_and_its_today_is_today(ledger: Ledger) -> None:
    by_hand(ledger, "build", "--exclude-resource-type", "unit_test")
    assert orders(ledger) == [1, 2, 3]
    today = datetime.now(UTC).astimezone(ZoneInfo("America/Chicago")).date()
    assert ledger.rows("select today, timezone from snapshot_info") == [(today, "America/Chicago")]
    assert ledger.rows("select max(inventory_date) from inventory_daily") == [(today,)]


@pytest.mark.long
def test_models_of_each_kind_can_be_run_alone_after_any_build(ledger: Ledger) -> None:
    ledger.build()
    for kind in ("view", "table", "incremental"):
        for words in (("run",), ("run", "--full-refresh")):
            result = ledger.run(*words, "--select", f"config.materialized:{kind}")
            assert result.success, failures(result)
    ledger.build()
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_build_with_four_threads_gives_the_same(ledger: Ledger) -> None:
    facts = '{"as_of": "2026-01-09T18:00:00+00:00", "run_id": "run-1"}'
    by_hand(ledger, "build", "--threads", "4", "--exclude-resource-type", "unit_test", "--vars", facts)
    assert orders(ledger) == [1, 2, 3]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_rows_before_the_marts_are_all_there_after_an_incremental_build(ledger: Ledger) -> None:
    ledger.build()
    incremental = relations(ledger)
    ledger.rebuild()
    whole = relations(ledger)
    assert incremental.keys() == whole.keys()
    for name, rows in whole.items():
        assert incremental[name] == rows, name


@pytest.mark.long
def test_a_build_of_a_part_covers_no_load(ledger: Ledger) -> None:
    before = finished_builds(ledger)
    for part in ("stg_shipstation__orders+", "+int_departures", "int_lines_resolved+"):
        result = ledger.run("run", "--select", part)
        assert result.success, failures(result)
        assert finished_builds(ledger) == before, part
    ledger.build()
    assert finished_builds(ledger) == before + 1
    assert orders(ledger) == [1, 2, 3]
    ledger.assert_same_as_full_build()


@pytest.mark.long
def test_a_part_takes_what_came_when_the_models_that_say_so_are_named(ledger: Ledger) -> None:
    result = ledger.run("run", "--select", "staging.shipledger", "stg_shipstation__orders+")
    assert result.success, failures(result)
    assert orders(ledger) == [1, 2, 3]


def test_rows_of_an_old_order_doubled_by_hand_fail_the_data_tests(ledger: Ledger) -> None:
    ledger.build()
    doubled = ("orders_inbox", "shipped_items", "order_items_inbox", "packages")
    with ledger.connect() as connection:
        connection.execute(f"attach '{ledger.marts}' as ledger")
        for table in doubled:
            connection.execute(
                f"insert into ledger.marts.{table} from ledger.marts.{table} where shipstation_order_id = 1"
            )
    said = failures(ledger.run("test", "--exclude-resource-type", "unit_test"))
    assert [table for table in doubled if f"{table}_are_unique" not in said] == []


def test_the_last_model_waits_for_every_other(ledger: Ledger) -> None:
    project = ledger.manifest
    last = "model.shipledger.builds_finished"
    before: set[str] = set()
    waiting = [last]
    while waiting:
        for name in getattr(project.nodes[waiting.pop()].depends_on, "nodes", []):
            if name in project.nodes and name not in before:
                before.add(name)
                waiting.append(name)
    models = {name for name, node in project.nodes.items() if node.resource_type == "model"}
    assert models - before == {last}
