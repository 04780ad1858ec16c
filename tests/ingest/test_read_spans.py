"""The stretches of ShipStation's lists that were read, and no others, are noted with the rows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import account_at, ago, order, rows, shipment, stamp
from sandboxes import quiet_sandbox

from ingest.client.account import Account
from ingest.errors import ApiUnreachable
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.watermarks import BEGINNING, LISTS
from sandbox import Fault, Sandbox

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def spans(warehouse: Warehouse, list_name: str = "orders") -> list[tuple[Any, ...]]:
    """What was noted of a list, in the order it was noted."""
    return rows(
        warehouse,
        "select from_at, until_at, arrived_by, moves_watermark from raw_shipstation.read_spans"
        f" where list_name = '{list_name}' order by noted_at, from_at",
    )


def backfill(account: Account, warehouse: Warehouse, since: datetime, until: datetime | None = None) -> None:
    while not load_backfill_window(account, warehouse, since, until, window_rows=10).finished:
        pass


def test_the_first_sync_notes_the_30_days_it_read_of_each_list_and_an_idle_one_nothing(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=40)))
    box.book.put_order(order(2, ago(days=2)))
    now = datetime.now(UTC)
    load_changes(account, warehouse)
    for name in LISTS:
        [(begin, end, arrived_by, moves)] = spans(warehouse, name)
        assert abs(begin - (now - 30 * DAY)) < MINUTE
        assert abs(end - now) < MINUTE
        assert (arrived_by, moves) == ("sync", True)
    load_changes(account, warehouse)
    assert len(spans(warehouse)) == 1


def test_a_sync_after_weeks_goes_on_from_the_watermark_so_that_nothing_lies_between(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=25)))
    load_changes(account, warehouse)
    box.book.put_order(order(2, ago(hours=1)))
    load_changes(account, warehouse)
    _, first, second = spans(warehouse)
    assert second[0] < first[1]
    assert second[0] <= datetime.now(UTC) - 25 * DAY
    assert abs(second[1] - datetime.now(UTC)) < MINUTE


def test_an_account_without_anything_older_is_known_from_its_beginning(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=2)))
    load_changes(account, warehouse)
    for name in LISTS:
        (begin, end, *_), (later, *_) = spans(warehouse, name)
        assert (begin, end) == (BEGINNING, later)
    box.requests.reset()
    backfill(account, warehouse, datetime.now(UTC) - 10 * DAY)
    assert len(box.requests.entries()) == 4, "it is asked only once"


def test_a_backfill_that_finds_nothing_older_says_that_it_was_the_backfill(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=2)))
    since = datetime.now(UTC) - 10 * DAY
    backfill(account, warehouse, since)
    for name in LISTS:
        assert [(begin, arrived_by) for begin, _, arrived_by, _ in spans(warehouse, name)] == [
            (BEGINNING, "backfill"),
            (since, "backfill"),
        ]


@pytest.mark.parametrize(
    "older",
    [
        {"order": order(1, ago(days=40))},
        {"shipment": shipment(5, 1, ago(days=40))},
        {"shipment": shipment(5, 1, ago(days=9), voided=True, voidDate=stamp(ago(days=40)))},
    ],
    ids=["an order", "a label", "a void"],
)
def test_anything_older_in_any_list_leaves_the_beginning_unknown(
    box: Sandbox, account: Account, warehouse: Warehouse, older: dict[str, Any]
) -> None:
    for kind, payload in older.items():
        getattr(box.book, f"put_{kind}")(payload)
    load_changes(account, warehouse)
    assert BEGINNING not in [begin for name in LISTS for begin, *_ in spans(warehouse, name)]


def test_whether_anything_is_older_stays_unknown_when_shipstation_does_not_answer(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=2)))
    box.faults.add(Fault("/orders", status=500, after=1))
    load_changes(replace(account, retry_seconds=0.1), warehouse)
    assert [begin == BEGINNING for begin, *_ in spans(warehouse)] == [False]


def test_a_backfill_is_noted_once_it_has_read_all_of_its_span_and_never_beyond_now(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 61):
        box.book.put_order(order(number, ago(days=90 - number)))
    now = datetime.now(UTC)
    since, small = now - 60 * DAY, replace(account, page_size=10)
    load_backfill_window(small, warehouse, since, None, window_rows=20)
    assert spans(warehouse) == []
    backfill(small, warehouse, since)
    [(begin, end, arrived_by, moves)] = spans(warehouse)
    assert (begin, arrived_by, moves) == (since, "backfill", True)
    assert abs(end - now) < MINUTE
    backfill(account, warehouse, since, now - 30 * DAY)
    backfill(account, warehouse, since, now + 1 * DAY)
    [_, (_, bound, _, moves), (_, capped, *_)] = spans(warehouse)
    assert (bound, moves) == (now - 30 * DAY, False)
    assert abs(capped - now) < MINUTE


def test_a_watermark_that_was_lost_leaves_a_gap_between_the_spans(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(days=80)))
    backfill(account, warehouse, datetime.now(UTC) - 90 * DAY, datetime.now(UTC) - 60 * DAY)
    load_changes(account, warehouse)
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute("delete from raw_shipstation.watermarks")
    box.book.put_order(order(2, ago(days=1)))
    load_changes(account, warehouse)
    known = [(begin, end) for begin, end, *_ in spans(warehouse) if begin != BEGINNING]
    assert all(begin > datetime.now(UTC) - 31 * DAY for begin, _ in known[1:])
    assert known[0][1] < known[1][0]


def test_a_load_that_fails_notes_no_span(box: Sandbox, account: Account, warehouse: Warehouse) -> None:
    load_changes(account, warehouse)
    noted = spans(warehouse)
    box.book.put_order(order(1, ago(hours=1)))
    box.faults.add(Fault("/fulfillments", status=500))
    with pytest.raises(ApiUnreachable):
        load_changes(replace(account, retry_seconds=0.1), warehouse)
    assert spans(warehouse) == noted


@pytest.mark.parametrize("skew_minutes", [-50, 50])
def test_spans_go_by_shipstations_clock_so_that_a_difference_to_ours_makes_no_gap(
    warehouse: Warehouse, skew_minutes: int
) -> None:
    with quiet_sandbox(clock_skew_seconds=skew_minutes * 60) as box:
        account = account_at(box.url)
        box.book.put_order(order(1, ago(minutes=5 - skew_minutes)))
        load_changes(account, warehouse)
        box.book.put_order(order(2, ago(minutes=-skew_minutes)))
        load_changes(account, warehouse)
    *_, first, second = spans(warehouse)
    assert second[0] < first[1]
