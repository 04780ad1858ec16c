"""Places where a row could not be read: how many a cycle tries again, that none starves, and what comes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from api_rows import account_at, ago, order, rows, shipment, spoil, stamp

from ingest.client.http import Client
from ingest.client.list_page import Page
from ingest.exceptions import ExceptionRow
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.api_lists import ORDERS_BY_MODIFY_DATE, SHIPMENTS_BY_VOID_DATE
from ingest.sources.shipstation.load import load_changes
from ingest.sources.shipstation.retries import due, places, read_again
from sandbox import Fault, Sandbox

BULK = ago(hours=2)
NOW = datetime(2026, 1, 9, 18, tzinfo=UTC)
OPEN = (
    "select count(*) from raw_shipstation.findings where exception_type = 'poison_payload' and resolved_at is null"
)


def test_exceptions_of_one_list_are_gathered_by_their_place() -> None:
    keys = [
        "poison:/orders:2026-01-09T10:00:00",
        "poison:/orders:2026-01-09T10:00:00#+1",
        "poison:/orders:2026-01-09T10:00:00#77",
        "poison:/orders:2026-01-09T11:00:00#78",
        "poison:/orders/79",
        "poison:/ordersfoo:2026-01-09T10:00:00",
        "poison:/shipments:2026-01-09T10:00:00#80",
        "watermark:orders:missing",
    ]
    exceptions = {key: ExceptionRow(key, "x", "error", "", NOW) for key in keys}
    found = places("/orders", exceptions)
    assert {place: len(there) for place, there in found.items()} == {
        ":2026-01-09T10:00:00": 3,
        ":2026-01-09T11:00:00": 1,
        "/79": 1,
    }


def test_each_cycle_tries_five_places_others_each_time_so_that_none_starves() -> None:
    known = [f":{number}" for number in range(12)]
    turns = [due(known, NOW + number * timedelta(minutes=5)) for number in range(20)]
    assert {len(turn) for turn in turns} == {5}
    assert {place for turn in turns for place in turn} == set(known)
    assert len({tuple(sorted(turn)) for turn in turns}) > 10
    assert due(known, NOW) == due(list(reversed(known)), NOW)


def test_a_cycle_spends_five_requests_on_twelve_bad_rows_and_clears_five_when_all_can_be_read(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, page_size=25, retry_seconds=0.2)
    bad = range(3, 39, 3)
    for number in range(1, 61):
        row = order(number, ago(hours=99 - number))
        if number in bad:
            spoil(box, "orders", row, b"NaN")
        else:
            box.book.put_order(row)
    load_changes(account, warehouse)
    assert rows(warehouse, OPEN) == [(12,)]
    box.requests.reset()
    load_changes(account, warehouse)
    assert rows(warehouse, OPEN) == [(12,)]
    assert len(box.requests.entries()) == 4 + 5
    for number in bad:
        box.book.put_order(order(number, ago(hours=99 - number)))
    load_changes(account, warehouse)
    assert rows(warehouse, OPEN) == [(12 - 5,)]


def again(box: Sandbox, place: datetime | str, *, voids: bool = False) -> Page | None:
    """What a retry of a place gives."""
    text = place if isinstance(place, str) else f":{stamp(place)}"
    with Client(account_at(box.url), sleep=[].append) as client:
        return read_again(client, SHIPMENTS_BY_VOID_DATE if voids else ORDERS_BY_MODIFY_DATE, text, 40)


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"status": 429, "reset_seconds": 0}, {"kind": "cut"}, {"status": 200, "body": "{}"}]
)
def test_a_retry_that_fails_says_nothing_of_the_row_and_is_not_repeated(
    box: Sandbox, fault: dict[str, object]
) -> None:
    box.book.put_order(order(7, BULK))
    box.faults.add(Fault("/orders", **fault))
    assert again(box, ago(hours=1)) is None
    assert again(box, "/7") is None
    assert len(box.requests.entries()) == 2


def test_a_retry_reads_the_rows_from_its_place_on(box: Sandbox) -> None:
    for number in range(1, 61):
        box.book.put_order(order(number, ago(hours=99 - number)))
    spoil(box, "orders", order(12, ago(hours=87)), b"NaN")
    page = again(box, ago(hours=88))
    assert page is not None
    assert [row.get("orderId") for row in page.rows] == [11, *range(13, 36)]
    assert [row.offset for row in page.unreadable] == [1]


@pytest.mark.parametrize(("others", "is_found"), [(20, True), (30, True), (60, False)])
def test_a_row_behind_a_bulk_edit_counts_as_readable_only_when_it_was_reached(
    box: Sandbox, others: int, is_found: bool
) -> None:
    for number in range(1, others + 1):
        box.book.put_order(order(number, BULK))
    box.book.put_order(order(999, BULK + timedelta(minutes=1)))
    page = again(box, BULK)
    assert (page is not None) is is_found
    assert page is None or 999 in [row.get("orderId") for row in page.rows]


def test_a_list_that_is_sorted_by_another_date_is_read_to_its_end_or_says_nothing(box: Sandbox) -> None:
    for number in range(1, 31):
        voided = BULK + timedelta(minutes=31 - number)
        box.book.put_shipment(shipment(number, 1, ago(days=40 - number), voided=True, voidDate=stamp(voided)))
    page = again(box, BULK, voids=True)
    assert page is not None
    assert page.size == 30
    for number in range(31, 61):
        box.book.put_shipment(shipment(number, 1, ago(days=1), voided=True, voidDate=stamp(ago(minutes=5))))
    assert again(box, BULK, voids=True) is None


def test_an_order_is_asked_for_by_its_id_and_one_that_is_gone_is_no_longer_unreadable(box: Sandbox) -> None:
    box.book.put_order(order(7, BULK))
    page = again(box, "/7")
    assert page is not None
    assert [row.get("orderId") for row in page.rows] == [7]
    gone = again(box, "/8")
    assert gone is not None
    assert gone.size == 0
    assert {entry.path for entry in box.requests.entries()} == {"/orders/7", "/orders/8"}
