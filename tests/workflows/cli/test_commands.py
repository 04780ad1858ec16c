from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from command_line import CommandLine, answer_of

from ingest.client.pacific_time import PACIFIC
from sandbox import Fault, Sandbox
from workflows.config.settings import PROJECT

SYNC_FACTS = {
    "run_id",
    "orders_fetched",
    "orders_changed",
    "shipments_fetched",
    "api_requests",
    "watermark_before",
    "watermark_after",
    "published",
    "seconds",
}


def state(home: Path) -> dict[str, bytes]:
    """Every file that holds data, to compare before and after."""
    files = [home / "warehouse.duckdb", home / "ledger.duckdb", *(home / "published").iterdir()]
    return {str(file): file.read_bytes() for file in files if file.exists()}


def test_a_sync_tells_what_the_contract_promises_and_publishes(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = max(record.id for record in own_business.book.table("orders"))
    own_business.book.edit_order(newest, datetime.now(UTC), {"orderStatus": "on_hold"})
    answer = filled_own.run("sync")
    assert (answer.code, answer.errors) == (0, "")
    assert answer.facts.keys() >= SYNC_FACTS
    assert answer.facts["orders_changed"] == 1
    assert (filled_own.home / "published" / "current.duckdb").resolve().name == answer.facts["published"]
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]
    runs = "select status, finished_at is not null, orders_changed from marts.sync_runs where run_id = "
    assert filled_own.published(f"{runs} '{answer.facts['run_id']}'") == [("success", True, 1)]
    first = "select status, finished_at > started_at from marts.sync_runs where kind = 'backfill'"
    assert filled_own.published(first) == [("success", True)]


def test_a_second_sync_changes_nothing_and_asks_four_times(filled: CommandLine) -> None:
    first = filled.run("sync")
    before = {path.name for path in (filled.home / "published").iterdir()}
    second = filled.run("sync")
    assert (first.code, second.code) == (0, 0)
    young = second.facts["ghosts"]["ghosts_checked"]
    assert (second.facts["orders_changed"], second.facts["api_requests"]) == (0, 4 + young)
    assert second.facts["published"] == first.facts["published"]
    assert {path.name for path in (filled.home / "published").iterdir()} == before


def test_everything_shipstation_has_is_in_the_snapshot(filled: CommandLine, business: Sandbox) -> None:
    orders = [record.row() for record in business.book.table("orders")]
    packages = {f"label {record.id}" for record in business.book.table("shipments")}
    packages |= {f"fulfillment {record.id}" for record in business.book.table("fulfillments")}
    for query, expected in (
        ("select shipstation_order_id from marts.orders_inbox", {order["orderId"] for order in orders}),
        ("select package_key from marts.packages", packages),
        (
            "select shipstation_order_id || ': ' || count(*) from marts.order_items_inbox"
            " group by shipstation_order_id",
            {f"{order['orderId']}: {len(order['items'])}" for order in orders if order["items"]},
        ),
    ):
        assert {key for (key,) in filled.published(query)} == expected


@pytest.mark.parametrize(
    ("changes", "code", "sentence"),
    [
        ({"SHIPSTATION_API_SECRET": "wrong"}, 78, "rejected the credentials"),
        ({"SHIPSTATION_API_SECRET": ""}, 78, "SHIPSTATION_API_SECRET not set"),
        ({"SHIPSTATION_BASE_URL": "http://127.0.0.1:9"}, 75, "try again later"),
        ({"SHIPSTATION_BASE_URL": "ssapi.shipstation.com"}, 78, "SHIPSTATION_BASE_URL"),
        ({"SHIPLEDGER_TIMEZONE": "Mars/Olympus"}, 78, "SHIPLEDGER_TIMEZONE"),
        ({"SHIPLEDGER_RATE_LIMIT": "many"}, 78, "SHIPLEDGER_RATE_LIMIT"),
    ],
)
def test_wrong_configuration_and_an_unreachable_api_end_in_a_sentence_and_change_nothing(
    filled: CommandLine, changes: dict[str, str], code: int, sentence: str
) -> None:
    before = state(filled.home)
    answer = filled.run("sync", **changes)
    assert answer.code == code
    assert sentence in answer.facts["error"]
    assert answer.facts["exit_code"] == code
    assert "Traceback" not in answer.errors
    assert "wrong" not in answer.errors
    assert state(filled.home) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["backfill", "--since", "2025-02-30"], "is no date"),
        (["backfill", "--since", "yesterday"], "is no date"),
        (["backfill", "--since", "2025-02-02", "--until", "2025-02-01"], "lies before"),
        (["backfill", "--since", "2999-01-01"], "lies in the future"),
        (["backfill"], "--since"),
        (["sinc"], "sinc"),
    ],
)
def test_a_wrong_call_is_wrong_usage(tmp_path: Path, words: list[str], sentence: str) -> None:
    answer = CommandLine(tmp_path / "home", "http://127.0.0.1:9").run(*words)
    assert answer.code == 2
    assert sentence in answer.facts["error"]


