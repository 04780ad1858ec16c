"""Which of two payloads of a row is kept, and what stays of the one before."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ingest.client.payload import Payload
from ingest.sources.shipstation.records import (
    ORDERS,
    Record,
    Stored,
    absent_fields,
    changed_records,
    is_certainly_older,
    newest_of_each,
    read_key,
    to_table,
)

NOW = datetime(2026, 1, 9, 18, tzinfo=UTC)
LONG_AGO = datetime(2025, 1, 9, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("payload", "earlier", "kept"),
    [
        ({"a": 1}, {"a": 2}, {}),
        ({"a": None}, {"a": 2}, {}),
        ({}, {"a": None}, {"a": None}),
        ({"b": 1}, {"a": 2, "b": 3}, {"a": 2}),
        ({"a": {"x": 1}}, {"a": {"x": 2, "y": 3}}, {"a": {"y": 3}}),
        ({"a": {"x": None}}, {"a": {"x": 2}}, {}),
        ({"a": {"b": {"y": 1}}}, {"a": {"b": {"x": 1, "y": 2}, "c": 3}}, {"a": {"b": {"x": 1}, "c": 3}}),
        ({"a": None}, {"a": {"x": 2}}, {}),
        ({"a": "text"}, {"a": {"x": 2}}, {}),
        ({"a": {"x": 2}}, {"a": "text"}, {}),
        ({"a": [{"x": 1}]}, {"a": [{"x": 1, "y": 2}, {"x": 3}]}, {}),
        ({"a": {}}, {"a": {"x": [1, 2]}}, {"a": {"x": [1, 2]}}),
    ],
)
def test_what_vanished_is_kept_at_every_depth_and_what_is_there_is_taken(
    payload: dict[str, Any], earlier: dict[str, Any], kept: dict[str, Any]
) -> None:
    assert absent_fields(payload, earlier) == kept


@pytest.mark.parametrize(
    ("incoming", "known", "is_older"),
    [
        ("2026-01-09T10:00:00", "2026-01-09T10:00:01", True),
        ("2026-01-09T10:00:00", "2026-01-09T10:00:00", False),
        ("2026-01-09T10:00:01", "2026-01-09T10:00:00", False),
        ("2026-01-09T10:00:00.1000000", "2026-01-09T10:00:00.1000001", False),
        ("2026-01-09T10:00:00.1", "2026-01-09T10:00:00.2000000", True),
        # The hour that comes twice: only what is older however it is read is older.
        ("2026-11-01T01:10:00", "2026-11-01T01:50:00", False),
        ("2026-11-01T00:59:59", "2026-11-01T01:00:00", True),
        ("2026-11-01T01:59:00", "2026-11-01T02:00:00", True),
        (None, "2026-01-09T10:00:00", False),
        ("2026-01-09T10:00:00", None, False),
        ("not a date", "2026-01-09T10:00:00", False),
    ],
)
def test_a_payload_is_older_only_when_it_surely_is(
    incoming: str | None, known: str | None, is_older: bool
) -> None:
    assert is_certainly_older(incoming, known) is is_older


def order(order_id: object, minute: int, note: str = "") -> Payload:
    return Payload.of({"orderId": order_id, "modifyDate": f"2026-01-09T10:{minute:02}:00", "note": note})


def notes(payloads: list[Payload]) -> dict[int, str]:
    return {key: payload.get("note") for key, payload in newest_of_each(ORDERS, payloads).items()}


def test_of_several_payloads_of_an_order_the_one_modified_last_counts_whenever_it_came() -> None:
    assert notes([order(1, 2, "new"), order(1, 1, "old"), order(2, 1, "other")]) == {1: "new", 2: "other"}
    assert notes([order(1, 1, "old"), order(1, 3, "newest"), order(1, 2, "new")]) == {1: "newest"}


def test_among_equally_old_payloads_the_one_that_came_last_counts() -> None:
    assert notes([order(1, 1, "first"), order(1, 1, "second"), order(1, 1, "third")]) == {1: "third"}


@pytest.mark.parametrize(
    ("printed", "key"),
    [
        (7, 7),
        ("7", 7),
        (1_200_000_000_000, 1_200_000_000_000),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-(2**63), -(2**63)),
        ("9" * 30, None),
        ("9" * 5000, None),
        (True, None),
        (7.0, None),
        ("seven", None),
        (None, None),
        ([7], None),
    ],
)
def test_an_id_is_a_whole_number_that_a_bigint_holds(printed: object, key: int | None) -> None:
    assert read_key(ORDERS, Payload.of({"orderId": printed})) == key


def known(payload: Payload, arrived_by: str) -> Stored:
    (record,) = changed_records(ORDERS, {1: payload}, {}, arrived_by=arrived_by, now=LONG_AGO)
    return Stored(record.payload_hash, payload.get("modifyDate"), record.first_seen_at, record.arrived_by)


@pytest.mark.parametrize(
    ("stored_by", "comes_by", "is_changed", "loaded_as"),
    [
        ("sync", "sync", False, None),
        ("sync", "backfill", False, "backfill"),
        ("backfill", "sync", False, None),
        ("backfill", "backfill", False, None),
        ("sync", "sync", True, "sync"),
        ("sync", "backfill", True, "backfill"),
        ("backfill", "sync", True, "backfill"),
    ],
)
def test_what_a_backfill_brought_once_stays_brought_by_a_backfill(
    stored_by: str, comes_by: str, is_changed: bool, loaded_as: str | None
) -> None:
    stored = known(order(1, 1), stored_by)
    comes = order(1, 2 if is_changed else 1)
    records = changed_records(ORDERS, {1: comes}, {1: stored}, arrived_by=comes_by, now=NOW)
    assert [record.arrived_by for record in records] == ([loaded_as] if loaded_as else [])
    assert all(record.first_seen_at == LONG_AGO for record in records)


def test_an_older_payload_loads_nothing() -> None:
    stored = known(order(1, 5), "sync")
    assert changed_records(ORDERS, {1: order(1, 4)}, {1: stored}, arrived_by="sync", now=NOW) == []


@pytest.mark.parametrize(
    ("printed", "column"),
    [
        ("680001", "680001"),
        ("", ""),
        (None, None),
        (680001, "680001"),
        (2**70, str(2**70)),
        (1.5, "1.5"),
        (True, "true"),
        ({"a": [1]}, '{"a":[1]}'),
    ],
)
def test_a_number_printed_as_anything_stands_beside_its_payload_as_text(printed: object, column: object) -> None:
    record = Record(1, Payload.of({"orderNumber": printed}), "hash", None, NOW, "sync")
    assert to_table(ORDERS, [record], NOW)["order_number"].to_pylist() == [column]


def test_what_vanished_stands_beside_its_payload_whatever_number_it_was() -> None:
    fields = Payload(b'{"a": 1e999, "b": %d, "c": 0.1}' % 2**70).fields
    record = Record(1, Payload.of({}), "hash", fields, NOW, "sync")
    assert to_table(ORDERS, [record], NOW)["kept_fields"].to_pylist() == [f'{{"a":null,"b":{2**70},"c":0.1}}']
