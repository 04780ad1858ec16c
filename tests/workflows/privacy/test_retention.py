"""Personal data of orders closed long ago are gone from every file, and do not come back."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import planted_people as people
import pytest
from command_line import Answer, CommandLine
from homes import copy_of, founded_home, record_a_warm_build, settings_of
from once import made_once

from sandbox import Sandbox, SandboxSettings
from workflows.config.settings import PROJECT
from workflows.config.settings_reader import read_settings
from workflows.cycle.warehouse import open_warehouse
from workflows.privacy import retention

CLOSED = (*people.FIRST, *people.SHOP)
# What has to be gone after a run: all but what a recall needs of what left, and that, too, once it is older.
GONE = [
    *people.words(1, *CLOSED),
    *people.words(2, *CLOSED, *people.RECALL),
    *people.words(3, *CLOSED, *people.RECALL),
    *people.words(107, *CLOSED),
]
KEPT = [
    *people.words(1, *people.RECALL),
    *people.words(107, *people.RECALL),
    *(one for order_id in (4, 5, 6) for one in people.words(order_id, "email", "street", "note", *people.RECALL)),
]
ROWS = {
    "orders": {"recall": 1, "figures": 2},
    "shipments": {"recall": 1, "figures": 1},
    "fulfillments": {"recall": 0, "figures": 1},
    "shop": {"recall": 0, "figures": 1},
}
NONE = {table: {"recall": 0, "figures": 0} for table in ROWS}


@dataclass(frozen=True)
class House:
    command: CommandLine
    box: Sandbox

    def run(self, *words: str, **changes: str) -> dict[str, Any]:
        answer: Answer = self.command.run(*words, **(people.SETTINGS | changes))
        assert answer.code == 0, answer.errors
        return answer.facts

    @property
    def home(self) -> Path:
        return self.command.home

    def raw(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.home / "warehouse.duckdb"), read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture
def box() -> Iterator[Sandbox]:
    with planted() as running:
        yield running


def planted() -> Sandbox:
    box = Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0))
    people.plant(box)
    return box


@pytest.fixture(scope="session")
def planted_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the planted business, two snapshots, and all its words in plain letters in the files."""

    def plant(folder: Path) -> None:
        home = founded_home(tmp_path_factory, folder / "home")
        with planted() as box:
            house = House(CommandLine(home, box.url), box)
            house.run("backfill", "--since", people.ago(people.VERY_LONG + 5).date().isoformat())
            house.run("import-xcart", str(people.shop_file(folder / "shop.xml", 1, 5)))
            house.run("sync")
        record_a_warm_build(settings_of(home))
        people.uncompressed(home)

    return made_once(tmp_path_factory, "planted-home", plant) / "home"


@pytest.fixture
def house(planted_home: Path, box: Sandbox, tmp_path: Path) -> House:
    return House(CommandLine(copy_of(planted_home, tmp_path / "home"), box.url), box)


@pytest.mark.long
def test_a_dry_run_counts_what_a_run_removes_and_changes_nothing(house: House) -> None:
    before = people.found_in(house.home, GONE + KEPT)
    snapshots = {name for name in before if name.startswith("shipledger-")}
    assert len(snapshots) == 2
    for file in ("warehouse.duckdb", "ledger.duckdb", *snapshots):
        held = next(house.home.rglob(file)).read_bytes()
        assert people.word(2, "name").encode() in held, "a search of the bytes finds what is there"
    counted = house.run("retention", "--dry-run")
    assert (counted["dry_run"], counted["rows"], counted["published"]) == (True, ROWS, None)
    assert people.found_in(house.home, GONE + KEPT) == before
    removed = house.run("retention")
    assert (removed["dry_run"], removed["rows"]) == (False, ROWS)
    assert removed["closed_before"] == counted["closed_before"]


