"""A generated business that keeps trading: warm builds equal full ones, and plain Python gets the same figures."""

from __future__ import annotations

import json
import math
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger

from sandbox import Book, BusinessPlan, generate_business

END = datetime(2026, 1, 9, 18, tzinfo=UTC)
TODAY = date(2026, 1, 9)
OPENING_DAY = date(2025, 9, 19)
PALLETS = {"17612": 48, "17904": 81, "17914": 80, "18675": 48, "18795": 222}
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


def test_warm_builds_leave_what_a_full_build_makes(traded: Ledger) -> None:
    traded.assert_same_as_full_build()


def test_every_shipped_unit_is_in_days_weeks_and_ledger(traded: Ledger) -> None:
    items: Counter[tuple[date, str]] = Counter()
    for day, sku, quantity in traded.rows(
        "select ship_date, sku_code, quantity_shipped from shipped_items where sku_code is not null"
    ):
        items[day, sku] += quantity
    weeks: Counter[tuple[date, str]] = Counter()
    for (day, sku), quantity in items.items():
        weeks[day - timedelta(days=day.weekday()), sku] += quantity
    history = {
        (week, sku): quantity
        for week, sku, quantity in traded.rows(
            "select week_start_date, sku_code, quantity_shipped from weekly_shipped_history"
        )
    }
    assert {key: quantity for key, quantity in history.items() if quantity} == dict(weeks)
    booked = {
        (day, sku): -quantity
        for day, sku, quantity in traded.rows("""
            select transaction_date, sku_code, sum(quantity) from inventory_transactions
            where transaction_type = 'ship' group by all
        """)
    }
    assert booked == {key: quantity for key, quantity in items.items() if key[1] in PALLETS}


def test_each_day_opens_with_the_close_of_the_day_before(traded: Ledger) -> None:
    moved: Counter[tuple[date, str]] = Counter()
    for day, sku, quantity in traded.rows(
        "select transaction_date, sku_code, quantity from inventory_transactions"
    ):
        moved[day, sku] += quantity
    balances = {
        (day, sku): quantity
        for day, sku, quantity in traded.rows(
            "select inventory_date, sku_code, quantity_on_hand from inventory_daily"
        )
    }
    for sku in PALLETS:
        balance = 0
        for number in range((TODAY - OPENING_DAY).days + 1):
            day = OPENING_DAY + timedelta(days=number)
            balance += moved[day, sku]
            assert balances.pop((day, sku)) == balance
    assert not balances


def test_lots_and_units_without_a_lot_make_up_the_stock(traded: Ledger) -> None:
    lots: Counter[str] = Counter()
    for sku, quantity in traded.rows("select sku_code, quantity_on_hand from lot_inventory"):
        lots[sku] += quantity
    for sku, quantity in traded.rows(
        "select sku_code, sum(quantity) from inventory_transactions where lot_id is null group by all"
    ):
        lots[sku] += quantity
    assert dict(lots) == dict(traded.rows("select sku_code, quantity_on_hand from inventory_current"))


def test_the_bill_is_what_plain_python_adds_up(traded: Ledger) -> None:
    first_days: dict[int, date] = {}
    units: Counter[date] = Counter()
    for order_id, day, sku, quantity in traded.rows(
        "select shipstation_order_id, ship_date, sku_code, quantity_shipped from shipped_items"
    ):
        first_days[order_id] = min(day, first_days.get(order_id, day))
        units[day] += quantity if sku else 0
    stock: defaultdict[date, dict[str, int]] = defaultdict(dict)
    for day, sku, quantity in traded.rows(
        "select inventory_date, sku_code, quantity_on_hand from inventory_daily"
    ):
        stock[day][sku] = quantity
    orders = Counter(first_days.values())
    report = traded.rows("""
        select charge_date, order_count, order_charge_cents, handling_charge_cents, storage_charge_cents,
            pallet_count
        from charge_report_daily order by all
    """)
    assert [row[0] for row in report] == [
        min(orders) + timedelta(days=number) for number in range((TODAY - min(orders)).days)
    ]
    labels_without_goods = traded.rows("""
        select count(*) from shipped_orders
        where shipstation_order_id not in (select shipstation_order_id from shipped_items)
    """)
    assert sum(row[1] for row in report) == sum(orders[row[0]] for row in report) + labels_without_goods[0][0]
    for day, count, order_cents, handling_cents, storage_cents, pallets in report:
        expected = sum(math.ceil(max(stock[day][sku], 0) / PALLETS[sku]) for sku in PALLETS)
        assert (pallets, storage_cents) == (expected, 45 * expected)
        assert (order_cents, handling_cents) == (425 * count, 75 * units[day])


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


def test_no_payload_makes_a_build_red_and_no_order_is_lost(new_ledger: Callable[..., Ledger]) -> None:
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
        fetched = connection.execute("select count(*) from raw_shipstation.orders").fetchall()
    ledger.build()
    assert ledger.rows("select count(*) from orders_inbox") == fetched
