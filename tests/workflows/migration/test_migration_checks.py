"""The validation of a migration, check by check: each notices what it is there for, and nothing else fails."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date

import duckdb
import pytest
from former_database import former_database

from ingest.sources.legacy.legacy_source import TABLES
from workflows.migration.migration_checks import FAILED, NOTED, OK, Check, check_anomalies, check_load, compare

TODAY = date(2025, 10, 3)
SHIPPED = ("units shipped by SKU", "units shipped by day", "units shipped by week")
MOVED = ("units moved by SKU", "units moved by type", "units moved by day")
HISTORY = ("history by SKU", "history by week")


@dataclass(frozen=True)
class Sides:
    there: sqlite3.Connection
    here: duckdb.DuckDBPyConnection

    def failed(self) -> set[str]:
        return {check.what for check in check_load(self.there, self.here) if check.verdict != OK}

    def anomalies(self) -> dict[str, int]:
        found = list(check_anomalies(self.there, TODAY))
        assert all((check.verdict == NOTED) is (check.there != "0") is bool(check.detail) for check in found)
        return {check.what: int(check.there) for check in found}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sides]:
    """The former system's file, and `raw_legacy` as it has to be loaded."""
    file = former_database(tmp_path_factory.mktemp("former") / "former.db")
    with closing(sqlite3.connect(file)) as there, duckdb.connect() as here:
        here.execute("create schema raw_legacy")
        for table, columns in TABLES.items():
            typed = [f"{name} {'bigint' if str(kind) == 'int64' else 'varchar'}" for name, kind in columns.items()]
            here.execute(f"create table raw_legacy.{table} ({', '.join(typed)})")
            known = {name for _, name, *_ in there.execute(f"pragma table_info({table})")}
            names = ", ".join(name for name in columns if name in known)
            for row in there.execute(f"select {names} from {table}"):
                here.execute(f"insert into raw_legacy.{table} ({names}) values {row}".replace("None", "null"))
        yield Sides(there, here)


@pytest.fixture
def sides(loaded: Sides) -> Iterator[Sides]:
    """Both for one test, which may change them."""
    for side in (loaded.there, loaded.here):
        side.execute("begin")
    yield loaded
    for side in (loaded.there, loaded.here):
        side.execute("rollback")


def test_what_was_loaded_whole_passes(sides: Sides) -> None:
    assert sides.failed() == set()
    assert len(check_load(sides.there, sides.here)) == len(TABLES) + 10


@pytest.mark.parametrize("table", TABLES)
def test_a_row_too_many_fails_the_count_of_its_table_also_when_it_is_empty(sides: Sides, table: str) -> None:
    sides.here.execute(f"insert into raw_legacy.{table} (id) values (990001)")
    assert f"rows of {table}" in sides.failed()


@pytest.mark.parametrize(
    ("change", "failed"),
    [
        ("shipped_items set quantity_shipped = quantity_shipped + 1 where id = 1", SHIPPED),
        ("shipped_items set base_sku = '17904' where id = 1", SHIPPED[:1]),
        ("shipped_items set ship_date = '2025-09-24' where id = 1", SHIPPED[1:2]),
        ("shipped_items set ship_date = '2025-09-29' where id = 1", SHIPPED[1:]),
        ("shipped_orders set ship_date = '2025-09-24' where id = 1", ("orders shipped by day",)),
        (
            "shipped_orders set ship_date = '2025-09-21' where id = 1",
            ("orders shipped by day", "orders shipped by week"),
        ),
        ("inventory_transactions set quantity = quantity - 1 where id = 2", MOVED),
        ("inventory_transactions set sku = '17904' where id = 2", MOVED[:1]),
        ("inventory_transactions set transaction_type = 'Repack' where id = 2", MOVED[1:2]),
        ("inventory_transactions set date = '2025-09-23' where id = 2", MOVED[2:]),
        ("weekly_shipped_history set quantity_shipped = 11 where id = 2", HISTORY),
        ("weekly_shipped_history set sku = '17904' where id = 2", HISTORY[:1]),
        ("weekly_shipped_history set start_date = '2024-09-30' where id = 2", HISTORY[1:]),
    ],
)
def test_each_sum_fails_for_what_it_sums_and_no_other(sides: Sides, change: str, failed: tuple[str, ...]) -> None:
    sides.here.execute(f"update raw_legacy.{change}")
    assert sides.failed() == set(failed)


def test_a_text_for_a_number_fails_whatever_the_sums_say(sides: Sides) -> None:
    sides.there.execute("update sku_lot set active = 'yes' where id = 1")
    assert sides.failed() == {"rows of sku_lot with a text for a number"}