def test_what_is_removed_is_in_no_file_of_the_home_and_the_figures_stay(house: House) -> None:
    before = people.marts(house.home)
    done = house.run("retention")
    assert people.found_in(house.home, GONE) == {}
    assert people.marts(house.home) == before
    assert len(before["shipped_items"]) == 5, "there are figures to compare"
    assert people.found_in(house.home, KEPT)["warehouse.duckdb"] == sorted(KEPT)
    assert done["snapshots_rewritten"] == 3
    recipients = house.command.published("select * from marts.order_consignees order by 1")
    nobody = (None, None, None, "WI", None, "US")
    full = {order_id: _recipient(order_id) for order_id in (1, 4, 5, 6)} | {-107: _recipient(107)}
    assert {row[0]: row[1:] for row in recipients} == {2: nobody, 3: nobody} | full
    places = "select payload->>'$.customerId', payload->>'$.shipTo.country' from raw_shipstation.orders order by 1"
    assert house.raw(places) == [(str(7000 + number), "US") for number in range(1, 7)]
    again = house.run("retention")
    assert (again["rows"], again["published"], again["snapshots_rewritten"]) == (NONE, None, 0)


@pytest.mark.long
def test_what_is_removed_does_not_come_back_and_is_no_difference_from_shipstation(
    house: House, tmp_path: Path
) -> None:
    idle = house.run("sync")
    house.run("retention")
    since = people.ago(people.VERY_LONG + 5).date().isoformat()
    compared = house.run("reconcile", "--since", since, "--repair")
    differences = [compared[kind] for kind in ("missing_here", "missing_there", "different", "repaired")]
    assert (compared["rows_there"], differences) == (
        {"orders": 6, "shipments": 5, "fulfillments": 1},
        [0, 0, 0, 0],
    )
    assert compared["units_there"] == compared["units_here"]
    read_again = house.run("backfill", "--since", (people.ago(people.VERY_LONG + 6)).date().isoformat())
    assert (read_again["orders_fetched"], read_again["orders_changed"], read_again["shipments_changed"]) == (
        6,
        0,
        0,
    )
    synced = house.run("sync")
    assert (synced["orders_changed"], synced["api_requests"]) == (0, idle["api_requests"])

    house.run("import-xcart", str(people.shop_file(tmp_path / "shop.xml", 1, 5, amount=3)))
    changed = "select order_number from marts.local_orders where is_changed_after_shipping"
    assert house.command.published(changed) == [("680001",)]
    void = {"voidDate": people.wall(0.1), "voided": True}
    house.box.book.put_shipment(people.a_label(101, 1, people.LONG) | void)
    assert house.run("sync")["shipments_changed"] == 1
    assert people.found_in(house.home, GONE) == {}
    voided = "select count(*) from marts.packages where is_voided and shipment_id = 101"
    assert house.command.published(voided) == [(1,)]
    assert house.raw("select payload->>'$.labelData' from raw_shipstation.shipments where shipment_id = 101") == [
        (None,)
    ]


@pytest.mark.long
def test_what_a_recall_needs_goes_after_its_years_from_older_snapshots_too(house: House) -> None:
    house.run("retention")
    later = house.run("retention", SHIPLEDGER_RECALL_YEARS="0")
    assert later["rows"] == NONE | {
        "orders": {"recall": 0, "figures": 1},
        "shipments": {"recall": 0, "figures": 1},
    }
    assert people.found_in(house.home, GONE + people.words(1, *people.RECALL) + people.words(107, "name")) == {}
    assert later["snapshots_rewritten"] == 4
    states = "select state, count(*) from marts.order_consignees group by all"
    assert house.command.published(states) == [("WI", 7)]


@pytest.mark.long
def test_an_order_that_is_edited_again_is_whole_again(house: House) -> None:
    house.run("retention")
    house.box.book.edit_order(1, people.ago(0), {"orderStatus": "awaiting_shipment"})
    assert house.run("sync")["orders_changed"] == 1
    there = people.found_in(house.home, people.words(1, "email", "street", "note"))["warehouse.duckdb"]
    assert there == sorted(people.words(1, "email", "street", "note"))
    assert house.run("retention")["rows"] == NONE


