from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest

from ingest.client.list_page import read_page
from ingest.client.pacific_time import newest_wall
from ingest.client.payload import Payload, encode_json, read_json, read_row


@pytest.mark.parametrize(
    "row",
    [
        b'{"orderId": 1, "note": "\xff"}',
        b'{"orderId": 1, "items": [1,]}',
        b"{",
    ],
)
def test_what_another_reader_would_refuse_is_no_json(row: bytes) -> None:
    with pytest.raises(ValueError):
        read_page(b'{"orders": [' + row + b"]}", "orders")
    with pytest.raises(ValueError):
        read_row(row)


@pytest.mark.parametrize("body", [b"[]", b'{"orders": {}}', b'{"shipments": []}', b"null"])
def test_another_shape_is_not_taken_for_broken_json(body: bytes) -> None:
    assert read_page(body, "orders") is None


def test_fields_of_any_type_come_as_they_are() -> None:
    row = read_row(b'{"orderId": "7", "items": null, "advancedOptions": {"mergedIds": [5]}, "other": {"a": 1}}')
    assert row is not None
    assert (row.get("orderId"), row.get("items"), row.get("orderStatus")) == ("7", None, None)
    assert (row.get("advancedOptions"), row.get("other")) == ({"mergedIds": [5]}, {"a": 1})


def test_a_number_beyond_all_bounds_can_be_read() -> None:
    row = read_row(b'{"orderId": 1, "items": [{"quantity": 1e999}]}')
    assert row is not None
    assert row.get("items") == row.fields["items"] == [{"quantity": float("inf")}]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": 2}, b'{"b":1,"a":2}'),
        ({"b": 2**70, "a": 1}, b'{"b":1180591620717411303424,"a":1}'),
        ({"a": float("inf")}, b'{"a":null}'),
    ],
)
def test_what_came_from_json_becomes_json_again_in_its_own_order_or_sorted(value: Any, text: bytes) -> None:
    assert encode_json(value) == text
    assert encode_json(value, orjson.OPT_SORT_KEYS) == encode_json(dict(sorted(value.items())))


def nested(depth: int, *, inside: bytes = b"0", beside: bytes = b"") -> bytes:
    """An object so many levels deep, itself the first."""
    return b'{"orderId": 7, "note": ' + b"[" * (depth - 1) + inside + b"]" * (depth - 1) + beside + b"}"


@pytest.mark.parametrize(
    ("row", "is_taken"),
    [
        (nested(100), True),
        (nested(101), False),
        # Many lists beside each other are not deep, and brackets in a text are none.
        (nested(60, beside=b', "b": [' + b"[]," * 90 + b"[]]"), True),
        (nested(50, inside=b'"' + b"[{" * 80 + b'"'), True),
        (nested(50, inside=b'"\\"' + b"[" * 80 + b'"'), True),
    ],
)
def test_a_row_is_at_most_a_hundred_levels_deep(row: bytes, is_taken: bool) -> None:
    if is_taken:
        assert Payload(row).get("orderId") == 7
    else:
        with pytest.raises(ValueError, match="more than 100 levels"):
            Payload(row)


def test_half_of_a_pair_of_escapes_is_replaced_in_any_answer() -> None:
    assert read_json(b'["\\ud83d", "\\ud83d\\ude00", 1]') == ["\ufffd", "\U0001f600", 1]
    assert read_json(b'["\\uD83D", "\\uD83D\\uDE00", "\\\\uD83D"]') == ["\ufffd", "\U0001f600", "\\uD83D"]
    with pytest.raises(ValueError):
        read_json(b"{")


def test_the_newest_date_passes_over_nonsense() -> None:
    texts = ["2026-01-09T10:00:00.1000000", "2026-01-09T10:00:00", "9999-12-31T00:00:00", "zzz", None, 5]
    assert newest_wall(texts, datetime(2026, 1, 10, tzinfo=UTC)) == datetime(2026, 1, 9, 10, 0, 0, 100000)
    assert newest_wall(["zzz", None]) is None