def test_a_damaged_warehouse_is_refused_and_left_as_it_is(filled: CommandLine) -> None:
    (filled.home / "warehouse.duckdb").write_bytes(b"not a database" * 1000)
    before = state(filled.home)
    answer = filled.run("sync")
    assert answer.code == 78
    assert "cannot be opened" in answer.facts["error"]
    assert state(filled.home) == before


def test_a_foreign_database_is_refused_and_left_as_it_is(tmp_path: Path, business: Sandbox) -> None:
    command = CommandLine(tmp_path / "home", business.url)
    command.home.mkdir()
    with duckdb.connect(str(command.home / "warehouse.duckdb")) as connection:
        connection.execute("create table poems (line varchar)")
    answer = command.run("sync")
    assert answer.code == 78
    assert "not a Shipledger warehouse" in answer.facts["error"]
    with duckdb.connect(str(command.home / "warehouse.duckdb"), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
    assert tables == [("main", "poems")]


def test_a_warehouse_held_by_another_program_is_reported_and_left_alone(filled: CommandLine) -> None:
    with duckdb.connect(str(filled.home / "warehouse.duckdb")):
        answer = filled.run("sync")
    assert answer.code == 78
    assert "cannot be opened" in answer.facts["error"]
    assert filled.run("sync").code == 0


def test_an_unwritable_home_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    answer = CommandLine(tmp_path / "file" / "home", "http://127.0.0.1:9").run("sync")
    assert answer.code == 78
    assert "cannot be written" in answer.facts["error"]


@pytest.mark.long
def test_a_damaged_ledger_is_built_again_over_what_another_version_made_of_the_models(filled: CommandLine) -> None:
    (filled.home / "ledger.duckdb").unlink()
    swapped = {
        "staging.stg_shipledger__runs": ("view", "table"),
        "intermediate.int_orders_rebilled": ("view", "table"),
        "intermediate.int_departures": ("table", "view"),
    }
    with duckdb.connect(str(filled.home / "warehouse.duckdb")) as warehouse:
        for name, (ours, theirs) in swapped.items():
            warehouse.execute(f"drop {ours} {name}; create {theirs} {name} as select 1")
    before = filled.published("select count(*), sum(quantity_shipped) from marts.shipped_items")
    assert filled.run("sync").code == 0
    assert filled.published("select count(*), sum(quantity_shipped) from marts.shipped_items") == before


def test_a_failed_run_is_failed_everywhere(filled_own: CommandLine, own_business: Sandbox) -> None:
    own_business.faults.add(Fault("/shipments", status=500))
    failed = filled_own.run("sync")
    assert failed.code == 75
    status = filled_own.run("status")
    assert status.facts["last_runs"]["sync"]["status"] == "failed"
    assert any("sync failed" in alert["message"] for alert in status.facts["alerts"])
    own_business.faults.clear()
    newest = max(record.id for record in own_business.book.table("orders"))
    own_business.book.edit_order(newest, datetime.now(UTC))
    assert filled_own.run("sync").code == 0
    runs = filled_own.published("select status from marts.sync_runs where kind = 'sync' order by started_at")
    assert runs == [("failed",), ("success",)]


def test_status_of_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    answer = CommandLine(tmp_path / "home", "http://127.0.0.1:9").run("status")
    assert answer.code == 0
    assert answer.facts["watermark"] is None
    assert answer.facts["worker_running"] is False
    assert any("backfill --since" in alert["message"] for alert in answer.facts["alerts"])


def test_status_tells_the_watermark_the_runs_and_the_freshness(filled: CommandLine) -> None:
    facts = filled.run("status").facts
    assert datetime.fromisoformat(facts["watermark"]) > datetime.now(UTC) - timedelta(days=4)
    assert facts["last_runs"]["backfill"]["status"] == "success"
    assert facts["last_runs"]["sync"] is None
    assert facts["freshness"]["snapshot"] == (filled.home / "published" / "current.duckdb").resolve().name
    assert facts["failed_tests"] == []


def test_reconcile_tells_what_differs_and_repairs_it(filled_own: CommandLine, own_business: Sandbox) -> None:
    """What a sync brings is no difference: only what lies behind the newest rows, which each sync reads again."""
    book, since = own_business.book, (datetime.now(UTC) - timedelta(days=41)).date().isoformat()
    ids = sorted(record.id for record in book.table("orders"))
    shown_late = (datetime.now(PACIFIC) - timedelta(days=40)).strftime("%Y-%m-%dT%H:%M:%S.0000000")
    missed = book.order(ids[0]) | {"modifyDate": shown_late}
    book.put_order(missed | {"orderId": 77, "orderKey": "missed 77"})
    book.edit_order(ids[-1], datetime.now(UTC), {"orderStatus": "on_hold"})
    found = filled_own.run("reconcile", "--since", since)
    assert found.code == 0, found.errors
    assert [found.facts[kind] for kind in ("missing_here", "different", "missing_there", "repaired")] == [
        1,
        0,
        0,
        0,
    ]
    assert found.facts["orders_changed"] == 1
    assert found.facts["units_there"] > found.facts["units_here"]
    status = "select order_status from marts.orders_inbox where shipstation_order_id = "
    assert filled_own.published(f"{status} {ids[-1]}") == [("on_hold",)]
    excepted = "select shipstation_order_id from marts.exceptions where exception_type = 'field_mismatch'"
    assert filled_own.published(excepted) == [(77,)]
    assert filled_own.run("backfill", "--since", since).code == 0
    assert filled_own.published(excepted) == []
    book.put_order(missed | {"orderId": 78, "orderKey": "missed 78"})
    repaired = filled_own.run("reconcile", "--since", since, "--repair")
    assert (repaired.facts["missing_here"], repaired.facts["repaired"]) == (1, 1)
    assert filled_own.published(excepted) == []
    assert len(filled_own.published(f"{status} 77 or shipstation_order_id = 78")) == 2


@pytest.mark.long
@pytest.mark.parametrize(("file", "eighths"), [("ledger.duckdb", 7), ("workflows.sqlite", 9)])
def test_a_full_disk_is_a_sentence_and_the_next_run_publishes_what_was_missed(
    filled_own: CommandLine, own_business: Sandbox, file: str, eighths: int
) -> None:
    """The limit is a little below or above one file's size, so that one write or another meets it first."""
    newest = max(record.id for record in own_business.book.table("orders"))
    own_business.book.edit_order(newest, datetime.now(UTC), {"orderStatus": "on_hold"})
    before = (filled_own.home / "published" / "current.duckdb").readlink()
    size = (filled_own.home / file).stat().st_size // 1024
    limited = f"ulimit -f {size * eighths // 8}; exec {sys.executable} {PROJECT / 'orchestrate.py'} sync --json"
    full = answer_of(
        subprocess.Popen(
            ["bash", "-c", limited],
            env=filled_own.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    )
    assert full.code != 0
    assert "Traceback" not in full.facts["error"]
    assert (filled_own.home / "published" / "current.duckdb").readlink() == before
    assert filled_own.run("sync").code == 0
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]


def test_a_green_build_that_could_not_be_published_is_published_by_the_next_run(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    newest = max(record.id for record in own_business.book.table("orders"))
    own_business.book.edit_order(newest, datetime.now(UTC), {"orderStatus": "on_hold"})
    in_the_way = filled_own.home / "published" / ".current.duckdb.new"
    in_the_way.mkdir()
    failed = filled_own.run("sync")
    assert failed.code == 1
    assert "could not be written" in failed.facts["error"]
    in_the_way.rmdir()
    answer = filled_own.run("sync")
    assert (answer.code, answer.facts["orders_changed"]) == (0, 0)
    status = f"select order_status from marts.orders_inbox where shipstation_order_id = {newest}"
    assert filled_own.published(status) == [("on_hold",)]
    runs = "select status from marts.sync_runs where kind = 'sync' order by started_at"
    assert filled_own.published(runs) == [("failed",), ("success",)]