def test_a_long_history_is_removed_in_parts_each_whole(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = read_settings(house.command.environment(**people.SETTINGS))
    limits = retention.limits_of(settings, settings.today())
    assert limits is not None
    monkeypatch.setattr(retention, "_SLICE_ROWS", 2)
    for _ in ("first", "again"):
        with open_warehouse(settings.warehouse) as connection:
            assert retention.remove_due(connection, "run", settings.timezone.key, limits) == ROWS
            assert retention.count_due(connection, settings.timezone.key, limits) == NONE
    parts = " union ".join(
        f"select _dlt_load_id from {table} where _dlt_load_id like 'retention-%'"
        for table, _key in retention.TABLES.values()
    )
    assert len(house.raw(parts)) == 4


@pytest.mark.long
def test_killed_at_every_step_it_is_finished_by_the_next_run(house: House) -> None:
    killer = subprocess.run(
        [sys.executable, str(Path(__file__).parents[1] / "killed_closes.py"), "retention", "--json"],
        env=house.command.environment(**people.SETTINGS, PYTHONPATH=f"{PROJECT}:{PROJECT / 'tests' / 'support'}"),
        capture_output=True,
        text=True,
        check=True,
    )
    killed_at = ["remove personal data", "rewrite the ledger", "rewrite the rest", "end"]
    assert killer.stderr.split("\n")[-5:-1] == killed_at
    facts = json.loads(killer.stdout)
    assert facts["rows"] == ROWS
    assert people.found_in(house.home, GONE) == {}
    runs = f"select kind, status from marts.sync_runs where run_id = '{facts['run_id']}'"
    assert house.command.published(runs) == [("retention", "success")]
    assert house.run("sync")["orders_changed"] == 0


@pytest.mark.long
def test_files_that_an_ended_run_left_are_rewritten_by_the_next(house: House) -> None:
    snapshot = sorted((house.home / "published").glob("shipledger-*"))[0]
    as_it_was = snapshot.read_bytes()
    house.run("retention")
    snapshot.chmod(0o644)
    snapshot.write_bytes(as_it_was)
    with duckdb.connect(str(house.home / "warehouse.duckdb")) as connection:
        connection.execute("update raw_shipledger.removals set rewritten_at = null")
    assert people.found_in(house.home, GONE) == {
        snapshot.name: sorted(people.words(2, *people.RECALL) + people.words(3, *people.RECALL))
    }
    assert house.run("retention", SHIPLEDGER_RETENTION_DAYS="0")["snapshots_rewritten"] == 3
    assert people.found_in(house.home, GONE) == {}


@pytest.mark.long
def test_a_run_whose_build_makes_everything_from_scratch_removes_the_same(house: House) -> None:
    (house.home / "ledger.duckdb").unlink()
    removed = house.run("retention")
    assert (removed["rows"], removed["snapshots_rewritten"]) == (ROWS, 3)
    assert people.found_in(house.home, GONE) == {}


@pytest.mark.long
def test_nothing_is_removed_where_personal_data_are_kept_for_ever(house: House) -> None:
    before = people.found_in(house.home, GONE)
    kept = house.run("retention", SHIPLEDGER_RETENTION_DAYS="0")
    assert (kept["rows"], kept["closed_before"]) == (NONE, None)
    assert people.found_in(house.home, GONE) == before
    refused = house.command.run("retention", SHIPLEDGER_RETENTION_DAYS="-1")
    assert refused.code == 78
    assert "SHIPLEDGER_RETENTION_DAYS is '-1'. Use a whole number of at least 0" in refused.facts["error"]


def _recipient(order_id: int) -> tuple[Any, ...]:
    place = people.a_place(order_id)
    return tuple(place[name] for name in ("name", "company", "city", "state", "postalCode", "country"))
