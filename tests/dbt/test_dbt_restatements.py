"""What changes after closes: orders without a label, months that are closed in a row, the last day of a month."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pyarrow.parquet as pq
import pytest
import raw_tables
from closing import close, come, restated, settings_of
from ledger_under_test import Ledger, copy_closes
from shipstation_payloads import Payload, fulfillment, label, line, order
from side_by_side import Steps, side_by_side

DECEMBER, JANUARY, FEBRUARY, MARCH = (date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1))
NOON = datetime(2026, 1, 9, 18, tzinfo=UTC)
FEBRUARY_3, MARCH_3 = datetime(2026, 2, 3, 18, tzinfo=UTC), datetime(2026, 3, 3, 18, tzinfo=UTC)
LABELS = [
    label(104, 4, "2025-12-31", [line("17914", 1)]),
    label(114, 14, "2025-12-31", [line("17914", 1)]),
    label(109, 9, "2025-12-01", [line("17914", 1)]),
]
VOID = {"voided": True, "voidDate": "2026-01-08T09:00:00.0000000"}
# An order is 4.25 and postage 8.35; a unit is 0.75, a pallet-day 0.45.
ORDER, POSTAGE, UNIT, PALLET_DAY = 425, 835, 75, 45
LATE_LABEL = "late shipment: label 105 was not known at the close"
E1 = "receive of 200 dated back to 2025-12-20 (entry e1)"
E2 = "adjust_up of 222 dated back to 2025-12-31 (entry e2)"
GONE = "label 110 voided"


@pytest.fixture(scope="module")
def december_closed(new_ledger: Callable[..., Ledger]) -> Ledger:
    """December, closed: labels on its first and last day, three fulfillments, an order with its own date."""
    ledger = new_ledger(NOON)
    orders = [
        order(1, [line("17612", 5)]),
        order(2, [line("17914", 10)], shipDate="2025-12-30"),
        order(3, [line("17914", 2)]),
        order(13, [line("17914", 2)]),
        *(order(order_id, [line("17914", 1)]) for order_id in (4, 14, 9)),
    ]
    come(ledger, "load-1", orders, LABELS)
    marks = [
        fulfillment(201, 1, "2025-12-29"),
        fulfillment(203, 3, "2025-12-30"),
        fulfillment(213, 13, "2025-12-30"),
    ]
    mark(ledger, "load-1", *marks)
    with ledger.connect() as connection:
        raw_tables.enter(connection, "e0", "receive", "2025-12-31", "17904", 10, "250240")
    ledger.build()
    close(ledger, DECEMBER)
    return ledger


@pytest.fixture(scope="module")
def shared(december_closed: Ledger, tmp_path_factory: pytest.TempPathFactory) -> Ledger:
    return december_closed.copy(tmp_path_factory.mktemp("shared"), NOON)


def mark(ledger: Ledger, load_id: str, *fulfillments: Payload) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, "fulfillments", list(fulfillments), load_id, arrived_by="backfill")


def enter(ledger: Ledger, entry_id: str, kind: str, day: str, quantity: int) -> None:
    with ledger.connect() as connection:
        raw_tables.enter(connection, entry_id, kind, day, "18795", quantity, "250500")


def frozen(ledger: Ledger, kind: str) -> dict[str, Any]:
    """The frozen lines of December of a kind, by key."""
    file = pq.read_table(settings_of(ledger).frozen / "2025-12.parquet")
    return {line["line_key"]: line for line in file.to_pylist() if line["line_kind"] == kind}


@side_by_side
def test_a_shipment_without_a_label_is_restated_when_it_goes_moves_changes_or_comes_late(ledger: Ledger) -> Steps:
    come(
        ledger, "load-2",
        [
            order(1, [line("17612", 5)], "cancelled"),
            order(2, [line("17914", 10)], shipDate="2025-12-28"),
            order(3, [line("17914", 1)]),
            order(6, [line("17914", 3)]),
        ],
        [],
    )  # fmt: skip
    mark(ledger, "load-2", fulfillment(201, 1, "2025-12-29", **VOID), fulfillment(206, 6, "2025-12-15"))
    yield
    assert restated(ledger, "shipstation_order_id in (1, 2, 3, 6)") == [
        (JANUARY, date(2025, 12, 15), 1, 0, 3, 0, ORDER + 3 * UNIT,
         "late shipment: order 680006 was not known at the close"),
        (JANUARY, date(2025, 12, 28), 1, 0, 10, 0, ORDER + 10 * UNIT,
         "order 680002 was billed on 2025-12-30, and is dated 2025-12-28 now"),
        (JANUARY, date(2025, 12, 29), -1, 0, -5, 0, -(ORDER + 5 * UNIT),
         "order 680001 does not count as shipped any more"),
        (JANUARY, date(2025, 12, 30), -1, 0, -10, 0, -(ORDER + 10 * UNIT), "order 680002 is dated 2025-12-28 now"),
        (JANUARY, date(2025, 12, 30), 0, 0, -1, 0, -UNIT,
         "goods of order 680003 changed from 17914:2 to 17914:1"),
    ]  # fmt: skip


@side_by_side
def test_an_order_without_a_label_that_moved_into_an_open_month_says_so(ledger: Ledger) -> Steps:
    mark(ledger, "load-2", fulfillment(213, 13, "2026-01-02"))
    yield
    assert [row[1:] for row in restated(ledger, "shipstation_order_id = 13")] == [
        (date(2025, 12, 30), -1, 0, -2, 0, -(ORDER + 2 * UNIT), "order 680013 is dated 2026-01-02 now")
    ]


@side_by_side
def test_the_last_day_of_the_month_is_billed_frozen_and_restated(ledger: Ledger) -> Steps:
    assert len(frozen(ledger, "day")) == 31
    day = frozen(ledger, "day")["2025-12-31"]
    figures = [day[name] for name in ("order_count", "package_count", "unit_count", "postage_cents")]
    assert figures == [2, 2, 2, 2 * 835]
    assert day["storage_charge_cents"] == day["pallet_count"] * PALLET_DAY > 0
    assert "4|104|2025-12-31" in frozen(ledger, "detail")
    assert {key.split("|")[1] for key in frozen(ledger, "stock")} == {f"2025-12-{day:02}" for day in range(1, 32)}
    assert "entry:e0" in frozen(ledger, "movement")
    come(
        ledger, "load-2",
        [order(4, [line("17914", 1)], "cancelled")], [label(104, 4, "2025-12-31", [line("17914", 1)], **VOID)],
    )  # fmt: skip
    yield
    assert restated(ledger, "shipstation_order_id = 4") == [
        (JANUARY, date(2025, 12, 31), -1, -1, -1, 0, -(ORDER + POSTAGE + UNIT), "label 104 voided")
    ]


def dear(cents: float) -> Payload:
    """The label of the 31st at another price."""
    return label(114, 14, "2025-12-31", [line("17914", 1)], shipmentCost=cents)


@side_by_side
def test_an_order_whose_first_label_is_voided_is_charged_on_its_second_day_however_early_that_was_bought(
    ledger: Ledger,
) -> Steps:
    sold = [line("17914", 1), line("17914", 1)]
    first = label(107, 7, "2026-01-05", sold[:1], createDate="2026-01-05T11:00:00.0000000")
    second = label(108, 7, "2026-01-07", sold[1:], createDate="2026-01-04T11:00:00.0000000")
    come(ledger, "load-2", [order(7, sold)], [first, second])
    yield FEBRUARY_3
    details = (
        "select ship_date, order_count, billed_order_count from charge_details where shipstation_order_id = 7"
    )
    assert ledger.rows(f"{details} order by 1") == [(date(2026, 1, 5), 1, None), (date(2026, 1, 7), 0, None)]
    close(ledger, JANUARY)
    come(ledger, "load-3", [order(7, sold[1:])], [first | VOID])
    yield
    assert ledger.rows(f"{details} order by 1") == [(date(2026, 1, 5), 0, 1), (date(2026, 1, 7), 1, 0)]
    assert restated(ledger, "shipstation_order_id = 7") == [
        (FEBRUARY, date(2026, 1, 5), -1, -1, -1, 0, -(ORDER + POSTAGE + UNIT), "label 107 voided"),
        (FEBRUARY, date(2026, 1, 7), 1, 0, 0, 0, ORDER, "order 680007 was first shipped on another day"),
    ]


@side_by_side
def test_months_closed_in_a_row_each_carry_what_came_since_with_its_causes_and_nothing_twice(
    ledger: Ledger,
) -> Steps:
    of_it = "sku_codes = '18795' or shipstation_order_id in (5, 10, 14)"
    # 18795 stands on 35 pallets of 222, at 7719 units. With 500 less from the 15th (33)
    # and 200 more from the 20th (34), 5 days of 2 and 12 of 1 pallet less. January's own unit changes no pallet.
    come(
        ledger, "load-a",
        [order(5, [line("18795", 500)]), order(10, [line("18795", 1)])],
        [
            label(105, 5, "2025-12-15", [line("18795", 500)]),
            label(110, 10, "2026-01-07", [line("18795", 1)]),
            dear(9.5),
        ],
    )  # fmt: skip
    enter(ledger, "e1", "receive", "2025-12-20", 200)
    yield
    close(ledger, DECEMBER, "again", again=True)
    late = ORDER + POSTAGE + 500 * UNIT
    of_january = [
        (JANUARY, date(2025, 12, 15), 1, 1, 500, 0, late, LATE_LABEL),
        (JANUARY, date(2025, 12, 15), 0, 0, 0, -22, -22 * PALLET_DAY,
         f"pallet-days of 18795 changed by -22 from 2025-12-15 on: {LATE_LABEL}; {E1}"),
        (JANUARY, date(2025, 12, 31), 0, 0, 0, 0, 115, "postage of label 114 changed from 8.35 to 9.50"),
    ]  # fmt: skip
    assert restated(ledger, of_it) == of_january, "a second close of December has changed nothing"
    closed = "select version, run_id, actor, frozen_at < closed_at from closed_months"
    assert ledger.rows(closed) == [(2, "again", "tester", True)]
    assert ledger.rows("""
        select shipstation_order_id, shipment_id, entry_id from charge_restatements
        where restatement_kind = 'storage' and sku_codes = '18795'
    """) == [(None, None, None)], "of several causes none is named alone"
    yield FEBRUARY_3
    close(ledger, JANUARY)
    assert restated(ledger, of_it) == of_january, "carried by January and by no other month"

    # The labels are void, 222 are found on the last day of December, and 100 came in January. Of December, 11 days
    # are a pallet more than billed and the 31st two; of January, billed at 34, 19 days are 37 and 12 are 38.
    come(
        ledger, "load-b",
        [order(5, [line("18795", 500)], "cancelled"), order(10, [line("18795", 1)], "cancelled")],
        [
            label(105, 5, "2025-12-15", [line("18795", 500)], **VOID),
            label(110, 10, "2026-01-07", [line("18795", 1)], **VOID),
            dear(10),
        ],
    )  # fmt: skip
    enter(ledger, "e2", "adjust_up", "2025-12-31", 222)
    enter(ledger, "e3", "receive", "2026-01-20", 100)
    yield
    of_february = [
        (FEBRUARY, date(2025, 12, 15), -1, -1, -500, 0, -late, f"taken back: {LATE_LABEL}"),
        (FEBRUARY, date(2025, 12, 20), 0, 0, 0, 13 + 22, 35 * PALLET_DAY,
         f"pallet-days of 18795 changed by 13 from 2025-12-20 on: {E1}; {E2}"),
        (FEBRUARY, date(2025, 12, 31), 0, 0, 0, 0, 50, "postage of label 114 changed from 8.35 to 10.00"),
        (FEBRUARY, date(2026, 1, 1), 0, 0, 0, 105, 105 * PALLET_DAY,
         f"pallet-days of 18795 changed by 105 from 2026-01-01 on: taken back: {LATE_LABEL}; {E2}; {GONE}; "
         "and 1 more"),
        (FEBRUARY, date(2026, 1, 7), -1, -1, -1, 0, -(ORDER + POSTAGE + UNIT), GONE),
    ]  # fmt: skip
    assert restated(ledger, of_it) == of_january + of_february

    # 222 more from the 25th of January on are a pallet more for 7 days, and for the 28 of February.
    yield MARCH_3
    close(ledger, FEBRUARY)
    come(ledger, "load-c", [], [dear(8.35)])
    enter(ledger, "e4", "receive", "2026-01-25", 222)
    yield
    assert restated(ledger, of_it) == [
        *of_january,
        *of_february,
        (MARCH, date(2025, 12, 31), 0, 0, 0, 0, -165,
         "taken back: postage of label 114 changed from 8.35 to 10.00"),
        (MARCH, date(2026, 1, 1), 0, 0, 0, 7, 7 * PALLET_DAY,
         f"pallet-days of 18795 changed by 112 from 2026-01-01 on: taken back: {LATE_LABEL}; {E2}; {GONE}; "
         "and 2 more"),
        (MARCH, date(2026, 2, 1), 0, 0, 0, 28, 28 * PALLET_DAY,
         "pallet-days of 18795 changed by 28 from 2026-02-01 on: "
         "receive of 222 dated back to 2026-01-25 (entry e4)"),
    ]  # fmt: skip


def test_a_shipment_dated_before_the_first_day_that_was_billed_is_restated(
    new_ledger: Callable[..., Ledger],
) -> None:
    ledger = new_ledger(NOON)
    come(ledger, "load-1", [order(1, [line("17612", 5)])], [label(101, 1, "2025-12-10")])
    ledger.build()
    close(ledger, DECEMBER)
    come(ledger, "load-2", [order(2, [line("17612", 2)])], [label(102, 2, "2025-12-05")])
    ledger.build()
    [(_, day, orders, packages, units, _, cents, _)] = [row for row in restated(ledger) if row[2]]
    assert (day, orders, packages, units) == (date(2025, 12, 5), 1, 1, 2)
    assert cents == ORDER + POSTAGE + 2 * UNIT


@side_by_side
def test_the_first_label_of_all_is_restated_when_it_goes_and_the_days_after_it_stay_billed(
    ledger: Ledger,
) -> Steps:
    come(
        ledger, "load-2",
        [order(9, [line("17914", 1)], "cancelled")], [label(109, 9, "2025-12-01", [line("17914", 1)], **VOID)],
    )  # fmt: skip
    yield
    assert restated(ledger, "shipstation_order_id = 9") == [
        (JANUARY, date(2025, 12, 1), -1, -1, -1, 0, -(ORDER + POSTAGE + UNIT), "label 109 voided")
    ]


@side_by_side
def test_opening_stock_put_right_after_a_close_names_the_opening(ledger: Ledger) -> Steps:
    with ledger.connect() as connection:
        connection.execute("update seeds.opening_balances set quantity = 762 where sku_code = '18675'")
    yield
    # 762 units are 16 pallets of 48; 714 were billed, on 15.
    assert [row[5:] for row in restated(ledger, "sku_codes = '18675'")] == [
        (31, 31 * PALLET_DAY, "pallet-days of 18675 changed by 31 from 2025-12-01 on: "
         "opening of 762 dated back to 2025-09-19"),
    ]  # fmt: skip


@side_by_side
def test_a_late_shipment_of_a_month_without_a_bill_is_named_for_the_shelves_it_emptied(ledger: Ledger) -> Steps:
    late = [label(125, 25, "2025-11-20", [line("17904", 81)])]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", [order(25, [line("17904", 81)])], "load-2", arrived_by="backfill")
        seen_at = datetime.now(UTC)
        raw_tables.load(connection, "shipments", late, "load-2", arrived_by="backfill", seen_at=seen_at)
    yield
    cause = f"pallet-days of 17904 changed by -31 from 2025-12-01 on: {LATE_LABEL.replace('105', '125')}"
    assert [row[5:] for row in restated(ledger, "restatement_kind = 'storage' and sku_codes = '17904'")] == [
        (-31, -31 * PALLET_DAY, cause)
    ]


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()


def test_billed_orders_without_a_label_that_are_not_loaded_or_came_too_late_are_missing_and_not_restated(
    december_closed: Ledger, new_ledger: Callable[..., Ledger]
) -> None:
    rebuilt = new_ledger(NOON)
    in_june = datetime(2026, 6, 1, 18, tzinfo=UTC)
    copy_closes(december_closed.home, rebuilt.home)
    come(rebuilt, "load-1", [order(order_id, [line("17914", 1)]) for order_id in (4, 14, 9)], LABELS)
    with rebuilt.connect() as connection:
        raw_tables.load(connection, "orders", [order(1, [line("17612", 5)])], "load-1", seen_at=in_june)
        marks = [fulfillment(201, 1, "2025-12-29")]
        raw_tables.load(connection, "fulfillments", marks, "load-1", seen_at=in_june)
        raw_tables.enter(connection, "e0", "receive", "2025-12-31", "17904", 10, "250240")
        raw_tables.load_closes(connection, settings_of(rebuilt).operations, "closes")
    rebuilt.build()
    listed = rebuilt.rows("select detail from exceptions where exception_type = 'missing_history'")
    assert [detail[: detail.index(" are")] for (detail,) in listed] == ["4 shipments billed in December 2025"]
    assert restated(rebuilt) == []
