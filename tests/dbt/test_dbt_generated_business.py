"""A generated business that keeps trading: warm builds equal full ones, and plain Python gets the same figures."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from plain_ledger import PlainLedger

from sandbox import Book, BusinessPlan, generate_business

END = datetime(2026, 1, 9, 18, tzinfo=UTC)
LISTS = {"orders": "orderId", "shipments": "shipmentId", "fulfillments": "fulfillmentId"}


def load_changes(ledger: Ledger, book: Book, known: dict[tuple[str, int], bytes], load_id: str) -> int:
    """Load every row whose payload is new or different; says how many."""
    changed = 0
    with ledger.connect() as connection:
        for name in LISTS:
            fresh = [record for record in book.newest(name) if known.get((name, record.id)) != record.payload]
            known.update({(name, record.id): record.payload for record in fresh})
            changed += len(fresh)
            payloads = [record.row() for record in fresh]
            raw_tables.load(connection, name, payloads, load_id, arrived_by="backfill")
    return changed


@pytest.fixture(scope="module")
def traded(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Nine weeks of trade, built; then two bursts of changes, each built warm."""
    ledger = new_ledger()
    book = generate_business(BusinessPlan(seed=7, end=END, weeks=9, orders_per_day=12))
    known: dict[tuple[str, int], bytes] = {}
    with ledger.connect() as connection:
        for number, receipt in enumerate(book.receipts):
            raw_tables.enter(
                connection, f"r{number}", "receive", receipt["received_date"], receipt["sku"],
                receipt["quantity"], receipt["lot"],
            )  # fmt: skip
    load_changes(ledger, book, known, "load-1")
    ledger.build()
    for round_number in (2, 3):
        book.trade(80, END)
        assert load_changes(ledger, book, known, f"load-{round_number}") > 20
        ledger.build()
    return ledger


@pytest.mark.long
def test_warm_builds_leave_what_a_full_build_makes(traded: Ledger) -> None:
    traded.assert_same_as_full_build()


def test_plain_python_gets_the_same_shelf_weeks_and_bill(traded: Ledger) -> None:
    with traded.connect() as connection:
        plain = PlainLedger(connection)
    shelf = traded.rows("select inventory_date, sku_code, quantity_on_hand, pallet_count from inventory_daily")
    assert {(day, sku): (units, pallets) for day, sku, units, pallets in shelf} == plain.daily
    weeks = traded.rows("select week_start_date, sku_code, quantity_shipped from weekly_shipped_history")
    assert {(week, sku): units for week, sku, units in weeks} == plain.weeks()
    days = traded.rows("""
        select charge_date, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,
            storage_charge_cents, postage_cents, total_cents, pallet_count
        from charge_report_daily
    """)
    assert {day: tuple(figures) for day, *figures in days} == plain.bill()
    lots = traded.rows(
        "select sku_code, lot_number, quantity_on_hand from lot_inventory where quantity_on_hand <> 0"
    )
    balances = plain.lot_balances()
    assert {(sku, lot): units for sku, lot, units in lots} == {
        key: units for key, units in balances.items() if units and key[1] is not None
    }


def garbage(rng: random.Random, value: Any) -> Any:
    """The same payload with fields lost, emptied, or of another type."""
    if rng.random() < 0.04:
        return rng.choice(
            [None, "", "x", "NaN", "1e300", -1, 2**62, 10**18 + 0.5, True, [], {}, [None], {"a": 1}, "0001-01-01"]
        )
    if isinstance(value, dict):
        return {key: garbage(rng, child) for key, child in value.items() if rng.random() > 0.02}
    if isinstance(value, list):
        return [garbage(rng, child) for child in value]
    return value


def test_fields_lost_or_of_another_type_make_no_build_red_and_lose_no_order(
    new_ledger: Callable[..., Ledger],
) -> None:
    ledger = new_ledger()
    book = generate_business(BusinessPlan(seed=8, end=END, weeks=3, orders_per_day=20))
    rng = random.Random(8)
    with ledger.connect() as connection:
        for name, key in LISTS.items():
            spoiled = []
            for record in book.newest(name):
                row = json.loads(record.payload)
                spoiled.append(
                    {
                        field: value if field in (key, "orderId") else garbage(rng, value)
                        for field, value in row.items()
                    }
                )
            raw_tables.load(connection, name, spoiled, "load-1")
        fetched = connection.execute("select order_id from raw_shipstation.orders order by all").fetchall()
    ledger.build()
    assert ledger.rows("select shipstation_order_id from orders_inbox order by all") == fetched
