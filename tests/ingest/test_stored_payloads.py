"""What a load stores of a payload: its own text, and nothing where only the order of its fields differs."""

from __future__ import annotations

from api_rows import ago, order, rows

from ingest.client.account import Account
from ingest.client.list_page import read_page
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_changes
from sandbox import Sandbox


def test_a_payload_written_in_another_order_is_no_change(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    fields = order(1, ago(minutes=5), customField={"a": 1, "b": [1, 2]})
    box.book.put_order(fields)
    assert load_changes(account, warehouse).orders_changed == 1
    before = rows(warehouse, "from raw_shipstation.orders")
    box.book.put_order(dict(reversed(fields.items())))
    load_changes(account, warehouse)
    assert rows(warehouse, "from raw_shipstation.orders") == before


def test_a_payload_is_stored_letter_by_letter(box: Sandbox, account: Account, warehouse: Warehouse) -> None:
    box.book.put_order(order(1, ago(minutes=5), customerNotes='5 < 6 "ü" \u2603'))
    load_changes(account, warehouse)
    [(stored,)] = rows(warehouse, "select payload from raw_shipstation.orders")
    page = read_page(f'{{"orders": [{stored}], "total": 1}}'.encode(), "orders")
    assert page is not None
    assert page.rows[0].get("customerNotes") == '5 < 6 "ü" \u2603'
    assert stored.startswith('{"orderId":1,')
