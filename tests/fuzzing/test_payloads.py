"""Whatever ShipStation sends, a row is stored as it came, or is refused as unreadable; nothing else happens."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as some

from ingest.client.list_page import read_around, read_page
from ingest.client.pacific_time import earliest_instant, filter_end, filter_start, latest_instant, parse_wall
from ingest.client.payload import Payload, read_row
from ingest.client.redaction import Keeps, keeps_of, redacted_text
from ingest.sources.shipstation.order_states import has_lines, merged_ids
from ingest.sources.shipstation.payload_comparison import differing_fields, number_of, units
from ingest.sources.shipstation.records import (
    FULFILLMENTS,
    ORDERS,
    SHIPMENTS,
    RecordKind,
    changed_records,
    is_manual,
    newest_of_each,
    to_table,
    whole_number,
)

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
KINDS = some.sampled_from([ORDERS, SHIPMENTS, FULFILLMENTS])
_NAMES = some.sampled_from(
    [
        *("orderId", "shipmentId", "fulfillmentId", "orderNumber", "orderKey", "orderStatus", "createDate"),
        *(
            "modifyDate",
            "shipDate",
            "voidDate",
            "items",
            "advancedOptions",
            "mergedIds",
            "quantity",
            "shipTo",
            "name",
        ),
    ]
)
_SCALARS = (
    some.none()
    | some.booleans()
    | some.integers(-(2**70), 2**70)
    | some.floats()
    | some.text()
    | some.sampled_from(["2026-11-20T12:40:27.5430000", "0001-01-01T00:00:00", "2026-02-30", "1e999", "９", "1_0"])
)
_FLAT = _SCALARS | some.lists(_SCALARS, max_size=2) | some.dictionaries(_NAMES, _SCALARS, max_size=2)
_VALUES = _FLAT | some.lists(some.dictionaries(_NAMES, _FLAT, max_size=2), max_size=2)
ROWS = some.dictionaries(_NAMES, _VALUES, max_size=4)
_JSON_PIECES = some.sampled_from(
    [
        '{"orders":',
        '"orders"',
        "[",
        "]",
        "{",
        "}",
        ",",
        ":",
        "1",
        "1e999",
        "-",
        "NaN",
        "null",
        '"\\ud83d"',
        '"\\x"',
        '"',
    ]
)
BODIES = (
    some.binary(max_size=60)
    | some.lists(_JSON_PIECES, max_size=12).map(lambda pieces: "".join(pieces).encode())
    | ROWS.map(lambda row: json.dumps({"orders": [row]}).encode())
)


@given(BODIES)
@example(b'{"orders":' + b"[" * 100_000)
@example(b'{"orders":[' + b'{"a":' * 1000 + b"1" + b"}" * 1000 + b"]}")
def test_an_answer_is_a_page_or_no_page_or_unreadable(body: bytes) -> None:
    try:
        page = read_page(body, "orders")
        row = read_row(body)
    except ValueError:
        page = read_around(body, "orders")
        row = None
    rows = [*(page.rows if page else []), *([row] if row else [])]
    assert all(isinstance(json.loads(one.body), dict) for one in rows)


@given(KINDS, some.lists(ROWS, max_size=2))
def test_each_row_with_an_id_is_stored_word_for_word(kind: RecordKind, rows: list[dict[str, Any]]) -> None:
    payloads = [one for one in map(_payload, rows) if one is not None]
    newest = newest_of_each(kind, payloads)
    records = changed_records(kind, newest, {}, arrived_by="sync", now=NOW)
    stored = to_table(kind, records, NOW).to_pylist()
    assert {row[kind.key]: row["payload"] for row in stored} == {
        key: payload.body.decode() for key, payload in newest.items()
    }
    with_id = {whole_number(payload.get(kind.key_field)) for payload in payloads} - {None}
    assert newest.keys() == with_id


@given(ROWS, some.sampled_from(list(Keeps)), some.sampled_from(["orders", "shipments", "fulfillments", "shop"]))
def test_what_is_redacted_has_no_free_field_and_redacting_it_again_changes_nothing(
    row: dict[str, Any], keeps: Keeps, table: str
) -> None:
    payload = _payload(row | {"customField": "Grace Hopper"})
    if payload is None:
        return
    text, digest = redacted_text(table, payload.fields, keeps)
    assert "Grace Hopper" not in text
    assert redacted_text(table, json.loads(text), keeps) == (text, digest)
    assert keeps_of(digest) is keeps


@given(ROWS, ROWS)
def test_the_facts_of_an_order_can_be_read_from_any_row(row: dict[str, Any], other: dict[str, Any]) -> None:
    there, here = _payload(row), _payload(other)
    if there is None or here is None:
        return
    assert units(there) >= 0
    assert all(isinstance(one, int) for one in merged_ids(there))
    assert {type(has_lines(there)), type(is_manual(there))} == {bool}
    assert number_of(there) is None or isinstance(number_of(there), str)
    assert differing_fields(there, there.fields) == ()
    assert set(differing_fields(there, here)) <= there.fields.keys()


@given(_SCALARS)
@example("1_0")
@example("９")
def test_an_id_is_a_number_that_is_written_as_one(value: object) -> None:
    number = whole_number(value)
    if number is not None and isinstance(value, str):
        assert re.fullmatch(r"\s*[+-]?[0-9]+\s*", value)


@given(some.text(max_size=40) | some.datetimes().map(datetime.isoformat) | _SCALARS)
def test_a_date_is_a_wall_time_or_none_and_both_its_instants_exist(value: object) -> None:
    wall = parse_wall(value)
    if wall is None:
        return
    assert wall.tzinfo is None
    assert earliest_instant(wall) <= latest_instant(wall)


@given(some.datetimes(datetime(1900, 1, 2), datetime(8999, 12, 30), timezones=some.just(UTC)))
@example(datetime(2026, 11, 1, 8, 30, tzinfo=UTC))
@example(datetime(2026, 11, 1, 9, 30, tzinfo=UTC))
@example(datetime(2026, 3, 8, 10, 30, tzinfo=UTC))
@example(datetime(2028, 2, 29, 23, 59, tzinfo=UTC))
def test_a_filter_never_leaves_out_its_own_instant(instant: datetime) -> None:
    assert earliest_instant(filter_start(instant)) <= instant
    assert latest_instant(filter_end(instant)) >= instant


def _payload(row: dict[str, Any]) -> Payload | None:
    """The row as it comes in, None when it is refused as unreadable."""
    page = None
    body = json.dumps({"orders": [row]}).encode()
    try:
        page = read_page(body, "orders")
    except ValueError:
        page = read_around(body, "orders")
    return page.rows[0] if page and page.rows else None
