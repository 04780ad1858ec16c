"""A closed month stays as it was billed; what changes later is a line of the next month, with its cause."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import raw_tables
from closing import bill, close, come, lines, pass_time, restated, settings_of
from ledger_under_test import Ledger
from shipstation_payloads import fulfillment, label, line, order
from side_by_side import Steps, side_by_side

DECEMBER, JANUARY, FEBRUARY = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1))
VOID = {"voided": True, "voidDate": "2026-01-08T09:00:00.0000000"}
# An order of 4.25 and postage of 8.35; a unit is 0.75.
ORDER_AND_POSTAGE = 425 + 835


NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)
# By order: the goods, and the day of its label.
SHIPPED = {
    9: ("17914", 1, "2025-12-01"),
    1: ("17612", 5, "2025-12-29"),
    2: ("18795", 10, "2025-12-30"),
    4: ("17904", 2, "2025-12-31"),
    11: ("17612", 5, "2025-12-29"),
    12: ("17914", 10, "2025-12-30"),
    14: ("17904", 2, "2025-12-31"),
    3: ("17612", 1, "2026-01-05"),
}


@pytest.fixture(scope="module")
def december_closed(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Seven orders of December and one of January, built on 9 January; December is closed."""
    ledger = new_ledger(NOON)
    goods = {order_id: [line(sku, quantity)] for order_id, (sku, quantity, _) in SHIPPED.items()}
    labels = [label(100 + order_id, order_id, day, goods[order_id]) for order_id, (*_, day) in SHIPPED.items()]
    come(ledger, "load-1", [order(order_id, sold) for order_id, sold in goods.items()], labels)
    ledger.build()
    close(ledger, DECEMBER)
    return ledger


