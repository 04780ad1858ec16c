"""No build fails because of the text of one row: whatever can be read as JSON is built, and no order is lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pyarrow as pa
import pytest
import raw_tables
from ledger_under_test import Ledger
from odd_texts import VALUES, with_value
from shipstation_payloads import fulfillment, label, line, order

from ingest.client.list_page import read_around
from workflows.cycle.open_units import measure_open_units, read_open_lines

FIELDS = {
    "orders": """
        orderNumber orderKey orderStatus orderDate createDate modifyDate shipDate carrierCode serviceCode note
        customerId customerEmail customerUsername shipTo shipTo.name shipTo.state advancedOptions
        advancedOptions.parentId advancedOptions.mergedIds advancedOptions.billToMyOtherAccount items items.0
        items.0.orderItemId items.0.sku items.0.quantity items.0.unitPrice items.0.adjustment
    """,
    "shipments": """
        orderId orderNumber createDate shipDate shipmentCost insuranceCost trackingNumber isReturnLabel carrierCode
        serviceCode voided voidDate shippingProviderId shipTo shipTo.city shipmentItems shipmentItems.0
        shipmentItems.0.sku shipmentItems.0.quantity shipmentItems.0.orderItemId
    """,
    "fulfillments": """
        orderNumber shipDate trackingNumber carrierCode fulfillmentServiceCode createDate voided voidDate
    """,
}


def plain(table: str, number: int) -> dict[str, Any]:
    place = {"name": "A. Person", "city": "Lakeview", "state": "MN"}
    if table == "orders":
        status = "awaiting_shipment" if number % 2 else "shipped"
        return order(number, [line("17612 - 250300", 2), line("18795", 1)], status, shipTo=place)
    if table == "shipments":
        return label(number, number, "2026-01-06", [line("17612 - 250300", 1)], shipTo=place, shippingProviderId=7)
    return fulfillment(number, number, "2026-01-06")


def load_odd(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """A row for each field and value; of some the row before had the value, and this one lacks the field."""
    key = raw_tables.KEYS[table]
    texts = [(path, value) for path in FIELDS[table].split() for value in VALUES]
    numbers = range(1, len(texts) + 1)
    raw_tables.load(connection, table, [plain(table, number) for number in numbers], "load-1")
    odd = [with_value(plain(table, number), *text) for number, text in zip(numbers, texts, strict=True)]
    connection.register("odd", pa.table({"number": list(numbers), "text": odd}))
    columns = {name for (name, *_) in connection.execute(f"describe raw_shipstation.{table}").fetchall()}
    beside = [f"{name} = text->>'$.{field}'" for name, field in raw_tables.TEXTS.items() if name in columns]
    connection.execute(f"""
        update raw_shipstation.{table} set payload = text::json, {", ".join(beside)}
        from odd where {key} = number and number % 5 > 0;
        update raw_shipstation.{table} set kept_fields = text::json, payload = json_object('orderId', number)
        from odd where {key} = number and number % 5 = 0
    """)
    connection.unregister("odd")


@pytest.fixture(scope="module")
def odd(new_ledger: Callable[..., Ledger]) -> Ledger:
    ledger = new_ledger()
    with ledger.connect() as connection:
        for table in FIELDS:
            load_odd(connection, table)
    ledger.build()
    return ledger


def test_no_text_of_a_row_makes_a_build_fail_and_no_order_is_lost(odd: Ledger) -> None:
    count = len(FIELDS["orders"].split()) * len(VALUES)
    assert odd.rows("select count(*) from orders_inbox where shipstation_order_id > 0") == [(count,)]
    # The other line of an order is what it was, wherever the odd value was not all of its lines.
    [(untouched,)] = odd.rows("select count(*) from order_items_inbox where sku_code = '18795' and quantity = 1")
    assert untouched == count - len(VALUES)


def test_a_quantity_beyond_all_bounds_does_not_end_the_measurement_of_open_units(odd: Ledger) -> None:
    with odd.connect() as connection:
        read_open_lines(connection, None)
        measured = measure_open_units(connection, odd.marts)
    assert 0 < measured.units_here < 10**12
    assert 0 < measured.units_there < 10**12


def test_every_odd_value_is_one_that_ingest_lets_pass() -> None:
    texts = [with_value(plain("orders", 1), "note", value).encode() for value in VALUES]
    page = read_around(b'{"orders":[' + b",".join(texts) + b"]}", "orders")
    assert page is not None
    assert (len(page.rows), page.unreadable) == (len(VALUES), ())
