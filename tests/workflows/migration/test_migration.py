"""The change-over from the former system: what it brings, what it leaves out, and how it is undone."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest
from command_line import CommandLine
from former_database import former_database
from homes import founded_home, settings_of
from own_worker import done, working

from sandbox import Sandbox, SandboxSettings
from sandbox.book import Book
from sandbox.legacy import load_legacy
from workflows.config.home_directory import prepare_home
from workflows.config.settings_reader import read_settings
from workflows.entries.entry_log import Entry, append_entries
from workflows.jobs.client import Job, JobClient
from workflows.migration.migrating import copy_home


@dataclass(frozen=True)
class House:
    """A home that has never seen ShipStation, its worker, and the former system's file."""

    command: CommandLine
    jobs: JobClient
    file: Path

    def migrate(self, file: Path | None, *, dry_run: bool = False) -> Job:
        legacy = str(file) if file else None
        return done(self.jobs, "migrate", legacy=legacy, dry_run=dry_run, rollback=file is None)

    def shelf(self, sku: str, day: str) -> int:
        ((quantity,),) = self.command.published(
            "select quantity_on_hand from marts.inventory_daily"
            f" where sku_code = '{sku}' and inventory_date = '{day}'"
        )
        return int(quantity)

    def kept(self) -> tuple[str, list[str], list[tuple[Any, ...]]]:
        """What is published, the copies of the former system's database, and the notes of what was loaded."""
        home = self.command.home
        with duckdb.connect(str(home / "warehouse.duckdb")) as connection:
            notes = connection.execute("from raw_legacy.imports order by all").fetchall()
        copies = sorted(path.name for path in (home / "migrations").iterdir())
        return str((home / "published" / "current.duckdb").readlink()), copies, notes

    def september(self) -> list[tuple[Any, ...]]:
        month = "select order_count, unit_count from marts.charge_report_monthly"
        return self.command.published(f"{month} where charge_month = '2025-09-01'")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("house")
    dated = former_database(folder / "dated.db")
    with sqlite3.connect(dated) as connection:
        connection.execute("update shipped_items set ship_date = '2025-09-26' where ship_date = '2024-04-16'")
    file = former_database(folder / "former.db")
    with sqlite3.connect(file) as connection:
        # Nothing of a day that has not come is booked.
        connection.execute(
            "insert into inventory_transactions values (10, '2090-01-02', '17612', 7, 'Receive', '250300')"
        )
        connection.execute(
            "insert into shipped_items (ship_date, base_sku, quantity_shipped, order_number)"
            " values ('2090-01-02', '17904', 9, '690004')"
        )
    settings = SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0)
    with Sandbox(settings, load_legacy(Book(), dated)) as box:
        command = CommandLine(founded_home(tmp_path_factory, folder / "home"), box.url)
        with working(read_settings(command.environment())) as jobs:
            yield House(command, jobs, file)


@pytest.fixture(scope="module")
def migrated(house: House) -> dict[str, Any]:
    job = house.migrate(house.file)
    assert job.status == "success", job.error
    assert job.result is not None
    return job.result


def test_transactions_and_shipments_of_the_former_system_move_the_shelf_once(
    house: House, migrated: dict[str, Any]
) -> None:
    assert migrated["action"] == "migrate"
    assert house.shelf("17612", "2025-09-21") == 1019
    assert house.shelf("17612", "2025-09-26") == 1019 + 576 + 576 - 10 - 3 - 2 - 1
    assert house.shelf("17612", "2025-10-01") == 2155 - 6
    assert (house.shelf("18795", "2025-10-01"), house.shelf("17914", "2025-10-03")) == (7718, 1414)
    assert house.shelf("17904", "2025-09-26") == 468 - 7


@pytest.mark.usefixtures("migrated")
def test_a_lot_in_free_text_loses_what_the_text_says_and_what_was_shipped_of_it(house: House) -> None:
    lots = "select lot_number, quantity_on_hand, received_date from marts.lot_inventory where sku_code = '17612'"
    assert house.command.published(f"{lots} order by 1") == [
        ("250216", 0, None),
        ("250237", 1019 - 10 - 3 - 2 - 1 - 6, date(2025, 8, 27)),
        ("250300", 1152, date(2025, 9, 22)),
    ]
    assert house.command.published("select status from marts.lots where lot_id = '17612-250216'") == [("retired",)]
    kinds = "select exception_type, count(*) from marts.exceptions where exception_type like 'legacy%' group by 1"
    assert house.command.published(f"{kinds} order by 1") == [
        ("legacy_note_unread", 2),
        ("legacy_row_kept_out", 5),
    ]


@pytest.mark.usefixtures("migrated")
def test_weeks_come_from_the_history_and_an_order_on_two_days_is_charged_once(house: House) -> None:
    week = (
        "select average_weekly_units, weeks_averaged from marts.weekly_inventory_report where sku_code = '17612'"
    )
    ((average, weeks),) = house.command.published(f"{week} and week_start_date = '2025-09-22'")
    assert (average, weeks) == (pytest.approx((100 + 51 * 10) / 52), 52)
    assert house.september() == [(4, 10 + 3 + 2 + 7 + 1)]


