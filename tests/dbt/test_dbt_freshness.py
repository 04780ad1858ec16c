"""`dbt source freshness`, run by hand: it warns and fails by business hours, whatever the loads brought."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import jinja2
import pytest
import yaml
from ledger_under_test import PROJECT, Ledger

from workflows.config.thresholds import STALE_AFTER
from workflows.monitoring.checks import CLOSES, OPENS
from workflows.monitoring.condition_checks import working_time_since

CHICAGO = ZoneInfo("America/Chicago")
VARS = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]
ALWAYS = {"business_opens_hour": 0, "business_closes_hour": 24, "business_weekdays": [1, 2, 3, 4, 5, 6, 7]}
NEVER = {"business_weekdays": [0]}
# What each sync reads; carriers, services and stores are read once a day.
READ_BY_EACH_SYNC = {"orders", "shipments", "fulfillments", "findings", "order_states", "read_spans", "_dlt_loads"}


def freshness(ledger: Ledger, variables: dict[str, Any]) -> dict[str, str]:
    """The state of each source table, as the command says it."""
    result = ledger.run("source", "freshness", **variables).result
    assert result is not None
    return {one.node.name: str(one.status) for one in result.results}


def read(ledger: Ledger, age: timedelta) -> Ledger:
    """The same, last read so long ago; the daily lists were read two days and a half ago."""
    with ledger.connect() as connection:
        connection.execute("delete from raw_shipledger.last_read")
        connection.execute(
            "insert into raw_shipledger.last_read values (?, null, 'America/Chicago')", [datetime.now(UTC) - age]
        )
        connection.execute(
            "create or replace table raw_shipstation.watermarks as"
            " select 'reference_lists' as resource, now() - interval 60 hour as watermark_at"
        )
    return ledger


@pytest.mark.parametrize(
    ("age", "variables", "state"),
    [
        (timedelta(minutes=14), ALWAYS, "pass"),
        (timedelta(minutes=16), ALWAYS, "warn"),
        (timedelta(minutes=119), ALWAYS, "warn"),
        (timedelta(minutes=121), ALWAYS, "error"),
        (timedelta(days=3), NEVER, "pass"),
    ],
    ids=["fresh", "stale", "stale for nearly two hours", "too old", "old, all of it out of hours"],
)
def test_what_each_sync_reads_is_as_old_as_the_last_read_in_business_hours(
    new_ledger: Callable[..., Ledger], age: timedelta, variables: dict[str, Any], state: str
) -> None:
    found = freshness(read(new_ledger(), age), variables)
    assert found == dict.fromkeys(READ_BY_EACH_SYNC, state) | dict.fromkeys(
        ("carriers", "services", "stores"), "warn"
    )


def test_business_hours_are_those_of_the_alarm() -> None:
    assert (VARS["business_opens_hour"], VARS["business_closes_hour"]) == (OPENS.hour, CLOSES.hour)
    random.seed(7)
    # Around both clock changes, a new year, and weeks like any other.
    starts = [datetime(2026, *day, tzinfo=UTC) for day in ((1, 1), (3, 6), (6, 1), (10, 30), (11, 26))]
    instants = [start + timedelta(minutes=random.randrange(6 * 24 * 60)) for start in starts for _ in range(200)]
    pairs = [(at, at + timedelta(minutes=random.choice((-30, 5, 90, 119, 121, 600, 4000)))) for at in instants]
    macros = jinja2.Environment().from_string(
        (PROJECT / "macros" / "freshness.sql").read_text(), {"var": VARS.get}
    )
    expression = macros.module.business_time_since("instant", "now_at", "'America/Chicago'")
    with duckdb.connect() as connection:
        connection.execute("create table pairs (instant timestamptz, now_at timestamptz)")
        connection.executemany("insert into pairs values (?, ?)", pairs)
        found = connection.execute(f"select {expression} from pairs order by rowid").fetchall()
    # The check stops counting once two hours are over.
    most = STALE_AFTER + timedelta(microseconds=1)
    expected = [min(working_time_since(instant, now, CHICAGO), most) for instant, now in pairs]
    assert [min(age, most) for (age,) in found] == expected
    assert len({age < STALE_AFTER for age in expected}) == 2


def test_every_source_that_is_read_on_a_schedule_has_its_freshness_and_no_other() -> None:
    checked = {
        table["name"] if "config" not in table else f"{table['name']} (its own)"
        for path in (PROJECT / "models" / "staging").glob("*/sources.yml")
        for source in yaml.safe_load(Path(path).read_text())["sources"]
        for table in source["tables"]
        if "freshness" in source.get("config", {}) or "freshness" in table.get("config", {})
    }
    assert checked == READ_BY_EACH_SYNC | {f"{name} (its own)" for name in ("carriers", "services", "stores")}
