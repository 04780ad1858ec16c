"""What is measured after each build: open units on both sides, and the key figures of ended days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest
import raw_tables
from homes import settings_of
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

from workflows.cycle.key_figures import key_figures, note_key_figures
from workflows.cycle.open_units import (
    Difference,
    lasting_differences,
    measure_open_units,
    note_measurement,
    read_open_lines,
    read_open_units,
)

FRIDAY = date(2026, 1, 9)


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Three open orders of 2 + 3 + 4 + 1 units, one of them unknown to ShipStation by now, and a shipped one."""
    ledger = new_ledger()
    discount = line(None, 1, adjustment=True, unitPrice=-2.0)
    rows = [
        order(1, [line("17612 - 250300", 2), line("17612-6", 3), discount], "awaiting_shipment"),
        order(2, [line("17612 - 250300", 4), line(None, 1)], "on_hold"),
        order(3, [line("17904", 50)], "awaiting_shipment"),
        order(4, [line("17612 - 250300", 7)], "shipped"),
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", rows, "load-1")
        raw_tables.load(connection, "shipments", [label(104, 4, "2026-01-08")], "load-1")
        gone = datetime(2026, 1, 8, 12, tzinfo=UTC)
        raw_tables.note_state(connection, 3, "missing_in_shipstation", "load-1", since_at=gone, checked_at=gone)
    ledger.build()
    return ledger


def measure(ledger: Ledger, store: Path, *loads: str) -> None:
    with ledger.connect() as connection:
        read_open_lines(connection, loads)
        note_measurement(store, "run", measure_open_units(connection, ledger.marts))


def lose_a_line(ledger: Ledger) -> None:
    with duckdb.connect(str(ledger.marts)) as connection:
        connection.execute("delete from marts.order_items_inbox where shipstation_sku_raw = '17612-6'")


def test_both_sides_hold_the_same_open_units_after_a_build(ledger: Ledger, tmp_path: Path) -> None:
    store = tmp_path / "operations.sqlite"
    measure(ledger, store)
    (measured,) = read_open_units(store)
    assert (measured.units_there, measured.units_here, measured.differences) == (10, 10, ())


def test_refunds_and_quantities_that_cannot_be_read_are_no_units_on_either_side(
    ledger: Ledger, tmp_path: Path
) -> None:
    odd = [
        line("17612-6", text) for text in (-3, None, "1,200", "NaN", 1e300, 2**62, 2.5, True, "1_000", " 2 ", 4.0)
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(6, odd, "on_hold")], "load-2")
    ledger.build()
    store = tmp_path / "operations.sqlite"
    measure(ledger, store)
    (measured,) = read_open_units(store)
    assert (measured.units_there, measured.units_here, measured.differences) == (16, 16, ())


@pytest.mark.long
def test_a_difference_alarms_when_it_lasts_longer_than_one_cycle_and_no_longer(
    ledger: Ledger, tmp_path: Path
) -> None:
    store = tmp_path / "operations.sqlite"
    lose_a_line(ledger)
    measure(ledger, store)
    assert lasting_differences(store) == []
    measure(ledger, store)
    assert lasting_differences(store) == [Difference("17612-6", 3, 0)]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(1, [line("17612 - 250300", 2)], "shipped")], "load-2")
    ledger.build()
    measure(ledger, store, "load-2")
    assert lasting_differences(store) == []
    assert len(read_open_units(store)) == 3


def test_loads_read_one_by_one_or_twice_leave_what_reading_every_payload_leaves(
    ledger: Ledger, tmp_path: Path
) -> None:
    store = tmp_path / "operations.sqlite"
    measure(ledger, store)
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(2, [line("17612-6", 9)], "on_hold")], "load-2")
        raw_tables.load(
            connection, "orders", [order(1, [], "shipped"), order(5, [line("17904", 6)], "on_hold")], "load-3"
        )
        read_open_lines(connection, ["load-2"])
        read_open_lines(connection, ["load-2", "load-3"])
        one_by_one = connection.execute("from raw_shipledger.open_lines order by all").fetchall()
        read_open_lines(connection, None)
        assert connection.execute("from raw_shipledger.open_lines order by all").fetchall() == one_by_one
    assert [(order_id, sku, units) for order_id, _, sku, units in one_by_one] == [
        (2, "17612-6", 9), (3, "17904", 50), (5, "17904", 6),
    ]  # fmt: skip


def test_a_day_is_noted_once_when_it_has_ended_and_a_day_without_a_build_keeps_what_can_still_be_told(
    ledger: Ledger, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path)
    with ledger.connect() as connection:
        connection.execute(f"attach '{ledger.marts}' as ledger")
        for today in (FRIDAY, FRIDAY, date(2026, 1, 11)):
            note_key_figures(settings.operations, connection, today, "2026-01-11T12:00:00+00:00")
    thursday, friday, saturday = key_figures(settings)
    assert [row["day"].day for row in (thursday, friday, saturday)] == [8, 9, 10]
    assert (thursday["open_orders"], thursday["open_units"], thursday["ghosts"]) == (2, 10, 0)
    assert (friday["repairs"], friday["open_orders"]) == (0, None)
    assert saturday["open_units"] == 10