def test_the_validation_tells_both_sides_and_every_oddity_with_what_became_of_it(migrated: dict[str, Any]) -> None:
    checks = {one["what"]: (one["there"], one["here"], one["verdict"]) for one in migrated["checks"]}
    assert checks["rows of shipped_items"] == ("6", "6", "ok")
    assert checks["units shipped by SKU"] == ("32 in 3", "32 in 3", "ok")
    assert checks["transactions booked by SKU"] == ("1149 in 3", "1149 in 3", "ok")
    assert checks["units only the former system knows"][2] == "ok"
    assert checks["lines dated otherwise than their order"] == ("3", "", "noted")
    assert checks["notes that name no single lot"] == ("2", "", "noted")
    assert checks["open lines without their order"] == ("1", "", "noted")
    assert (
        checks["shipped_items dated in the future"][0]
        == checks["inventory_transactions dated in the future"][0]
        == "1"
    )
    assert checks["weeks that are none from Monday to Sunday"] == ("1", "", "noted")
    assert checks["bundles"] == ("2", "1", "noted")
    assert not [what for what, (*_, verdict) in checks.items() if verdict == "failed"]


def test_the_same_file_again_changes_nothing(house: House, migrated: dict[str, Any]) -> None:
    before = house.kept()
    again = house.migrate(house.file).result
    assert again is not None
    assert (again["action"], again["published"]) == ("unchanged", migrated["published"])
    assert again["checks"] == migrated["checks"]
    assert house.kept() == before


@pytest.mark.usefixtures("migrated")
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence_and_nothing_changes(
    house: House, tmp_path: Path
) -> None:
    before = (house.command.home / "published" / "current.duckdb").readlink()
    missing = house.migrate(tmp_path / "nothing.db")
    assert (missing.status, "There is no file" in str(missing.error)) == ("failed", True)
    with sqlite3.connect(tmp_path / "other.db") as connection:
        connection.execute("create table poems (line text)")
    foreign = house.migrate(tmp_path / "other.db")
    assert "is not the former system's database" in str(foreign.error)
    assert (house.command.home / "published" / "current.duckdb").readlink() == before


@pytest.mark.long
@pytest.mark.usefixtures("migrated")
def test_a_file_with_a_text_for_a_number_is_refused_and_everything_is_put_back(
    house: House, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.db"
    wrong.write_bytes(house.file.read_bytes())
    with sqlite3.connect(wrong) as connection:
        connection.execute("update shipped_items set quantity_shipped = 'many' where order_number = '690001'")
    refused = house.migrate(wrong)
    assert refused.status == "failed"
    assert "does not pass its validation" in str(refused.error)
    assert "rows of shipped_items with a text for a number" in str(refused.error)
    assert house.shelf("17612", "2025-09-26") == 2155
    again = house.migrate(house.file).result
    assert again is not None
    assert again["action"] == "unchanged"
    assert house.shelf("17612", "2025-09-26") == 2155


def test_a_dry_run_copies_what_was_entered_up_to_then_while_others_write(tmp_path: Path) -> None:
    here, there = (settings_of(tmp_path / name) for name in ("home", "aside"))
    prepare_home(here)
    receipt = Entry("receive", date(2026, 1, 9), "17612", 9, "tester", "250300", "delivery")
    append_entries(here.operations, [receipt])
    with closing(sqlite3.connect(here.operations)) as other:
        # What is written from here on stands beside the file until this connection ends.
        other.execute("pragma journal_mode = wal")
        append_entries(here.operations, [replace(receipt, entry_id="another")])
        copy_home(here, there)
    with closing(sqlite3.connect(there.operations)) as copy:
        assert copy.execute("select count(*) from entries").fetchall() == [(2,)]


@pytest.mark.usefixtures("migrated")
def test_a_dry_run_tells_what_would_be_and_leaves_no_trace(house: House, tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(house.file.read_bytes())
    with sqlite3.connect(other) as connection:
        connection.execute("update shipped_items set quantity_shipped = 11 where order_number = '690001'")
    before = house.kept()
    dry = house.migrate(other, dry_run=True).result
    assert dry is not None
    assert (dry["action"], dry["published"]) == ("dry run", None)
    checks = {one["what"]: one["here"] for one in dry["checks"]}
    assert checks["units shipped by SKU"] == "33 in 3", checks
    assert house.kept() == before
    assert not list((house.command.home / "scratch").glob("dry-run*"))
    assert (house.migrate(house.file, dry_run=True).result or {})["action"] == "dry run"
    assert house.kept() == before, "the copy of what is loaded stays"


@pytest.mark.long
@pytest.mark.usefixtures("migrated")
def test_orders_that_shipstation_gives_too_count_once_and_a_rollback_leaves_only_shipstation(house: House) -> None:
    filled = done(house.jobs, "backfill", since="2025-08-01T05:00:00+00:00", until=None)
    assert filled.status == "success", filled.error
    assert (house.shelf("17612", "2025-10-01"), house.shelf("17904", "2025-09-26")) == (2149, 461)
    assert house.september() == [(4, 23)]
    ours = "select count(*) from marts.shipped_orders where shipstation_order_id < 0"
    assert house.command.published(ours) == [(0,)]
    back = house.migrate(None)
    assert back.status == "success", back.error
    assert (house.shelf("17612", "2025-10-01"), house.shelf("17904", "2025-09-26")) == (1019 - 16, 461)
    assert "no migration to roll back" in str(house.migrate(None).error)


def test_neither_a_file_nor_a_rollback_is_wrong_usage(tmp_path: Path) -> None:
    answer = CommandLine(tmp_path / "home", "http://127.0.0.1:9").run("migrate")
    assert (answer.code, "--legacy FILE" in answer.facts["error"]) == (2, True)
