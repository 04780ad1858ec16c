"""What an upload reads of the warehouse, on tables made by hand: whose units are free, and what waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import duckdb
import pytest

from ingest.sources.xcart.order_upload import UploadLine
from workflows.xcart.upload_log import UploadEvent
from workflows.xcart.upload_plan import Item, LocalOrder
from workflows.xcart.upload_stock import Stock

ORDERED = datetime(2025, 10, 1, 9, 30, tzinfo=timezone(timedelta(hours=-5)))
TABLES = """
set timezone = 'America/Chicago';
attach ':memory:' as ledger;
create schema ledger.marts;
create schema intermediate;
create schema raw_xcart;
create table ledger.marts.lot_inventory (
    sku_code varchar, lot_number varchar, quantity_on_hand bigint, pick_rank integer
);
create table intermediate.int_lots_promised (sku_code varchar, lot_number varchar, quantity_promised bigint);
create table ledger.marts.skus (sku_code varchar, product_name varchar);
create table ledger.marts.local_orders (
    order_key varchar, order_number varchar, ordered_at timestamptz, is_manual_number boolean, state varchar,
    shipstation_order_id bigint
);
create table ledger.marts.local_order_items (
    order_number varchar, item_key varchar, sku_code varchar, sold_as varchar, sku_status varchar, quantity bigint
);
create table ledger.marts.orders_inbox (
    shipstation_order_id bigint, order_number varchar, order_key varchar, order_status varchar
);
create table intermediate.int_lines_resolved (
    shipstation_order_id bigint, sku_code varchar, quantity bigint, shipment_id bigint
);
create table raw_xcart.orders (order_number varchar, payload json);
insert into ledger.marts.lot_inventory values
    ('17612', 'younger', 30, 2), ('17612', 'older', 10, 1), ('17612', 'quarantined', 99, null),
    ('17904', 'only', 5, 1);
insert into ledger.marts.skus values ('17612', 'PT Kit');
"""


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute(TABLES)
        yield connection


def put(database: duckdb.DuckDBPyConnection, table: str, *rows: tuple[Any, ...]) -> None:
    for row in rows:
        database.execute(f"insert into {table} values ({', '.join('?' * len(row))})", list(row))


def put_order(database: duckdb.DuckDBPyConnection, number: str, state: str, order_id: int | None = None) -> None:
    put(database, "ledger.marts.local_orders", (f"xcart-{number}", number, ORDERED, False, state, order_id))
    put(database, "ledger.marts.local_order_items", (number, "17612", "17612", "17612-6", "stocked", 6))


def event(*lines: UploadLine) -> UploadEvent:
    return UploadEvent("xcart-671825", "671825", "uploaded", lines=lines)


def test_free_is_the_stock_of_lots_that_may_leave_the_oldest_first(database: Any) -> None:
    lots = Stock(database).free_lots([])
    assert (lots.free("17612"), lots.free("17904"), lots.free("17914")) == (40, 5, 0)
    assert lots.take("17612", 15) == [("older", 10), ("younger", 5)]


def test_what_open_orders_and_uploads_name_is_taken_of_that_lot_and_what_names_none_of_the_oldest_left(
    database: Any,
) -> None:
    put(
        database,
        "intermediate.int_lots_promised",
        *(("17612", None, 7), ("17612", "older", 4), ("17612", "gone", 50), ("17904", "only", 9)),
    )
    lots = Stock(database).free_lots([event(UploadLine("17612", "PT Kit", "older", 3)), event()])
    assert (lots.free("17612"), lots.free("17904")) == (40 - 4 - 3 - 7, 0)
    assert lots.take("17612", 100) == [("younger", 40 - 4 - 3 - 7)]


def test_two_uploads_of_one_lot_take_both_of_it(database: Any) -> None:
    lots = Stock(database).free_lots([event(UploadLine("17612", "PT Kit", "younger", 10))] * 2)
    assert lots.take("17612", 100) == [("older", 10), ("younger", 10)]


def test_what_waits_are_the_orders_that_shipstation_did_not_have_with_their_goods(database: Any) -> None:
    for number, state in (("671826", "uploaded"), ("671825", "waiting"), ("671827", "in_shipstation")):
        put_order(database, number, state)
    put(database, "ledger.marts.local_order_items", ("671825", "text gift", None, "gift", "unparsed", 1))
    waiting = Stock(database).waiting()
    assert [order.order_number for order in waiting] == ["671825", "671826"]
    assert waiting[0] == LocalOrder(
        "xcart-671825",
        "671825",
        datetime(2025, 10, 1, 14, 30, tzinfo=UTC),
        False,
        (Item("17612", "PT Kit", "17612-6", "stocked", 6), Item(None, "gift", "gift", "unparsed", 1)),
    )
    assert waiting[0].ordered_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("key", "status", "units", "words"),
    [
        ("typed", "awaiting_shipment", 2, "has 2 of 6 17612"),
        ("typed", "awaiting_shipment", 6, None),
        ("typed", "cancelled", 2, "has 0 of 6 17612"),
        ("xcart-671825", "awaiting_shipment", 2, None),
    ],
)
def test_an_order_that_was_typed_in_with_less_than_the_shop_sold_says_so(
    database: Any, key: str, status: str, units: int, words: str | None
) -> None:
    put_order(database, "671825", "in_shipstation", 7)
    put(database, "ledger.marts.orders_inbox", (7, "671825", key, status))
    put(database, "intermediate.int_lines_resolved", (7, "17612", units, None), (7, "17612", 99, 70))
    details = [held.detail for held in Stock(database).partly_there()]
    assert len(details) == (words is not None)
    assert all(str(words) in detail for detail in details)


def test_only_the_payloads_that_are_asked_for_come(database: Any) -> None:
    put(database, "raw_xcart.orders", ("671825", '{"email": "a"}'), ("671826", "{}"))
    assert Stock(database).shop_payloads(["671825", "671827"]) == {"671825": {"email": "a"}}