@pytest.fixture(scope="module")
def shared(december_closed: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return december_closed.copy(tmp_path_factory.mktemp("shared"), NOON)


@pytest.fixture
def ledger(december_closed: Ledger, tmp_path: Path) -> Ledger:
    return december_closed.copy(tmp_path, NOON)


@side_by_side
def test_a_label_voided_after_the_close_is_taken_back_in_the_next_month_and_the_closed_one_stays(
    ledger: Ledger,
) -> Steps:
    before = lines(ledger, DECEMBER)
    assert bill(ledger, DECEMBER)[:4] + bill(ledger, DECEMBER)[5:] == (7, 7, 35, 0, True)
    of_it = "shipstation_order_id = 1"
    assert restated(ledger, of_it) == []
    come(
        ledger, "load-2",
        [order(1, [line("17612", 5)], status="cancelled")],
        [label(101, 1, "2025-12-29", [line("17612", 5)], **VOID)],
    )  # fmt: skip
    yield
    assert lines(ledger, DECEMBER) == before
    taken_back = -(ORDER_AND_POSTAGE + 5 * 75)
    assert restated(ledger, of_it) == [
        (JANUARY, date(2025, 12, 29), -1, -1, -5, 0, taken_back, "label 101 voided"),
    ]
    [(cents,)] = ledger.rows("select sum(total_cents)::bigint from charge_restatements")
    assert bill(ledger, JANUARY)[3] == cents


@side_by_side
def test_each_kind_of_late_change_is_one_line_with_its_cause(ledger: Ledger) -> Steps:
    goods = [line("17904", 1)]
    come(
        ledger, "load-2",
        [order(14, goods), order(15, [line("17612", 3)])],
        [
            label(111, 11, "2026-01-02", [line("17612", 5)]),
            label(112, 12, "2025-12-30", [line("17914", 10)], shipmentCost=9.5),
            label(114, 14, "2025-12-31", goods),
            label(115, 15, "2025-12-15", [line("17612", 3)]),
        ],
    )  # fmt: skip
    yield
    assert restated(ledger, "shipstation_order_id between 11 and 15") == [
        (JANUARY, date(2025, 12, 15), 1, 1, 3, 0, ORDER_AND_POSTAGE + 225,
         "late shipment: label 115 was not known at the close"),
        (JANUARY, date(2025, 12, 29), -1, -1, -5, 0, -(ORDER_AND_POSTAGE + 375),
         "label 111 is dated 2026-01-02 now"),
        (JANUARY, date(2025, 12, 30), 0, 0, 0, 0, 115, "postage of label 112 changed from 8.35 to 9.50"),
        (JANUARY, date(2025, 12, 31), 0, 0, -1, 0, -75, "goods of label 114 changed from 17904:2 to 17904:1"),
    ]  # fmt: skip
    second_of_january = ledger.rows("""
        select order_count, package_count, unit_count from charge_report_daily
        where charge_date = date '2026-01-02'
    """)
    assert second_of_january == [(1, 1, 5)], "the label dated in January now is January's"


@side_by_side
def test_an_entry_dated_back_into_a_closed_month_is_billed_as_pallet_days_and_names_the_entry(
    ledger: Ledger,
) -> Steps:
    before = lines(ledger, DECEMBER)
    # 18795 stands at 7719 until the 29th and at 7709 after: 35 pallets of 222; 200 units more are 36.
    with ledger.connect() as connection:
        raw_tables.enter(connection, "e1", "receive", "2025-12-20", "18795", 200, "250500")
    yield
    assert lines(ledger, DECEMBER) == before
    assert restated(ledger, "entry_id = 'e1'") == [
        (JANUARY, date(2025, 12, 20), 0, 0, 0, 12, 12 * 45,
         "pallet-days of 18795 changed by 12 from 2025-12-20 on: "
         "receive of 200 dated back to 2025-12-20 (entry e1)"),
    ]  # fmt: skip
    of_pallets = "select entry_id, sku_codes from charge_restatements where pallet_count <> 0"
    assert ledger.rows(of_pallets) == [("e1", "18795")]
    stock = "select quantity_on_hand from inventory_daily where sku_code = '18795' and inventory_date = date '{}'"
    assert ledger.rows(stock.format("2025-12-31")) == [(7909,)], "the shelf tells the truth"


def test_a_rate_and_a_pallet_factor_changed_for_billed_days_restate_the_month_and_do_not_rewrite_it(
    ledger: Ledger,
) -> None:
    before = lines(ledger, DECEMBER)
    with ledger.connect() as connection:
        connection.execute("update seeds.rate_card set rate_cents = 400 where charge_type = 'order'")
        connection.execute("update seeds.pallet_factors set units_per_pallet = 8000 where sku_code = '18795'")
    ledger.build()
    assert lines(ledger, DECEMBER) == before
    # 35 pallets a day for 31 days were billed, now it is one; seven orders at 25 cents less.
    assert restated(ledger) == [
        (JANUARY, date(2025, 12, 1), 0, 0, 0, 0, -175,
         "order rate changed from 425 to 400 cents, from 2025-12-01 on"),
        (JANUARY, date(2025, 12, 1), 0, 0, 0, -1054, -1054 * 45,
         "pallet-days of 18795 changed by -1054 from 2025-12-01 on: 8000 units per pallet, billed with 222"),
    ]  # fmt: skip


@side_by_side
def test_what_a_closed_month_carried_is_not_billed_again_and_comes_back_when_it_is_undone(ledger: Ledger) -> Steps:
    of_it = "shipstation_order_id = 4"
    come(ledger, "load-carried", [], [label(104, 4, "2025-12-31", [line("17904", 2)], shipmentCost=9.5)])
    yield
    yield datetime(2026, 2, 3, 18, tzinfo=UTC)
    assert [row[0] for row in restated(ledger, of_it)] == [JANUARY], "January is not closed and bills it"
    close(ledger, JANUARY)
    closed = lines(ledger, JANUARY)
    assert closed[2][0][-1] is True
    assert [(row[0], row[6]) for row in restated(ledger, of_it)] == [(JANUARY, 115)]
    come(ledger, "load-dearer", [], [label(104, 4, "2025-12-31", [line("17904", 2)], shipmentCost=10)])
    yield
    assert [(row[0], row[6]) for row in restated(ledger, of_it)] == [(JANUARY, 115), (FEBRUARY, 50)]
    come(ledger, "load-undone", [], [label(104, 4, "2025-12-31", [line("17904", 2)])])
    yield
    assert restated(ledger, of_it)[1:] == [
        (FEBRUARY, date(2025, 12, 31), 0, 0, 0, 0, -115,
         "taken back: postage of label 104 changed from 8.35 to 9.50"),
    ]  # fmt: skip
    assert bill(ledger, FEBRUARY)[3:5] == (-115, ledger_days(ledger, FEBRUARY) - 115)
    assert lines(ledger, JANUARY) == closed
    movements = [
        (line["line_key"], line["quantity"])
        for file in sorted(settings_of(ledger).frozen.glob("2*.parquet"))
        for line in pq.read_table(file).to_pylist()
        if line["line_kind"] == "movement"
    ]
    assert len(movements) == len(set(movements)) > 0, "evidence once, in the first month that was closed after it"


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()


@pytest.mark.long
def test_units_that_left_beside_the_labels_of_a_closed_month_are_billed_late_and_taken_back_with_their_label(
    ledger: Ledger,
) -> None:
    sold = line("17904", 6)
    come(ledger, "load-2", [order(4, [sold])], [label(104, 4, "2025-12-31", [sold | {"quantity": 2}])])
    ledger.build()
    assert restated(ledger) == [], "what is on no label is an exception, and is not billed"
    with ledger.connect() as connection:
        mark = fulfillment(204, 4, "2025-12-31")
        raw_tables.load(connection, "fulfillments", [mark], "load-3", arrived_by="backfill")
    pass_time(ledger, date(2026, 2, 3))
    late = "late shipment: order 680004 was not known at the close"
    assert restated(ledger) == [(JANUARY, date(2025, 12, 31), 0, 0, 4, 0, 4 * 75, late)], "no order, no package"
    close(ledger, JANUARY)
    come(ledger, "load-4", [], [label(104, 4, "2025-12-31", [sold])])
    ledger.build()
    assert restated(ledger)[1:] == [
        (FEBRUARY, date(2025, 12, 31), 0, 0, -4, 0, -4 * 75, f"taken back: {late}"),
        (FEBRUARY, date(2025, 12, 31), 0, 0, 4, 0, 4 * 75,
         "goods of label 104 changed from 17904:2 to 17904:6"),
    ]  # fmt: skip
    ledger.assert_same_as_full_build()


def ledger_days(ledger: Ledger, month: date) -> int:
    [(cents,)] = ledger.rows(f"""
        select sum(total_cents) from charge_report_daily where date_trunc('month', charge_date) = date '{month}'
    """)
    return int(cents)
