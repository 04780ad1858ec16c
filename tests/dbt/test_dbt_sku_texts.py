"""A character that nobody sees makes no SKU unknown, and one that makes a text unreadable is shown: one build."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order


@pytest.fixture(scope="module")
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    orders = [
        order(1, [line("17612\u200b-250300", 3), line("\ufeff17612-6", 1), line("176\u200d12", 1)]),
        order(2, [line("17612\u00ad250300", 1), line("9\u200e9999", 2), line("\u200b", 4)]),
        order(3, [line("17904", 1), line("17904\u2060", 2)], "on_hold"),
    ]
    labels = [
        label(101, 1, "2026-01-06", [line("17612 - 250300\u200f", 2, orderItemId=None)]),
        label(102, 1, "2026-01-07"),
        label(103, 2, "2026-01-07"),
    ]
    sold = [
        {"sku": "17914\u200e", "name": "x", "amount": 2},
        {"sku": "gift\u00a0\u200bcard", "name": "x", "amount": 1},
    ]
    with ledger.connect() as connection:
        raw_tables.load(connection, "orders", orders, "load-1")
        raw_tables.load(connection, "shipments", labels, "load-1")
        connection.execute(
            "insert into raw_xcart.orders values ('671825', 'xcart-671825', '2026-01-05 23:30:00', ?, '{}', 'h',"
            " 'shop.xml', 1, now(), now(), null, 'x1')",
            [json.dumps(sold)],
        )
        raw_tables.enter(
            connection, "e1", "receive", "2026-01-05", "17612\u200b", 100, "\ufeff17612 - 250300\u200b"
        )
        raw_tables.enter(connection, "e2", "receive", "2026-01-05", "1761\u200b", 100, "250300")
    ledger.build()
    return ledger


def test_goods_of_texts_with_invisible_characters_count_for_their_product_and_lot_once(ledger: Ledger) -> None:
    assert ledger.rows("""
        select shipment_id, sku_code, lot_number, quantity_shipped from shipped_items
        where shipstation_order_id = 1 order by all
    """) == [
        (101, "17612", "250300", 2),
        (102, "17612", "250237", 1),
        (102, "17612", "250237", 6),
        (102, "17612", "250300", 1),
    ]


def test_what_an_operator_typed_with_them_is_booked_on_its_lot(ledger: Ledger) -> None:
    booked = ledger.rows("select sku_code, lot_number, quantity from inventory_transactions where reason = 'test'")
    assert booked == [("17612", "250300", 100)]
    refused = ledger.rows("select detail from exceptions where exception_type = 'invalid_entry'")
    assert refused == [("Entry e2 (receive, SKU 1761) cannot be booked.",)]


def test_an_exception_shows_what_nobody_sees_in_a_text(ledger: Ledger) -> None:
    details = ledger.rows("""
        select exception_type, detail from exceptions
        where exception_type in ('unknown_sku', 'unparsed_sku', 'duplicate_sku_on_order') order by 2
    """)
    assert details == [
        ("unparsed_sku", '1 of "gift<U+00A0><U+200B>card" are not in skus.csv or sku_aliases.csv.'),
        ("duplicate_sku_on_order", "17904 is on 2 lines of the order."),
        ("unparsed_sku", 'SKU "17612<U+00AD>250300" (1) is not in skus.csv or sku_aliases.csv.'),
        ("unknown_sku", 'SKU "9<U+200E>9999" (2) is not in skus.csv or sku_aliases.csv.'),
        ("unparsed_sku", 'SKU "<U+200B>" (4) is not in skus.csv or sku_aliases.csv.'),
    ]


def test_the_shop_s_lines_are_looked_up_in_the_same_spelling(ledger: Ledger) -> None:
    items = ledger.rows("select sku_status, sku_code, quantity from local_order_items order by all")
    assert items == [("stocked", "17914", 2), ("unparsed", None, 1)]
