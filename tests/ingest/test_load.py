from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from api_rows import account_at, ago, order, rows, shipment, stamp
from sandboxes import quiet_sandbox
from side_by_side import Steps, side_by_side

from ingest.client.account import Account
from ingest.errors import ApiUnreachable, CredentialsRejected
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.load_report import LoadReport
from sandbox import Fault, Sandbox


def order_ids(warehouse: Warehouse) -> list[int]:
    return [key for (key,) in rows(warehouse, "select order_id from raw_shipstation.orders order by 1")]


def paths(box: Sandbox) -> list[str]:
    return [entry.path for entry in box.requests.entries()]


def backfill(account: Account, warehouse: Warehouse, since: datetime, **window: Any) -> list[LoadReport]:
    reports = [load_backfill_window(account, warehouse, since, None, **window)]
    while not reports[-1].finished:
        reports.append(load_backfill_window(account, warehouse, since, None, **window))
    return reports


def of(warehouse: Warehouse, order_id: int, what: str, table: str = "orders") -> list[tuple[Any, ...]]:
    return rows(warehouse, f"select {what} from raw_shipstation.{table} where order_id = {order_id}")


@side_by_side
def test_a_payload_is_kept_whole_beside_its_keys_and_dates_as_text(box: Sandbox, warehouse: Warehouse) -> Steps:
    modified = ago(hours=1)
    sent = order(1, modified, unknownField={"deep": [1, None]}, tagIds=None)
    box.book.put_order(sent)
    yield
    columns = "order_number, order_key, order_status, create_date, modify_date, arrived_by, kept_fields, payload"
    [(*beside, payload)] = of(warehouse, 1, columns)
    at = stamp(modified)
    assert beside == ["680001", "key-1", "awaiting_shipment", at, at, "sync", None]
    assert json.loads(payload) == sent


def test_a_second_cycle_changes_nothing_and_costs_four_requests(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(minutes=3)))
    box.book.put_shipment(shipment(5, 1, ago(minutes=2)))
    report = load_changes(account, warehouse)
    assert (report.orders_fetched, report.orders_changed, report.shipments_changed) == (1, 1, 1)
    before = rows(warehouse, "from raw_shipstation.orders union all by name from raw_shipstation.shipments")
    box.requests.reset()
    report = load_changes(account, warehouse)
    assert paths(box) == ["/orders", "/shipments", "/shipments", "/fulfillments"]
    assert (report.orders_changed, report.shipments_changed, report.api_requests) == (0, 0, 4)
    after = rows(warehouse, "from raw_shipstation.orders union all by name from raw_shipstation.shipments")
    assert after == before


@side_by_side
def test_an_edited_order_replaces_its_payload_and_keeps_when_it_was_first_seen(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(2, ago(minutes=30)))
    yield
    (first_seen,) = of(warehouse, 2, "first_seen_at")
    box.book.put_order(order(2, ago(minutes=5), orderStatus="shipped", items=[]))
    yield
    found = of(warehouse, 2, "order_status, payload->>'$.items', first_seen_at")
    assert found == [("shipped", "[]", *first_seen)]


@side_by_side
def test_a_field_that_vanishes_from_a_payload_is_kept_and_a_null_is_taken(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(3, ago(minutes=30), giftMessage="hello", shipDate="2025-09-01"))
    yield
    box.book.put_order(order(3, ago(minutes=20), shipDate=None))
    yield
    box.book.put_order(order(3, ago(minutes=10), shipDate=None, orderStatus="shipped"))
    yield
    found = of(warehouse, 3, "kept_fields->>'$.giftMessage', payload->>'$.shipDate'")
    assert found == [("hello", None)]


