"""Open units by the payloads themselves, and which differences last: on tables made by hand, in milliseconds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from workflows.cycle.open_units import (
    OPEN_STATES,
    Difference,
    Measurement,
    lasting_differences,
    measure_open_units,
    note_measurement,
    read_open_lines,
    read_open_units,
)

NOON = datetime(2026, 11, 20, 18, tzinfo=UTC)
A, B = Difference("17612", 3, 0), Difference("17904", 1, 2)


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    path = tmp_path / "ledger.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema marts")
        connection.execute("create table marts.orders_inbox (shipstation_order_id bigint, order_status varchar)")
        connection.execute(
            "create table marts.order_items_inbox (shipstation_order_id bigint, shipstation_sku_raw varchar,"
            " quantity bigint, is_adjustment boolean)"
        )
    return path


@pytest.fixture
def warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("create schema raw_shipstation; create schema raw_shipledger")
        connection.execute(
            "create table raw_shipstation.orders (order_id bigint, order_status varchar, payload json,"
            " kept_fields json, fetched_at timestamptz, _dlt_load_id varchar)"
        )
        connection.execute(
            "create table raw_shipstation.order_states (order_id bigint, state varchar, checked_at timestamptz)"
        )
        yield connection


def put(
    warehouse: duckdb.DuckDBPyConnection,
    order_id: int,
    items: list[dict[str, Any]] | None,
    *,
    status: str = "awaiting_shipment",
    kept: list[dict[str, Any]] | None = None,
    at: datetime = NOON,
) -> None:
    payload = {} if items is None else {"items": items}
    kept_fields = None if kept is None else json.dumps({"items": kept})
    warehouse.execute(
        "insert into raw_shipstation.orders values (?, ?, ?, ?, ?, 'load-1')",
        [order_id, status, json.dumps(payload), kept_fields, at],
    )


def there(warehouse: duckdb.DuckDBPyConnection, ledger: Path) -> dict[str, int]:
    """Units by SKU as ShipStation's payloads say; here there are none."""
    read_open_lines(warehouse, None)
    measured = measure_open_units(warehouse, ledger)
    assert measured.units_there == sum(one.there for one in measured.differences)
    return {one.sku: one.there for one in measured.differences}


def line(sku: str | None, quantity: float | None, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "quantity": quantity, **more}


def test_units_of_each_open_state_count_and_of_no_other(warehouse: Any, ledger: Path) -> None:
    for order_id, status in enumerate((*OPEN_STATES, "shipped", "cancelled", "rejected_fulfillment")):
        put(warehouse, order_id, [line(status, 1)], status=status)
    assert there(warehouse, ledger) == dict.fromkeys(OPEN_STATES, 1)
    assert set(OPEN_STATES) == {"awaiting_shipment", "on_hold", "pending_fulfillment", "awaiting_payment"}


def test_discounts_do_not_count_a_line_without_a_sku_does_and_one_without_a_quantity_is_nothing(
    warehouse: Any, ledger: Path
) -> None:
    put(
        warehouse,
        1,
        [
            *(line("17612", 2), line("17612", 3, adjustment=False), line("17612", 9, adjustment=True)),
            *(line(None, 1), line("17904", None)),
        ],
    )
    assert there(warehouse, ledger) == {"": 1, "17612": 5}


def test_lines_that_vanished_from_a_payload_count_as_they_were_kept(warehouse: Any, ledger: Path) -> None:
    put(warehouse, 1, None, kept=[line("17612", 2)])
    put(warehouse, 2, [], kept=[line("17904", 7)])
    assert there(warehouse, ledger) == {"17612": 2}


def test_an_order_that_shipstation_lost_counts_again_once_it_has_come_back(warehouse: Any, ledger: Path) -> None:
    for order_id, fetched in ((1, timedelta(hours=-1)), (2, timedelta(0)), (3, timedelta(hours=1))):
        put(warehouse, order_id, [line(f"sku {order_id}", 1)], at=NOON + fetched)
        warehouse.execute(
            "insert into raw_shipstation.order_states values (?, 'missing_in_shipstation', ?)", [order_id, NOON]
        )
    put(warehouse, 4, [line("sku 4", 1)])
    warehouse.execute("insert into raw_shipstation.order_states values (4, 'ghost', ?)", [NOON])
    assert there(warehouse, ledger) == {"sku 3": 1, "sku 4": 1}


@pytest.mark.parametrize(
    ("measured", "lasting"),
    [
        ([], []),
        ([(A,)], []),
        ([(A,), (A,)], [A]),
        ([(A,), (Difference("17612", 9, 0),)], [Difference("17612", 9, 0)]),
        ([(A, B), (B,)], [B]),
        ([(A,), (), (A,)], []),
        ([(A,), (B,), (A,)], []),
        ([(A,), (A,), ()], []),
        ([(A,), (A,), (A, B)], [A]),
    ],
)
def test_a_difference_lasts_when_its_sku_differed_in_the_measurement_just_before_too(
    tmp_path: Path, measured: list[tuple[Difference, ...]], lasting: list[Difference]
) -> None:
    store = tmp_path / "operations.sqlite"
    for number, differences in enumerate(measured):
        note_measurement(store, f"run-{number}", Measurement(NOON, 3, 0, differences))
    assert lasting_differences(store) == lasting
    assert [one.differences for one in read_open_units(store)] == list(reversed(measured))
    assert len(read_open_units(store, limit=1)) == min(len(measured), 1)
