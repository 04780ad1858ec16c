"""Rows that cannot be read, through the command and a build: listed, and in nobody's way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from command_line import CommandLine

from sandbox import Sandbox
from sandbox.pacific import to_ms, wall_text

ODD = "@odd@"


def an_order(number: int, **fields: Any) -> dict[str, Any]:
    """An order of a minute ago."""
    now = wall_text(to_ms(datetime.now(UTC) - timedelta(minutes=1)))
    line = {"orderItemId": number * 10, "sku": "17612 - 250300", "quantity": 2, "adjustment": False}
    dates = dict.fromkeys(("orderDate", "createDate", "modifyDate"), now)
    return (
        {"orderId": number, "orderNumber": str(number), "orderStatus": "on_hold", "items": [line]} | dates | fields
    )


def serve(box: Sandbox, row: dict[str, Any], text: bytes) -> None:
    """Serve an order with that text, byte for byte, where it says so."""
    box.book.load("orders", row, orjson.dumps(row).replace(f'"{ODD}"'.encode(), text))


def test_bad_rows_become_exceptions_with_their_position_and_all_others_are_published(
    filled_own: CommandLine, own_business: Sandbox
) -> None:
    deep, broken, never_ends, half, whole, good = range(990001, 990007)
    serve(own_business, an_order(deep, note=ODD), b"[" * 20_000 + b"]" * 20_000)
    serve(own_business, an_order(broken, note=ODD), b'"\xff"')
    serve(own_business, an_order(never_ends, note=ODD), b'"abc')
    serve(own_business, an_order(half, orderNumber=ODD), rb'"half \ud83d"')
    serve(own_business, an_order(whole, orderNumber=ODD), rb'"whole \ud83d\ude00"')
    own_business.book.put_order(an_order(good, items=[{"sku": "17612 - 250300", "quantity": "1e400"}]))
    answer = filled_own.run("sync")
    assert answer.code == 0
    assert answer.facts["watermark_after"] > answer.facts["watermark_before"]
    arrived = filled_own.published(
        "select shipstation_order_id, order_number from marts.orders_inbox"
        " where shipstation_order_id between 990001 and 990006 order by 1"
    )
    assert arrived == [
        (half, "half \ufffd"),
        (whole, "whole \U0001f600"),
        (good, str(good)),
    ]
    found = filled_own.published(
        "select shipstation_order_id, order_number, detail like '%at position %' from marts.exceptions"
        " where exception_type = 'poison_payload' order by 1"
    )
    assert found == [(number, str(number), True) for number in (deep, broken, never_ends)]