@side_by_side
def test_a_label_voided_later_is_found_through_its_void_date(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_shipment(shipment(5, 4, ago(days=9)))
    box.book.put_shipment(shipment(6, 4, ago(days=1)))
    yield
    box.book.put_shipment(shipment(5, 4, ago(days=9), voided=True, voidDate=stamp(ago(minutes=4))))
    report = yield
    assert report.shipments_changed == 1
    assert rows(warehouse, "select payload->>'$.voided' from raw_shipstation.shipments where shipment_id = 5") == [
        ("true",)
    ]


def test_the_watermark_is_the_newest_modification_seen_as_an_instant(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    modified = ago(hours=2)
    box.book.put_order(order(1, modified))
    report = load_changes(account, warehouse)
    assert report.watermark_before is None
    assert report.watermark_after is not None
    assert abs(report.watermark_after - (datetime.now(UTC) - timedelta(hours=2))) < timedelta(minutes=1)
    assert load_changes(account, warehouse).watermark_before == report.watermark_after


@side_by_side
def test_without_a_watermark_the_last_30_days_are_read_and_an_exception_says_so_until_it_is_there(
    box: Sandbox, warehouse: Warehouse
) -> Steps:
    box.book.put_order(order(6, ago(days=29)))
    box.book.put_order(order(7, ago(days=31)))
    yield
    assert (of(warehouse, 6, "order_id"), of(warehouse, 7, "order_id")) == ([(6,)], [])
    exceptions = (
        "select exception_type, resolved_at is null from raw_shipstation.findings"
        " where shipstation_order_id is null"
    )
    assert rows(warehouse, exceptions) == [("watermark_fallback", True)]
    yield
    assert rows(warehouse, exceptions) == [("watermark_fallback", False)]


@side_by_side
def test_a_date_in_the_far_future_moves_no_watermark(box: Sandbox, warehouse: Warehouse) -> Steps:
    box.book.put_order(order(8, ago(hours=1)))
    box.book.put_order(order(9, datetime(2999, 1, 1)))
    report = yield
    assert (of(warehouse, 8, "order_id"), of(warehouse, 9, "order_id")) == ([(8,)], [(9,)])
    assert report.watermark_after is not None
    assert report.watermark_after < datetime.now(UTC)


def test_a_cycle_that_fails_half_way_leaves_rows_and_watermark_where_they_were(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(hours=2)))
    before = load_changes(account, warehouse)
    box.book.put_order(order(2, ago(hours=1)))
    box.faults.add(Fault("/shipments", status=500))
    with pytest.raises(ApiUnreachable):
        load_changes(replace(account, retry_seconds=0.1), warehouse)
    assert order_ids(warehouse) == [1]
    box.faults.clear()
    after = load_changes(account, warehouse)
    assert after.watermark_before == before.watermark_after
    assert order_ids(warehouse) == [1, 2]


def test_page_two_of_three_failing_takes_nothing_for_everything(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 31):
        box.book.put_order(order(number, ago(minutes=100 - number)))
    box.faults.add(Fault("/orders", status=500, after=1))
    with pytest.raises(ApiUnreachable):
        load_changes(replace(account, page_size=10, retry_seconds=0.1), warehouse)
    box.faults.clear()
    report = load_changes(replace(account, page_size=10), warehouse)
    assert report.watermark_before is None
    assert order_ids(warehouse) == list(range(1, 31))


def test_rejected_credentials_change_nothing(box: Sandbox, warehouse: Warehouse) -> None:
    box.book.put_order(order(1, ago(hours=1)))
    wrong = replace(account_at(box.url), secret="wrong")
    with pytest.raises(CredentialsRejected):
        load_changes(wrong, warehouse)
    assert rows(warehouse, "select count(*) from duckdb_tables() where table_name = 'orders'") == [(0,)]


@pytest.mark.parametrize("times", [1, None])
def test_a_backfills_second_window_takes_one_rejection_of_its_login_for_a_hiccup_and_two_for_an_end(
    box: Sandbox, warehouse: Warehouse, times: int | None
) -> None:
    account = account_at(box.url, page_size=3, retry_seconds=0.2)
    for number in range(1, 11):
        box.book.put_order(order(number, ago(days=90 - number)))
    since = datetime.now(UTC) - timedelta(days=100)
    assert not load_backfill_window(account, warehouse, since, None, window_rows=3).finished
    box.faults.add(Fault("/orders", status=401, times=times))
    if times is None:
        with pytest.raises(CredentialsRejected):
            load_backfill_window(account, warehouse, since, None)
    else:
        assert load_backfill_window(account, warehouse, since, None).finished
        assert order_ids(warehouse) == list(range(1, 11))


@side_by_side
def test_bad_rows_are_loaded_or_listed_but_never_stop_a_cycle(box: Sandbox, warehouse: Warehouse) -> Steps:
    now = ago(minutes=9)
    box.book.put_order(order(11, now, items=None, orderNumber=None, orderStatus="brand_new_status"))
    box.book.put_order(order(12, now, items=[{"sku": None}], orderNumber="=cmd|' /C calc'!A0"))
    box.book.put_order(order(13, now, modifyDate=stamp(now), createDate="not a date", note="\u0000 \U0001f600"))
    yield
    assert [of(warehouse, number, "order_id") for number in (11, 12, 13)] == [[(11,)], [(12,)], [(13,)]]


@side_by_side
def test_reference_lists_are_read_once_a_day(box: Sandbox, warehouse: Warehouse) -> Steps:
    yield
    assert "/carriers" in paths(box)
    assert "/stores" in paths(box)
    shared = rows(warehouse, "select code from raw_shipstation.carriers group by code having count(*) > 1")
    assert len(shared) == 1, "two accounts that share a code stay two rows"
    yield
    assert "/carriers" not in paths(box)


def test_a_backfill_loads_in_windows_and_reaches_the_watermark(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 41):
        box.book.put_order(order(number, ago(days=90 - number)))
        box.book.put_shipment(shipment(1000 + number, number, ago(days=90 - number)))
    small = replace(account, page_size=10)
    reports = backfill(small, warehouse, datetime.now(UTC) - timedelta(days=100), window_rows=20)
    assert len(reports) > 3
    assert order_ids(warehouse) == list(range(1, 41))
    assert rows(warehouse, "select count(*) from raw_shipstation.shipments") == [(40,)]
    assert rows(warehouse, "select distinct arrived_by from raw_shipstation.orders") == [("backfill",)]
    after = load_changes(account, warehouse)
    assert after.watermark_before == reports[-1].watermark_after
    assert after.orders_changed == 0


def test_a_window_of_a_backfill_never_ends_among_voids_whose_list_is_not_sorted_by_their_date(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 31):
        voided = stamp(ago(days=number))
        box.book.put_shipment(shipment(number, number, ago(days=300 - number), voided=True, voidDate=voided))
    backfill(replace(account, page_size=10), warehouse, datetime.now(UTC) - timedelta(days=100), window_rows=10)
    assert rows(warehouse, "select count(*) from raw_shipstation.shipments") == [(30,)]


def test_a_stopped_backfill_goes_on_where_it_was(box: Sandbox, account: Account, warehouse: Warehouse) -> None:
    for number in range(1, 41):
        box.book.put_order(order(number, ago(days=90 - number)))
    small = replace(account, page_size=10)
    since = datetime.now(UTC) - timedelta(days=100)
    load_backfill_window(small, warehouse, since, None, window_rows=20)
    assert 0 < len(order_ids(warehouse)) < 40
    [(reached,)] = rows(warehouse, "select max(modify_date) from raw_shipstation.orders")
    box.requests.reset()
    backfill(small, warehouse, since, window_rows=20)
    walked = [entry.query for entry in box.requests.entries() if entry.path == "/orders"]
    again = [query["modifyDateStart"] for query in walked if "modifyDateEnd" not in query]
    assert min(again) == reached[:19].replace("T", " ")
    assert order_ids(warehouse) == list(range(1, 41))


@pytest.fixture(scope="module")
def old_span(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Warehouse, LoadReport, LoadReport]]:
    """A sync, a backfill that ended in the past, and another sync: the warehouse, and the two syncs' reports."""
    folder = tmp_path_factory.mktemp("old-span")
    warehouse = Warehouse(folder / "warehouse.duckdb", folder / "scratch")
    with quiet_sandbox() as box:
        account = account_at(box.url)
        box.book.put_order(order(1, ago(days=200)))
        box.book.put_order(order(2, ago(days=20)))
        box.book.put_order(order(3, ago(hours=1)))
        before = load_changes(account, warehouse)
        until = datetime.now(UTC) - timedelta(days=15)
        while not load_backfill_window(account, warehouse, until - timedelta(days=250), until).finished:
            pass
        yield warehouse, before, load_changes(account, warehouse)


def test_a_backfill_of_an_old_span_never_moves_the_watermark_back(
    old_span: tuple[Warehouse, LoadReport, LoadReport],
) -> None:
    warehouse, before, after = old_span
    assert order_ids(warehouse) == [1, 2, 3]
    assert after.watermark_before == before.watermark_after


def test_a_backfill_that_leaves_a_gap_to_the_watermark_does_not_move_it(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=20)))
    before = load_changes(account, warehouse).watermark_after
    box.book.put_order(order(2, ago(days=10)))
    box.book.put_order(order(3, ago(days=1)))
    backfill(account, warehouse, datetime.now(UTC) - timedelta(days=5))
    assert order_ids(warehouse) == [1, 3]
    assert load_changes(account, warehouse).watermark_before == before
    assert order_ids(warehouse) == [1, 2, 3]


def test_a_backfill_marks_what_a_sync_had_brought(old_span: tuple[Warehouse, LoadReport, LoadReport]) -> None:
    warehouse, before, _ = old_span
    assert before.orders_new == 2
    assert of(warehouse, 2, "arrived_by") == [("backfill",)]
