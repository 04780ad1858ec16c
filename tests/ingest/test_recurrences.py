"""The second and third time: what the first recurrence leaves behind must not break the next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import duckdb
import orjson
from api_rows import account_at, ago, fulfillment, order, rows, shipment
from side_by_side import Steps, side_by_side

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from sandbox import Sandbox

KEPT = "select kept_fields::varchar from raw_shipstation.orders where order_id = 10"
MINUTE = timedelta(minutes=1)


@side_by_side
def test_fields_that_vanish_inside_nested_objects_stay_kept_from_one_payload_to_the_next(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    place = {"name": "A. Person", "city": "Lakeview", "state": "MN"}
    box.book.put_order(order(10, ago(minutes=40), advancedOptions={"parentId": 5, "storeId": 9}, shipTo=place))
    yield
    box.book.put_order(order(10, ago(minutes=30), advancedOptions={"storeId": 9}, shipTo={"state": None}))
    yield
    [(kept,)] = rows(warehouse, KEPT)
    vanished = {"name": "A. Person", "city": "Lakeview"}
    assert orjson.loads(kept) == {"advancedOptions": {"parentId": 5}, "shipTo": vanished}
    box.book.put_order(order(10, ago(minutes=20), advancedOptions={}, shipTo={"city": "Rochester"}, note="x"))
    yield
    box.book.put_order(order(10, ago(minutes=10), orderStatus="shipped"))
    yield
    [(kept,)] = rows(warehouse, KEPT)
    assert orjson.loads(kept) == {
        "advancedOptions": {"parentId": 5, "storeId": 9},
        "shipTo": {"name": "A. Person", "city": "Rochester", "state": None},
        "note": "x",
    }


@side_by_side
def test_a_label_keeps_its_nested_fields_too(box: Sandbox, warehouse: Warehouse) -> Steps:
    created = ago(minutes=9)
    box.book.put_shipment(shipment(5, 11, created, shipTo={"name": "A. Person", "city": "Lakeview"}))
    yield
    for voided in (True, False):
        box.book.put_shipment(shipment(5, 11, created, shipTo={"name": "A. Person"}, voided=voided))
        yield
        kept = "select kept_fields::varchar from raw_shipstation.shipments where shipment_id = 5"
        assert rows(warehouse, kept) == [('{"shipTo":{"city":"Lakeview"}}',)]


def test_a_date_up_to_five_minutes_ahead_moves_the_watermark_and_a_later_one_does_not(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=1)))
    box.book.put_order(order(2, ago(minutes=-4)))
    box.book.put_order(order(3, ago(minutes=-7)))
    ahead = load_changes(account, warehouse).watermark_after
    assert ahead is not None
    assert 3 * MINUTE < ahead - datetime.now(UTC) <= 4 * MINUTE
    # The next cycles take it for what it is, and do not read 30 days again.
    for _ in range(2):
        report = load_changes(account, warehouse)
        assert (report.watermark_before, report.watermark_after) == (ahead, ahead)
    open_exceptions = "select detail from raw_shipstation.findings where resolved_at is null"
    assert rows(warehouse, open_exceptions) == []


def test_a_watermark_never_moves_back_when_the_newest_order_is_gone(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(minutes=70)))
    box.book.put_order(order(2, ago(minutes=60)))
    newest = load_changes(account, warehouse).watermark_after
    box.book.delete_order(2)
    for _ in range(2):
        report = load_changes(account, warehouse)
        assert (report.watermark_before, report.watermark_after) == (newest, newest)


def test_a_backfill_asked_for_a_second_and_third_time_reads_its_span_from_the_beginning(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, page_size=3)
    for number in range(1, 6):
        box.book.put_order(order(number, ago(days=60 - number)))
    since, until = datetime.now(UTC) - timedelta(days=70), datetime.now(UTC) - timedelta(days=5)
    for turn in (1, 2, 3):
        box.book.put_order(order(1, ago(days=59), note=f"edited without a new date {turn}"))
        first = load_backfill_window(account, warehouse, since, until, window_rows=3)
        last = load_backfill_window(account, warehouse, since, until)
        assert (first.finished, last.finished) == (False, True)
        assert first.orders_changed + last.orders_changed == (5 if turn == 1 else 1)


def test_a_backfill_from_the_watermark_itself_leaves_no_gap_and_moves_it(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=3)))
    box.book.put_order(order(2, ago(hours=2)))
    box.book.load("shipments", shipment(1, 1, ago(hours=2)))
    box.book.load("fulfillments", fulfillment(1, 2, ago(hours=2)))
    before = load_changes(account, warehouse).watermark_after
    assert before is not None
    box.book.put_order(order(3, ago(hours=1)))
    assert load_backfill_window(account, warehouse, before, None).finished
    now = load_changes(account, warehouse).watermark_before
    assert now is not None
    assert timedelta(minutes=59) < now - before < timedelta(minutes=61)


def test_the_watermark_of_a_load_that_was_cut_off_counts_for_nothing(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=3)))
    whole = load_changes(account, warehouse).watermark_after
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "insert into raw_shipstation.watermarks (resource, watermark_at, noted_at, _dlt_load_id)"
            " select resource, watermark_at + interval 2 hours, noted_at + interval 1 hour, 'cut off'"
            " from raw_shipstation.watermarks"
        )
    assert load_changes(account, warehouse).watermark_before == whole
