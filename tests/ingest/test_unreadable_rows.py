"""Rows that cannot be read: each is listed with its position, and holds up no other, whatever list it is in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from api_rows import account_at, ago, fulfillment, order, rows, shipment, spoil
from long_run import some_of

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.reconcile import reconcile
from sandbox import Sandbox

DEEP = b"[" * 20_000 + b"]" * 20_000
# Each makes a row unreadable; the page can be cut around all but the last two.
NOTES = {
    "invalid UTF-8": b'"\xff"',
    "a surrogate in UTF-8": b'"\xed\xa0\xbd"',
    "20,000 levels": DEEP,
    "101 levels": b"[" * 100 + b"]" * 100,
    "NaN": b"NaN",
    "Infinity": b"-Infinity",
    "garbage": b'"a" "b"',
    "no value": b"",
    "a control character": b'"a\x01"',
    "a number beyond all bounds as its number": b'1,"orderNumber":1e999',
    "a bracket that never closes": b"[",
    "a text that never ends": b'"abc',
}
OPEN = "select finding_key, detail, shipstation_order_id from raw_shipstation.findings where resolved_at is null"
UNREADABLE = f"{OPEN} and exception_type = 'poison_payload' order by shipstation_order_id, finding_key"


def loaded(warehouse: Warehouse, table: str = "orders") -> list[int]:
    key = {"orders": "order_id", "shipments": "shipment_id", "fulfillments": "fulfillment_id"}[table]
    return [one for (one,) in rows(warehouse, f"select {key} from raw_shipstation.{table} order by 1")]


def paths(box: Sandbox) -> list[str]:
    return [entry.path for entry in box.requests.entries()]


def test_whatever_makes_a_row_unreadable_it_is_listed_and_all_others_of_all_lists_are_loaded(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    bad = [10 * (number + 1) for number in range(len(NOTES))]
    good = [number for number in range(1, 131) if number not in bad]
    for number in good:
        box.book.put_order(order(number, ago(minutes=200 - number)))
        box.book.put_shipment(shipment(1000 + number, number, ago(minutes=200 - number)))
        box.book.put_fulfillment(fulfillment(2000 + number, number, ago(minutes=200 - number)))
    for number, note in zip(bad, NOTES.values(), strict=True):
        created = ago(minutes=200 - number)
        spoil(box, "orders", order(number, created), note)
        spoil(box, "shipments", shipment(1000 + number, number, created), note)
        spoil(box, "fulfillments", fulfillment(2000 + number, number, created), note)
    report = load_changes(replace(account, retry_seconds=0.2), warehouse)
    assert loaded(warehouse) == good
    assert loaded(warehouse, "shipments") == [1000 + number for number in good]
    assert loaded(warehouse, "fulfillments") == [2000 + number for number in good]
    found = rows(warehouse, UNREADABLE)
    assert [order_id for _, _, order_id in found] == [number for number in bad for _ in range(3)]
    assert sum(f"at position {bad[2]} of the list" in detail for _, detail, _ in found) == 3
    assert sum(f"order {bad[2]}, the one after" in detail for _, detail, _ in found) == 1
    assert report.watermark_after is not None
    assert abs(report.watermark_after - (datetime.now(UTC) - timedelta(minutes=70))) < timedelta(minutes=1)


def test_half_an_emoji_is_replaced_and_a_whole_one_stays(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    now = ago(minutes=5)
    spoil(box, "orders", order(1, now), rb'"half \ud83d"')
    spoil(box, "orders", order(2, now), rb'"\ude00 whole \ud83d\ude00, text \\ud83d"')
    spoil(box, "shipments", shipment(3, 1, now, voidDate=None), rb'"\uD83D"')
    spoil(box, "orders", order(4, now, items=[]), rb'"\ud83d"')
    report = load_changes(account, warehouse)
    notes = "select payload->>'$.note' from raw_shipstation.{} order by order_id"
    assert rows(warehouse, notes.format("orders")) == [
        ("half \ufffd",),
        ("\ufffd whole \U0001f600, text \\ud83d",),
        ("\ufffd",),
    ]
    assert rows(warehouse, notes.format("shipments")) == [("\ufffd",)]
    assert report.ghosts["ghosts_still_empty"] == 1, "the same for an order that is fetched by its id"
    assert rows(warehouse, UNREADABLE) == []
    assert load_changes(account, warehouse).orders_changed == 0


@pytest.mark.parametrize("reason", some_of(["HTTP 500", "NaN", "a text that never ends"], 1))
def test_one_bad_row_among_1500_takes_at_most_45_requests_and_one_that_is_cut_out_only_one_more(
    box: Sandbox, account: Account, warehouse: Warehouse, reason: str
) -> None:
    for number in range(1, 1501):
        box.book.put_order(order(number, ago(minutes=600) + timedelta(seconds=20 * number)))
    if reason == "HTTP 500":
        box.faults.poison_order_ids.add(777)
    else:
        spoil(box, "orders", box.book.order(777), NOTES[reason])
    load_changes(replace(account, retry_seconds=2.0), warehouse)
    assert len(loaded(warehouse)) == 1499
    assert len(rows(warehouse, UNREADABLE)) == 1
    asked = [path for path in paths(box) if path.startswith("/orders")]
    # Four pages, one request for the row that is cut out, one about what is older than a first load; otherwise
    # five are left for the attempts that a longer patience would make.
    assert len(asked) <= (4 + 1 + 1 if reason == "NaN" else 40)


def test_a_bad_row_stays_one_exception_until_it_can_be_read_and_what_else_a_cycle_notices_goes_on(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 9):
        box.book.put_order(order(number, ago(hours=20 - number)))
    spoil(box, "orders", order(5, ago(hours=15)), b"NaN")
    spoil(box, "orders", order(6, ago(hours=14)), b'"\xff"')
    load_changes(account, warehouse)
    found = rows(warehouse, UNREADABLE)
    assert [order_id for _, _, order_id in found] == [5, 6]
    box.book.delete_order(2)
    box.book.put_order(order(9, ago(minutes=1)))
    spoil(box, "orders", order(3, ago(hours=17)), b"NaN")
    box.requests.reset()
    load_changes(account, warehouse)
    assert rows(warehouse, UNREADABLE)[1:] == found
    assert loaded(warehouse) == [1, 2, 3, 4, 7, 8, 9]
    assert rows(warehouse, "select order_id, state from raw_shipstation.order_states") == [
        (2, "missing_in_shipstation")
    ]
    # The page, once more, the place of the two, and the order that is gone.
    assert paths(box).count("/orders") == 3
    box.book.put_order(order(3, ago(hours=17)))
    box.book.put_order(order(5, ago(hours=15)))
    load_changes(account, warehouse)
    assert rows(warehouse, UNREADABLE) == found[1:]
    box.book.put_order(order(6, ago(minutes=1)))
    load_changes(account, warehouse)
    assert loaded(warehouse) == list(range(1, 10))
    assert rows(warehouse, UNREADABLE) == []


def test_an_empty_order_that_cannot_be_read_by_its_id_is_listed_spoils_no_other_and_is_loaded_once_it_can_be(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, page_size=2)
    for number in (1, 2, 3):
        box.book.put_order(order(number, ago(hours=9 - number), items=[]))
    for number in (4, 5, 6):
        box.book.put_order(order(number, ago(minutes=9 - number)))
    load_changes(account, warehouse)
    spoil(box, "orders", order(2, ago(hours=7), items=[]), DEEP)
    seen = set()
    for _ in range(2):
        report = load_changes(account, warehouse)
        seen |= set(
            rows(warehouse, "select first_seen_at from raw_shipstation.findings where finding_key like 'p%'")
        )
        assert (report.ghosts["ghosts_failed"], report.ghosts["ghosts_still_empty"]) == (1, 2)
        [(key, detail, order_id)] = rows(warehouse, UNREADABLE)
        assert (key, order_id) == ("poison:/orders/2", 2)
        assert "Order 2 cannot be read" in detail
    assert len(seen) == 1
    box.book.put_order(order(2, ago(hours=7)))
    load_changes(account, warehouse)
    assert rows(warehouse, UNREADABLE) == []
    assert rows(warehouse, "select state from raw_shipstation.order_states where order_id = 2") == [("repaired",)]


def test_a_backfill_and_a_comparison_read_around_bad_rows_too(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 11):
        box.book.put_order(order(number, ago(days=30 - number)))
        box.book.put_shipment(shipment(100 + number, number, ago(days=30 - number)))
    spoil(box, "orders", order(4, ago(days=26)), b"NaN")
    since, until = datetime.now(UTC) - timedelta(days=40), datetime.now(UTC)
    assert load_backfill_window(account, warehouse, since, None).finished
    assert loaded(warehouse) == [1, 2, 3, 5, 6, 7, 8, 9, 10]
    assert [order_id for _, _, order_id in rows(warehouse, UNREADABLE)] == [4]
    # What is here and cannot be read there is not missing there, and what differs beside it is found.
    spoil(box, "orders", order(6, ago(days=24)), b'"\xff"')
    spoil(box, "shipments", shipment(107, 7, ago(days=23)), b"]")
    box.book.load("orders", order(8, ago(days=22), orderStatus="on_hold"))
    found, _ = reconcile(account, warehouse, since, until, repair=True)
    assert [(one.key, one.kind, one.repaired) for one in found.differences] == [(8, "different", True)]
    assert [order_id for _, _, order_id in rows(warehouse, UNREADABLE)] == [4, 6, 7]
    assert rows(warehouse, f"{OPEN} and finding_key like 'mismatch:%'") == []
