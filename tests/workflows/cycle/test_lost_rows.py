"""A build that lacks rows of the published snapshot: which of them are lost, and the command that loads them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from homes import settings_of

from tests.contract_tables import create_tables, insert
from workflows.config.settings import Settings
from workflows.cycle.lost_rows import LostRows, find_lost_rows

PUBLISHED_AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
NOON = timedelta(hours=18)
ORDERS = {1: date(2026, 9, 1), 2: date(2026, 9, 15), 3: date(2026, 11, 10)}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A home whose published snapshot has three orders with a label each, and a fulfillment."""
    settings = settings_of(tmp_path)
    settings.published.mkdir()
    write(settings.published / "a.duckdb", ORDERS)
    (settings.published / "current.duckdb").symlink_to("a.duckdb")
    read_again(settings)
    return settings


def write(path: Path, orders: dict[int, date], loaded_from: date = date(2026, 9, 1), **order: Any) -> None:
    with duckdb.connect(str(path)) as connection:
        create_tables(connection)
        insert(connection, "snapshot_info", "as_of", [(PUBLISHED_AT,)])
        columns = "shipstation_order_id, modified_at, is_missing"
        rows = [(number, at(day), order.get("is_missing", False)) for number, day in orders.items()]
        insert(connection, "orders_inbox", columns, rows)
        columns = "package_key, package_kind, created_at, is_voided"
        labels = [
            (f"label {number}", "label", at(day), order.get("is_voided", False)) for number, day in orders.items()
        ]
        insert(connection, "packages", columns, [*labels, ("fulfillment 1", "fulfillment", at(ORDERS[3]), False)])
        columns = "list_name, from_at, until_at, is_continued"
        lists = ("orders", "shipments", "fulfillments")
        insert(
            connection, "loaded_spans", columns, [(name, at(loaded_from), PUBLISHED_AT, True) for name in lists]
        )


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + NOON


def read_again(settings: Settings, *spans: tuple[str, date, date, str, datetime]) -> None:
    with duckdb.connect(str(settings.warehouse)) as connection:
        connection.execute("create schema if not exists raw_shipstation")
        connection.execute(
            "create or replace table raw_shipstation.read_spans (list_name varchar, from_at timestamptz,"
            " until_at timestamptz, arrived_by varchar, noted_at timestamptz)"
        )
        for name, first, last, arrived_by, noted_at in spans:
            connection.execute(
                "insert into raw_shipstation.read_spans values (?, ?, ?, ?, ?)",
                [name, at(first), at(last), arrived_by, noted_at],
            )


def lost(settings: Settings) -> LostRows | None:
    return find_lost_rows(settings, settings.published / "a.duckdb")


def without(*numbers: int) -> dict[int, date]:
    return {number: day for number, day in ORDERS.items() if number not in numbers}


def test_a_build_with_every_row_and_more_lost_nothing(settings: Settings) -> None:
    write(settings.ledger, ORDERS | {4: date(2026, 11, 11)})
    assert lost(settings) is None


def test_rows_deleted_by_hand_are_lost_and_the_command_loads_their_days(settings: Settings) -> None:
    write(settings.ledger, without(1, 2))
    found = lost(settings)
    assert found is not None
    assert str(found) == "2 of 3 orders and 2 of 4 packages, last changed 2026-09-01 to 2026-09-15"
    assert found.command == "backfill --since 2026-09-01 --until 2026-09-15"


def test_after_a_gap_the_command_loads_all_of_it(settings: Settings) -> None:
    """An order may have been changed in the gap since the snapshot: its old day would not find it."""
    write(settings.ledger, without(1, 2), loaded_from=date(2026, 10, 21))
    found = lost(settings)
    assert found is not None
    assert (found.first, found.last) == (date(2026, 9, 1), date(2026, 9, 15))
    assert found.command == "backfill --since 2026-09-01 --until 2026-10-21"


@pytest.mark.parametrize("flags", [{"is_missing": True, "is_voided": True}])
def test_deleted_orders_and_void_labels_are_not_missed(settings: Settings, flags: dict[str, bool]) -> None:
    (settings.published / "a.duckdb").unlink()
    write(settings.published / "a.duckdb", ORDERS, **flags)
    write(settings.ledger, {})
    assert lost(settings) is None


AFTER = PUBLISHED_AT + timedelta(minutes=5)


@pytest.mark.parametrize(
    ("lists", "days", "arrived_by", "noted_at", "left"),
    [
        (("orders", "shipments"), (1, 30), "backfill", AFTER, None),
        (("orders",), (1, 30), "backfill", AFTER, (0, 2)),
        (("orders", "shipments"), (10, 30), "backfill", AFTER, (1, 1)),
        (("orders", "shipments"), (1, 30), "backfill", PUBLISHED_AT, (2, 2)),
        (("orders", "shipments"), (1, 30), "proof", AFTER, (2, 2)),
    ],
    ids=["both lists", "orders only", "a part", "before the snapshot", "inferred at an upgrade"],
)
def test_what_a_list_read_again_since_the_snapshot_no_longer_has_was_deleted_in_shipstation(
    settings: Settings,
    lists: tuple[str, ...],
    days: tuple[int, int],
    arrived_by: str,
    noted_at: datetime,
    left: tuple[int, int] | None,
) -> None:
    first, last = (date(2026, 9, day) for day in days)
    write(settings.ledger, without(1, 2))
    read_again(settings, *((name, first, last, arrived_by, noted_at) for name in lists))
    found = lost(settings)
    assert (found and (found.orders, found.packages)) == left


def test_a_snapshot_of_a_release_without_these_tables_is_not_compared(settings: Settings) -> None:
    (settings.published / "a.duckdb").unlink()
    with duckdb.connect(str(settings.published / "a.duckdb")) as connection:
        connection.execute("create schema marts; create table marts.orders_inbox (shipstation_order_id bigint)")
    write(settings.ledger, {})
    assert lost(settings) is None
