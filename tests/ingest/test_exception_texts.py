"""The exceptions about a row that cannot be read, a row without an id, and an unusable watermark."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from ingest.client.payload import Payload
from ingest.client.unreadable_rows import UnreadablePlace
from ingest.exceptions import ExceptionRow
from ingest.exceptions import to_table as exceptions_to_table
from ingest.sources.shipstation.load_exceptions import (
    row_without_id,
    unreadable_id,
    unreadable_order,
    unreadable_row,
    watermark_fallback,
)
from ingest.sources.shipstation.order_states import OrderState
from ingest.sources.shipstation.order_states import to_table as states_to_table

NOW = datetime(2026, 11, 20, 18, tzinfo=UTC)
AFTER = "2026-11-20T09:00:00.0000000"
START = "2026-11-20T08:00:00"
PLACE = UnreadablePlace("/orders", AFTER, 0, START, 6)


def exception_about(row: UnreadablePlace, *known: ExceptionRow) -> ExceptionRow:
    return unreadable_row(row, {exception.finding_key: exception for exception in known}, NOW)


@pytest.mark.parametrize(
    ("row", "key", "words"),
    [
        (
            UnreadablePlace("/orders", AFTER, 0, START, 6),
            f"poison:/orders:{AFTER}",
            "/orders cannot be read: the one",
        ),
        (
            UnreadablePlace("/orders", AFTER, 2, START, 6),
            f"poison:/orders:{AFTER}#+2",
            "/orders cannot be read: the one",
        ),
        (
            UnreadablePlace("/orders", AFTER, 0, START, 6, row_id=71),
            f"poison:/orders:{AFTER}#71",
            "/orders cannot be read: order 71, the one",
        ),
        (
            UnreadablePlace("/shipments", AFTER, 1, START, 6, row_id=5),
            f"poison:/shipments:{AFTER}#5",
            "/shipments cannot be read: shipment 5, the one",
        ),
    ],
)
def test_a_row_that_cannot_be_read_is_an_error_named_by_its_id_or_its_place(
    row: UnreadablePlace, key: str, words: str
) -> None:
    found = exception_about(row)
    assert (found.finding_key, found.exception_type, found.severity) == (key, "poison_payload", "error")
    assert found.detail == (
        f"One row of {words} after {AFTER} (Pacific), at position 7 of the list from {START} on. All others were "
        "loaded; it is tried again in each cycle. Open and save that order in ShipStation, or ask its support."
    )
    assert (found.first_seen_at, found.resolved_at) == (NOW, None)


def test_it_names_the_order_that_its_text_shows() -> None:
    found = exception_about(replace(PLACE, path="/shipments", row_id=5, order_id=71, order_number="680071"))
    assert (found.shipstation_order_id, found.order_number) == (71, "680071")


def test_a_row_with_an_id_stays_one_exception_wherever_in_its_list_it_is_met_again() -> None:
    first = exception_about(UnreadablePlace("/orders", AFTER, 0, START, 6, row_id=71))
    elsewhere = UnreadablePlace("/orders", "2026-11-20T11:00:00", 3, "2026-11-20T10:00:00", 0, row_id=71)
    assert exception_about(elsewhere, first) is first
    others = [
        exception_about(UnreadablePlace("/orders", AFTER, 0, START, 6, row_id=171)),
        exception_about(UnreadablePlace("/shipments", AFTER, 0, START, 6, row_id=71)),
        exception_about(UnreadablePlace("/orders", AFTER, 0, START, 6)),
    ]
    assert exception_about(elsewhere, *others).first_seen_at == NOW
    assert exception_about(elsewhere, *others).finding_key == "poison:/orders:2026-11-20T11:00:00#71"


@pytest.mark.parametrize(
    ("key", "row_id"),
    [
        (unreadable_order(71, NOW).finding_key, 71),
        (f"poison:/orders:{AFTER}#71", 71),
        (f"poison:/orders:{AFTER}#+2", None),
        (f"poison:/orders:{AFTER}", None),
    ],
)
def test_the_id_of_a_row_is_read_from_its_exceptions_key(key: str, row_id: int | None) -> None:
    assert unreadable_id(key) == row_id


def test_an_order_that_cannot_be_read_by_its_id_is_an_error_of_that_order() -> None:
    found = unreadable_order(71, NOW)
    assert (found.exception_type, found.severity, found.shipstation_order_id) == ("poison_payload", "error", 71)
    assert (found.first_seen_at, found.order_number) == (NOW, None)
    assert found.detail == (
        "Order 71 cannot be read: ShipStation's answer to /orders/71 is no JSON. It is tried again in each cycle. "
        "Open and save that order in ShipStation, or ask its support."
    )


def test_a_row_without_an_id_is_one_exception_for_each_content() -> None:
    row = Payload.of({"orderNumber": "680001", "note": "a"})
    found = row_without_id("orders", row, NOW)
    assert (found.exception_type, found.severity, found.order_number) == (
        "unidentified_payload",
        "error",
        "680001",
    )
    assert re.fullmatch("unidentified:orders:[0-9a-f]{16}", found.finding_key)
    assert found.detail == "A row of orders came without a usable id and was left out."
    assert found.first_seen_at == NOW
    assert row_without_id("orders", row, NOW + timedelta(days=1)).finding_key == found.finding_key
    others = [
        row_without_id("shipments", row, NOW),
        row_without_id("orders", Payload.of({"orderNumber": 680001, "note": "a"}), NOW),
    ]
    assert len({found.finding_key, *(other.finding_key for other in others)}) == 3
    assert others[1].order_number is None


def test_an_unusable_watermark_is_a_warning_for_each_list_and_reason() -> None:
    found = watermark_fallback("orders", "missing", 30, NOW)
    assert (found.finding_key, found.exception_type) == ("watermark:orders:missing", "watermark_fallback")
    assert (found.severity, found.first_seen_at) == ("warning", NOW)
    assert found.detail == (
        "The watermark of orders is missing; the last 30 days were read again. "
        "Older changes may be missing: load the time before."
    )


def test_exceptions_and_states_are_rows_of_their_raw_tables() -> None:
    found = unreadable_order(71, NOW)
    assert exceptions_to_table([found]).to_pylist() == [vars(found)]
    state = OrderState(71, "gone", NOW, NOW + timedelta(days=1))
    assert states_to_table([state]).to_pylist() == [vars(state)]
    assert (exceptions_to_table([]).num_rows, states_to_table([]).num_rows) == (0, 0)
