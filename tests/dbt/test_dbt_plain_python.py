"""Nasty businesses: every figure of the reports is what plain Python works out from the raw rows.

The first forty of a hundred have a first build, a burst of changes, and a warm build; the others are built once,
after their changes. `make test` tries two of them. A seed that fails is in the test's name: run it alone with
`SHIPLEDGER_LONG_TESTS=1 pytest tests/dbt/test_dbt_plain_python.py -k seed-17-`.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
from ledger_under_test import Ledger
from long_run import IS_LONG, sample
from nasty_business import NastyBusiness
from plain_exceptions import KINDS_OF_ORDERS, excepted_orders
from plain_ledger import OPEN, monday_of
from replayed_business import Case, replayed
from replayed_ledger import RecordedBuilds, ReplayedLedger

# These two have all that went wrong before.
A_FEW = (5, 11)
SEEDS = range(100) if IS_LONG else A_FEW
BUILT_BY_DBT_ITSELF = range(3, 3 + sample(1, 3))
KEPT = {*A_FEW, *BUILT_BY_DBT_ITSELF}
Kept = Callable[[int], ReplayedLedger]


@pytest.fixture(scope="module")
def kept(recording: RecordedBuilds) -> Iterator[Kept]:
    """Those that more than one fixture or test needs."""
    with ExitStack() as stack:
        yield cache(lambda seed: stack.enter_context(closing(replayed(seed, recording))))


@pytest.fixture(scope="module", params=SEEDS, ids=lambda seed: f"seed-{seed}-")
def case(request: pytest.FixtureRequest, recording: RecordedBuilds) -> Iterator[Case]:
    if request.param in KEPT:
        yield Case(request.getfixturevalue("kept")(request.param))
        return
    with closing(replayed(request.param, recording)) as ledger:
        yield Case(ledger)


@pytest.mark.long
@pytest.mark.parametrize("seed", BUILT_BY_DBT_ITSELF)
def test_a_replay_leaves_what_dbt_itself_leaves(seed: int, kept: Kept, new_ledger: Callable[..., Ledger]) -> None:
    ledger, business = new_ledger(), NastyBusiness(seed)
    for step, build in ((business.begin, ledger.rebuild), (business.change, ledger.build)):
        with ledger.connect() as connection:
            step(connection)
        build()
    assert kept(seed).tables() == ledger.tables()


def test_already_a_few_of_the_businesses_have_what_went_wrong_before(kept: Kept) -> None:
    seen: set[str] = set()
    for seed in A_FEW:
        for column, table in (
            ("exception_type", "exceptions"),
            ("lot_source", "shipped_items"),
            ("transaction_type", "inventory_transactions"),
        ):
            seen |= {kind for (kind,) in kept(seed).rows(f"select distinct {column} from {table}")}
    assert seen >= {
        "unknown_sku", "unparsed_sku", "missing_ship_date", "historical_shipment", "missing_order",
        "refund_line", "unreadable_quantity", "unreadable_amount", "future_ship_date",
        "unassigned_lot", "lot_overdrawn", "duplicate_sku_on_order", "shipment", "fifo", "unassigned", "opening",
        "receive", "repack", "adjust_up", "adjust_down", "ship", "count", "units_not_on_labels",
        "more_shipped_than_ordered",
    }  # fmt: skip


def test_shipped_items_are_the_goods_of_the_labels(case: Case) -> None:
    expected = Counter()
    for goods in case.plain.shipped:
        expected[goods.order_id, goods.shipment_id, goods.day, goods.sku] += goods.quantity
    found = case.rows("""
        select shipstation_order_id, shipment_id, ship_date, sku_code, sum(quantity_shipped)
        from shipped_items group by all
    """)
    assert {tuple(key): units for *key, units in found} == {key: units for key, units in expected.items() if units}


def test_units_without_a_lot_are_taken_from_the_oldest_with_stock(case: Case) -> None:
    found = case.rows(f"""
        select ship_date, sku_code, lot_number, sum(quantity_shipped) from shipped_items
        inner join skus using (sku_code)
        where lot_source <> 'shipment' and is_key_product and ship_date > date '{case.plain.opening_day}'
        group by all
    """)
    assert {tuple(key): units for *key, units in found} == dict(case.plain.lots_taken())


def test_what_shipped_is_under_the_number_its_order_has_now(case: Case) -> None:
    for table in ("shipped_orders", "shipped_items", "charge_details"):
        assert (
            case.rows(f"""
            select shipstation_order_id from {table} as counted
            inner join orders_inbox as orders using (shipstation_order_id)
            where counted.order_number is distinct from orders.order_number
        """)
            == []
        )


def test_the_shelf_of_each_day_is_opening_plus_in_less_out_on_pallets_of_its_day(case: Case) -> None:
    found = case.rows("select inventory_date, sku_code, quantity_on_hand, pallet_count from inventory_daily")
    assert {(day, sku): (units, pallets) for day, sku, units, pallets in found} == case.plain.daily


def test_lots_and_units_of_no_lot_make_up_the_shelf(case: Case) -> None:
    balances = case.plain.lot_balances()
    received = case.plain.received()
    found = case.rows("select sku_code, lot_number, quantity_on_hand, received_date from lot_inventory")
    assert {(sku, lot): units for sku, lot, units, _ in found if units} == {
        key: units for key, units in balances.items() if units and key[1] is not None
    }
    assert {(sku, lot): day for sku, lot, _, day in found if day} == received
    totals = Counter()
    for (sku, _), units in balances.items():
        totals[sku] += units
    shelf = dict(case.rows("select sku_code, quantity_on_hand from inventory_current"))
    assert shelf == {sku: totals[sku] for sku in case.plain.stocked}


def test_the_ledger_has_every_movement_by_day_product_lot_and_kind(case: Case) -> None:
    plain = case.plain
    expected: Counter[tuple[Any, ...]] = Counter()
    for day, sku, lot, kind, units in plain.movements:
        if kind != "ship" or lot is not None:
            expected[day, sku, lot, kind] += units
    for (day, sku, lot), units in plain.lots_taken().items():
        expected[day, sku, lot, "ship"] -= units
    found = case.rows("""
        select transaction_date, sku_code, lot_number, transaction_type, sum(quantity)
        from inventory_transactions group by all
    """)
    assert {tuple(key): units for *key, units in found if units} == {key: n for key, n in expected.items() if n}


def test_on_each_day_opening_plus_in_less_out_of_all_lots_and_of_none_is_the_shelf(case: Case) -> None:
    moved: defaultdict[tuple[str, date], list[tuple[str | None, int]]] = defaultdict(list)
    for sku, day, lot, units in case.rows(
        "select sku_code, transaction_date, lot_number, quantity from inventory_transactions"
    ):
        moved[sku, day].append((lot, units))
    stock: Counter[tuple[str, str | None]] = Counter()
    for sku, day, units in case.rows(
        "select sku_code, inventory_date, quantity_on_hand from inventory_daily order by all"
    ):
        for lot, change in moved[sku, day]:
            stock[sku, lot] += change
        assert sum(left for (code, _), left in stock.items() if code == sku) == units
    lots = case.rows("select sku_code, lot_number, quantity_on_hand from lot_inventory")
    assert all(stock[sku, lot] == units for sku, lot, units in lots)


def test_a_month_opens_with_what_the_one_before_closed_with(case: Case) -> None:
    moved: Counter[tuple[str, date]] = Counter()
    for sku, day, units in case.rows("select sku_code, transaction_date, quantity from inventory_transactions"):
        moved[sku, day.replace(day=1)] += units if day <= case.plain.today else 0
    closed = case.rows("""
        select sku_code, date_trunc('month', inventory_date)::date, arg_max(quantity_on_hand, inventory_date)
        from inventory_daily group by all order by all
    """)
    before: Counter[str] = Counter()
    for sku, month, units in closed:
        assert units == before[sku] + moved[sku, month]
        before[sku] = units


def test_what_needs_a_person_is_listed(case: Case) -> None:
    plain = case.plain
    found = case.rows(
        f"select exception_type, shipstation_order_id from exceptions where exception_type in {KINDS_OF_ORDERS}"
    )
    assert set(found) == excepted_orders(plain.shipping)
    uncovered: Counter[tuple[str, str]] = Counter()
    for (words,) in case.rows("select detail from exceptions where exception_type = 'unassigned_lot'"):
        units, _, sku, _, _, day, *_ = words.split()
        uncovered[sku, day] += int(units)
    assert uncovered == {(sku, str(day)): n for (day, sku, lot), n in plain.lots_taken().items() if lot is None}
    overdrawn = {f"{sku}-{lot}" for (sku, lot), units in plain.lot_balances().items() if lot and units < 0}
    listed = case.rows("select split_part(detail, ' ', 2) from exceptions where exception_type = 'lot_overdrawn'")
    assert {lot for (lot,) in listed} == overdrawn


def test_every_key_names_a_row(case: Case) -> None:
    dangling = case.dangling_keys()
    assert len(dangling) > 25
    assert not any(dangling.values()), dangling


def test_each_ordered_unit_left_or_is_open_or_in_an_exception_and_none_counts_twice(case: Case) -> None:
    orders, units_of_orders = case.plain.shipping.orders, case.units_of_orders()
    for (order_id, goods), units in units_of_orders.items():
        # An unknown SKU of an open order is in an exception of its own; nobody can promise it.
        is_open = orders[order_id]["orderStatus"] in OPEN and goods in case.plain.products
        if orders[order_id]["items"] and (is_open or orders[order_id]["orderStatus"] == "shipped"):
            left = units["left"] + units["open"] + units["missing"]
            assert units["ordered"] + units["too many"] == left, (order_id, goods)
    allocated: Counter[str] = Counter()
    for (_, goods), units in units_of_orders.items():
        allocated[goods] += units["open"]
    found = dict(case.rows("select sku_code, quantity_allocated from inventory_current"))
    assert found == {sku: allocated[sku] for sku in found}


def test_units_on_no_label_and_more_than_were_ordered_are_listed_order_by_order(case: Case) -> None:
    found = {
        (name, *key): units[name]
        for key, units in case.units_of_orders().items()
        for name in ("missing", "too many")
        if units[name]
    }
    assert found == case.excepted_units()


def test_orders_still_to_be_shipped_are_marked_as_open(case: Case) -> None:
    orders = case.plain.shipping.orders
    found = case.rows("select shipstation_order_id, is_open from orders_inbox where not is_missing")
    assert dict(found) == {order_id: orders[order_id]["orderStatus"] in OPEN for order_id, _ in found}


def test_what_is_open_is_allocated(case: Case) -> None:
    found = dict(case.rows("select sku_code, quantity_allocated from inventory_current"))
    assert found == case.plain.allocated()


def test_weeks_are_the_units_of_their_days_with_zeros(case: Case) -> None:
    found = case.rows("select week_start_date, sku_code, quantity_shipped from weekly_shipped_history")
    assert {(week, sku): units for week, sku, units in found} == case.plain.weeks()


def test_the_weekly_report_has_the_shelf_at_the_weeks_end_and_the_average_of_its_weeks(case: Case) -> None:
    plain, weeks = case.plain, case.plain.weeks()
    first, last = monday_of(plain.opening_day), monday_of(plain.today - timedelta(days=4))
    available = {sku: plain.daily[plain.today, sku][0] - wanted for sku, wanted in plain.allocated().items()}
    expected = {}
    for number in range((last - first).days // 7 + 1):
        week = first + timedelta(days=7 * number)
        end = min(week + timedelta(days=6), plain.today)
        for sku in plain.stocked:
            units, pallets = plain.daily[end, sku]
            average, count = plain.average(weeks, week, sku)
            lasting = available[sku] if week == monday_of(plain.today) else units
            days = lasting * 7 / average if average else None
            out = None if days is None else end + timedelta(days=math.floor(min(max(days, 0), 36500)))
            close = [number if number is None else pytest.approx(float(number)) for number in (average, days)]
            shipped = weeks.get((week, sku), 0)
            expected[week, sku] = (units, close[0], count, close[1], out, pallets, shipped)
    found = case.rows("""
        select week_start_date, sku_code, quantity_on_hand, average_weekly_units, weeks_averaged, days_of_supply,
            run_out_date, pallet_count, quantity_shipped
        from weekly_inventory_report
    """)
    assert {(week, sku): tuple(figures) for week, sku, *figures in found} == expected


def test_the_bill_of_each_day_is_orders_units_pallets_and_postage_at_its_rates(case: Case) -> None:
    found = case.rows("""
        select charge_date, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,
            storage_charge_cents, postage_cents, total_cents, pallet_count
        from charge_report_daily
    """)
    assert {day: tuple(figures) for day, *figures in found} == case.plain.bill()


def test_a_close_of_the_running_month_adds_today_so_far_and_storage_for_todays_stock_on_the_days_to_come(
    case: Case,
) -> None:
    found = case.rows("""
        select charge_date, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,
            storage_charge_cents, postage_cents, total_cents, pallet_count
        from closing_days
    """)
    expected = case.plain.closing()
    assert {day: tuple(figures) for day, *figures in found} == expected
    pallets: Counter[date] = Counter()
    for day, count in case.rows("select inventory_date, pallet_count from closing_stock"):
        pallets[day] += count
    assert +pallets == +Counter({day: bill[-1] for day, bill in expected.items() if day > case.plain.today})
    today = case.rows("select sum(package_count), sum(postage_cents) from closing_carriers")
    assert [tuple(int(number or 0) for number in row) for row in today] == [
        (expected[case.plain.today][1], expected[case.plain.today][6])
    ]


def test_what_single_orders_are_charged_adds_up_to_the_charges_of_their_day(case: Case) -> None:
    found = case.rows("""
        select ship_date, sum(order_charge_cents), sum(handling_charge_cents), sum(charged_postage_cents)
        from charge_details group by all
    """)
    charged = {day: tuple(cents) for day, *cents in found if any(cents)}
    bill = {day: (figures[3], figures[4], figures[6]) for day, figures in case.plain.bill().items()}
    assert {day: cents for day, cents in charged.items() if day in bill} == {
        day: cents for day, cents in bill.items() if any(cents)
    }


def test_months_and_carriers_are_sums_of_days(case: Case) -> None:
    expected: dict[date, tuple[int, ...]] = {}
    for day, figures in case.plain.bill().items():
        month = day.replace(day=1)
        sums = expected.get(month, (0,) * 8)
        expected[month] = tuple(a + b for a, b in zip(sums, figures[:8], strict=True))
    found = case.rows("""
        select charge_month, order_count, package_count, unit_count, order_charge_cents, handling_charge_cents,
            storage_charge_cents, postage_cents, total_cents
        from charge_report_monthly
    """)
    assert {month: tuple(figures) for month, *figures in found} == expected
    carriers = case.rows(
        "select charge_month, carrier_code, service_code, package_count, postage_cents from charge_report_carriers"
    )
    assert {tuple(row[:3]): row[3:] for row in carriers} == case.plain.carriers()
