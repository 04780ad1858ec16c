"""What an order is found by, asked of tables made by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import duckdb
import pytest

from streamlit_app.data.order_search import Search, read_lot_number, read_words
from tests.contract_tables import create_tables, insert

FIRST, SECOND, THIRD = date(2025, 10, 1), date(2025, 10, 2), date(2025, 10, 5)


@pytest.fixture(scope="module")
def marts() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        create_tables(connection)
        insert(
            connection,
            "orders_inbox",
            "shipstation_order_id, order_number, order_status, order_date, ship_date",
            [
                # Left in two packages; the label of the second had been voided once.
                (1, "671825", "shipped", FIRST, SECOND),
                (2, "A1671826", "on_hold", SECOND, None),
                (3, "671900", "cancelled", THIRD, None),
                (4, "700000", "awaiting_payment", None, None),
            ],
        )
        columns = "shipped_item_id, shipstation_order_id, ship_date, shipstation_sku_raw, sku_code, lot_number"
        items = [("a", 1, SECOND, "17612 - 250300", "17612", "250300"), ("b", 1, THIRD, "OraCare", None, None)]
        insert(connection, "shipped_items", columns, items)
        columns = "shipstation_order_id, line_number, shipstation_sku_raw, sku_code, lot_number"
        insert(
            connection,
            "order_items_inbox",
            columns,
            [(2, 1, "17904-X", "17904", "250237"), (3, 1, None, None, None)],
        )
        columns = "package_key, shipstation_order_id, tracking_number, is_voided"
        insert(connection, "packages", columns, [("label 1", 1, "9400AbC", False), ("label 2", 1, "1Zvoid", True)])
        yield connection


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3, 4]),
        ({"text": "6718"}, [1, 2]),
        ({"text": "a16"}, [2]),
        ({"text": "9400abc"}, [1]),
        ({"text": "94 00 abc"}, [1]),
        ({"text": "1zvoid"}, [1]),
        ({"text": "9401"}, []),
        ({"text": "17612"}, [1]),
        ({"text": "17904-x"}, [2]),
        ({"text": "oracare"}, [1]),
        ({"text": "250237"}, [2]),
        ({"text": "2503"}, [1]),
        # A lot of its product, on one line; and a SKU as printed, with spaces or without.
        ({"text": "17612-2503"}, [1]),
        ({"text": "17612 - 250300"}, [1]),
        ({"text": "17904-250237"}, [2]),
        ({"text": "17904-250300"}, []),
        ({"state": "open"}, [2, 4]),
        ({"state": "shipped"}, [1]),
        ({"state": "cancelled"}, [3]),
        ({"since": SECOND}, [2, 3]),
        ({"until": SECOND}, [1, 2]),
        ({"since": SECOND, "until": SECOND}, [2]),
        # A second package leaves on another day than the order's first.
        ({"by_shipping": True, "since": THIRD, "until": THIRD}, [1]),
        ({"by_shipping": True, "since": SECOND, "until": SECOND}, [1]),
        ({"by_shipping": True, "until": FIRST}, []),
        # All that is asked for must hold.
        ({"text": "6718", "state": "open"}, [2]),
        ({"text": "250300", "since": FIRST, "state": "shipped"}, [1]),
        ({"text": "250300", "state": "open"}, []),
    ],
)
def test_an_order_is_found_by_what_it_is_asked_for(
    marts: duckdb.DuckDBPyConnection, asked: dict[str, Any], found: list[int]
) -> None:
    condition, values = Search(**asked).condition()
    query = f"select shipstation_order_id from marts.orders_inbox as orders where {condition} order by 1"
    assert [order_id for (order_id,) in marts.execute(query, values).fetchall()] == found


@pytest.mark.parametrize(
    ("typed", "sku", "lot"),
    [
        ("260616", "", "260616"),
        (" 2606 ", "", "2606"),
        ("17612-260616", "17612", "260616"),
        ("17612 - 260616", "17612", "260616"),
        ("17612\u2009\u2013\u200a260616\u200b", "17612", "260616"),
        ("17612-", "17612", ""),
        ("OraCare-1", "", "oracare-1"),
        ("<b>=1+1", "", "<b>=1+1"),
    ],
)
def test_a_lot_is_read_as_people_type_it(typed: str, sku: str, lot: str) -> None:
    assert read_lot_number(typed) == (sku, lot)


def test_what_is_typed_is_read_without_surplus_spaces_and_invisible_characters() -> None:
    assert read_words("  A1671826\u200b  b ") == "a1671826 b"
