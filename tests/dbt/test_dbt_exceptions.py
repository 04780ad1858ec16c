"""Exceptions: each once, for as long as its cause is there, and no more than there are."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

FRIDAY = datetime(2026, 1, 9, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    """Built once; exceptions that the load finds are about the first order."""
    ledger = new_ledger(FRIDAY)
    options = {"parentId": None}
    orders = [
        order(1, [line("99999", 2), line(None, 3), line(" ", 5), line("99999", 7)]),
        order(2, [line("17612 - 250237", 5)]),
        order(3, [line("17612 - 250237", 1)], "awaiting_shipment"),
        order(4, [], "on_hold", advancedOptions=options | {"mergedIds": [3]}),
        order(
            5,
            [],
            "on_hold",
            modifyDate="2026-01-05T10:00:00.0000000",
            advancedOptions=options | {"mergedIds": [3, 5]},
        ),
        order(6, [line("18675", 800)]),
        order(7, [line("18675", 1)]),
        order(8, [line("18675", 2)]),
        order(9, [line("17914", 1)]),
    ]
    split = [line("17612 - 250237", 2), line("17612 - 250237", 3)]
    labels = [
        label(101, 1, "2026-01-06"),
        label(102, 2, "2026-01-06", [row | {"orderItemId": None} for row in split]),
        label(106, 6, "2025-11-08"),
        label(107, 7, "2025-11-09"),
        label(108, 8, "2025-11-10"),
        label(109, 9, "2025-11-05"),
        label(110, 777, "2025-11-05", [line("17914", 1)]),
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", labels, "load-1")
        raw_tables.note_state(
            connection, 3, "missing_in_shipstation", "load-1", since_at=FRIDAY, checked_at=FRIDAY
        )
        connection.execute("""
            insert into raw_shipstation.findings values
                ('99999', 'unknown_sku', 'warning', 1, '680001', 'Loading saw it.', '2026-01-02', null, 'l'),
                ('orders:1', 'field_mismatch', 'warning', 1, '680001', 'It differs.', '2026-01-02', null, 'l'),
                ('orders:2', 'field_mismatch', 'warning', 1, '680001', 'So does it.', '2026-01-02', null, 'l')
        """)
    ledger.build()
    return ledger


def listed(ledger: Ledger, exception_type: str) -> list[tuple[Any, ...]]:
    return ledger.rows(f"""
        select shipstation_order_id, severity, detail from exceptions
        where exception_type = '{exception_type}' order by all
    """)


def test_what_two_sources_tell_is_one_exception_as_it_was_seen_first(ledger: Ledger) -> None:
    assert listed(ledger, "unknown_sku") == [(1, "warning", "Loading saw it.")]
    [(key,)] = ledger.rows("select exception_id from exceptions where exception_type = 'unknown_sku'")
    with ledger.connect() as connection:
        connection.execute("update raw_shipstation.findings set resolved_at = now() where finding_key = '99999'")
    ledger.build()
    unknown = 'SKU "99999" (7) is not in skus.csv or sku_aliases.csv.'
    assert listed(ledger, "unknown_sku") == [(1, "error", unknown)]
    assert ledger.rows("select exception_id from exceptions where exception_type = 'unknown_sku'") == [(key,)]


def test_lines_without_any_text_are_one_exception_of_their_order(ledger: Ledger) -> None:
    [(order_id, severity, detail)] = listed(ledger, "unparsed_sku")
    assert (order_id, severity) == (1, "error")
    assert detail in ("A line of 3 has no SKU.", "A line of 5 has no SKU.")


def test_two_findings_of_one_kind_on_one_order_stay_two(ledger: Ledger) -> None:
    assert [detail for *_, detail in listed(ledger, "field_mismatch")] == ["It differs.", "So does it."]


def test_a_sku_twice_on_a_label_but_once_on_its_order_is_nothing_to_look_at(ledger: Ledger) -> None:
    assert [order_id for order_id, *_ in listed(ledger, "duplicate_sku_on_order")] == []


def test_of_several_survivors_of_a_merge_the_one_that_was_changed_last_is_believed(ledger: Ledger) -> None:
    assert listed(ledger, "missing_in_shipstation") == [
        (3, "info", "Merged into order 680005; it counts as cancelled.")
    ]


def test_units_of_no_lot_are_listed_by_order_for_sixty_days_and_by_day_before(ledger: Ledger) -> None:
    # Of 714 units in lots, 800 left on 8 November, 62 days ago; the 9th is 61 and the 10th 60 days ago.
    assert listed(ledger, "unassigned_lot") == [
        (8, "info", "2 of 18675 shipped on 2025-11-10 without a known lot."),
        (None, "info", "1 of 18675 shipped on 2025-11-09 without a known lot."),
        (None, "info", "86 of 18675 shipped on 2025-11-08 without a known lot."),
    ]


def test_late_history_is_a_warning_and_a_label_without_an_order_says_only_that_it_is_late(ledger: Ledger) -> None:
    late = "Dated 2025-11-05, long before it was first seen; its units are in no report."
    assert listed(ledger, "historical_shipment") == [(9, "warning", late), (777, "warning", late)]
    assert listed(ledger, "missing_order") == []