_LINE = "insert into shipped_items (ship_date, sku_lot, base_sku, quantity_shipped, order_number) values"
_MOVE = "insert into inventory_transactions (date, sku, quantity, transaction_type, notes) values"
_WEEK = "insert into weekly_shipped_history (start_date, end_date, sku, quantity_shipped) values"


@pytest.mark.parametrize(
    ("change", "noted"),
    [
        (f"{_LINE} ('2025-09-23', '17612', '17612', 1, '699999')", {"shipped lines without their order"}),
        (
            "insert into shipped_orders (ship_date, order_number) values ('2025-09-23', '690005')",
            {"shipped orders without a line"},
        ),
        (
            "insert into bundle_components (bundle_sku_id, component_sku, multiplier) values (9, '17612', 1)",
            {"components without their bundle"},
        ),
        (
            f"{_LINE} ('2025-09-23', '17612 - 250237', '17612', 10, '690001')",
            {"lines twice by order, SKU and lot"},
        ),
        ("insert into sku_lot (sku, lot, active) values ('17612', '250216', 1)", {"lots listed twice"}),
        (f"{_WEEK} ('2024-09-30', '2024-10-06', '17612', 1)", {"weeks twice by SKU"}),
        (f"{_WEEK} ('2024-09-30', '2024-10-07', '17904', 1)", {"weeks that are none from Monday to Sunday"}),
        (
            f"{_LINE} ('2025-09-25', '17612', '17612', 1, '690001')",
            {"lines dated otherwise than their order"},
        ),
        (
            f"{_LINE} ('2024-04-16', '17612', '17612', 1, '690001')",
            {
                "lines dated otherwise than their order",
                "lines dated 2024-04-16, which was written for no day",
            },
        ),
        (
            f"{_LINE} ('soon', '17612', '17612', 1, '690001')",
            {
                "lines dated otherwise than their order",
                "lines without a day that can be read",
            },
        ),
        (f"{_MOVE} ('soon', '17612', 1, 'Receive', null)", {"transactions without a day that can be read"}),
        (f"{_MOVE} ('2025-10-01', '17612', 1, 'Ship', null)", {"shipments booked as transactions"}),
        (f"{_MOVE} ('2025-10-04', '17612', 1, 'Receive', null)", {"inventory_transactions dated in the future"}),
        (
            f"{_LINE} ('2025-10-04', '17612', '17612', 1, '690001')",
            {"lines dated otherwise than their order", "shipped_items dated in the future"},
        ),
        (
            f"{_LINE} ('2025-09-23', '17612-6', '17612', 1, '690001')",
            {"SKU texts that are not a SKU with its lot"},
        ),
        (f"{_MOVE} ('2025-10-03', '17612', 1, 'Receive', 'by truck')", {"notes that name no single lot"}),
        (f"{_MOVE} ('2025-10-03', '17612', 1, 'Receive', '17612 250300')", set()),
        (
            "insert into order_items_inbox (order_inbox_id, sku, quantity) values (291, '17612', 1)",
            {"open lines without their order"},
        ),
    ],
)
def test_each_oddity_of_the_old_data_is_counted(sides: Sides, change: str, noted: set[str]) -> None:
    before = sides.anomalies()
    sides.there.execute(change)
    after = sides.anomalies()
    assert {what for what, count in after.items() if count == before[what] + 1} == noted
    assert {what for what, count in after.items() if count != before[what]} == noted


@pytest.mark.parametrize(
    ("there", "here", "check"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 2}, Check("what", "3 in 2", "3 in 2", OK)),
        ({"a": 1, "b": 0}, {"a": 1}, Check("what", "1 in 2", "1", OK)),
        ({"a": 1}, {"a": 2}, Check("what", "1", "2", FAILED, "a: 1 there, 2 here")),
        (
            {"a": 1, "b": 2}, {"a": 2, "b": 1},
            Check("what", "3 in 2", "3 in 2", FAILED, "a: 1 there, 2 here; b: 2 there, 1 here"),
        ),
        (
            dict.fromkeys("abcde", 1), {},
            Check("what", "5 in 5", "0 in 0", FAILED,
                  "a: 1 there, 0 here; b: 1 there, 0 here; c: 1 there, 0 here and 2 more"),
        ),
    ],
)  # fmt: skip
def test_two_sides_are_compared_group_by_group(there: dict[str, int], here: dict[str, int], check: Check) -> None:
    assert compare("what", there, here) == check
