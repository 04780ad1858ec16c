from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests
from api_rows import account_at, ago, order, pacific_now, rows, stamp, wall
from sandboxes import quiet_sandbox

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_changes
from sandbox import Book, Clock, Sandbox

PAGE = 10


def loaded(warehouse: Warehouse) -> dict[int, str]:
    return dict(rows(warehouse, "select order_id, modify_date from raw_shipstation.orders"))


def in_shipstation(box: Sandbox) -> dict[int, str]:
    return {record.id: record.row()["modifyDate"] for record in box.book.table("orders")}


def naive_walk(box: Sandbox) -> set[int]:
    """What a script finds that pages by number until `pages`."""
    found: set[int] = set()
    page = pages = 1
    while page <= pages:
        answer = requests.get(
            f"{box.url}/orders",
            {"sortBy": "ModifyDate", "page": page, "pageSize": PAGE, "modifyDateStart": "2020-01-01 00:00:00"},
            auth=("sandbox", "sandbox"),
            timeout=10,
        ).json()
        found |= {row["orderId"] for row in answer["orders"]}
        pages, page = answer["pages"], page + 1
    return found


@pytest.fixture
def moving(box: Sandbox) -> Iterator[Sandbox]:
    """A list whose oldest unread-from-now orders are edited after every request, so that they move to its end."""
    for number in range(1, 101):
        box.book.put_order(order(number, ago(minutes=200 - number)))
    victims = iter(range(1, 9))

    def edit(_request: int) -> None:
        victim = next(victims, None)
        if victim is not None:
            box.book.put_order(order(victim, pacific_now(), orderStatus="on_hold"))

    box.on_request = edit
    yield box


def test_the_naive_page_walk_misses_rows_of_a_moving_list(moving: Sandbox) -> None:
    assert len(naive_walk(moving)) < 100


def test_the_walk_by_key_misses_none_on_the_same_list(
    moving: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    load_changes(replace(account, page_size=PAGE), warehouse)
    moving.on_request = None
    assert loaded(warehouse).keys() == in_shipstation(moving).keys()
    load_changes(replace(account, page_size=PAGE), warehouse)
    assert loaded(warehouse) == in_shipstation(moving)


@pytest.mark.parametrize("bounds", ["inclusive", "exclusive"])
@pytest.mark.parametrize("pages_zero", [False, True])
def test_no_order_is_missed_whatever_the_bound_and_the_page_count(
    bounds: str, pages_zero: bool, warehouse: Warehouse
) -> None:
    with quiet_sandbox(bounds=bounds, pages_zero=pages_zero) as box:
        for number in range(1, 101):
            box.book.put_order(order(number, ago(minutes=60) + timedelta(milliseconds=450 * number)))
        report = load_changes(account_at(box.url, page_size=PAGE), warehouse)
        assert report.orders_fetched == 100
        assert loaded(warehouse) == in_shipstation(box)


def test_more_than_a_page_with_one_equal_modification_date_is_neither_cut_nor_looped_over(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    same = ago(minutes=30)
    for number in range(1, 56):
        box.book.put_order(order(number, same))
    for number in range(56, 70):
        box.book.put_order(order(number, ago(minutes=20)))
    load_changes(replace(account, page_size=PAGE), warehouse)
    assert loaded(warehouse) == in_shipstation(box)


def test_a_bulk_edit_that_moves_while_it_is_paged_is_read_again(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    same = ago(minutes=30)
    for number in range(1, 56):
        box.book.put_order(order(number, same))
    edited: list[int] = []

    def edit(request: int) -> None:
        if request in (3, 4) and len(edited) < 2:
            edited.append(len(edited) + 1)
            box.book.put_order(order(edited[-1], ago(minutes=1), orderStatus="on_hold"))

    box.on_request = edit
    load_changes(replace(account, page_size=PAGE), warehouse)
    assert edited == [1, 2]
    assert loaded(warehouse) == in_shipstation(box)


def test_the_number_of_requests_stays_within_two_of_the_pages_needed(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for number in range(1, 1251):
        box.book.put_order(order(number, ago(minutes=600) + timedelta(seconds=20 * number)))
    load_changes(account, warehouse)
    asked = [entry for entry in box.requests.entries() if entry.path == "/orders"]
    assert len(asked) <= 3 + 2
    assert len(loaded(warehouse)) == 1250


def test_an_order_that_became_visible_late_is_found_by_the_overlap(warehouse: Warehouse) -> None:
    clock = Clock(fixed_at=datetime.now(UTC) - timedelta(minutes=30))
    with quiet_sandbox(Book(clock)) as box:
        account = account_at(box.url)
        box.book.put_order(order(1, wall(clock)))
        load_changes(account, warehouse)
        hidden = order(2, wall(clock) - timedelta(minutes=4))
        clock.advance(60)
        box.book.put_order(order(3, wall(clock)))
        load_changes(account, warehouse)
        assert loaded(warehouse).keys() == {1, 3}
        box.book.put_order(hidden)
        load_changes(account, warehouse)
        assert loaded(warehouse).keys() == {1, 2, 3}


@pytest.mark.parametrize("compare", ["wall_times", "instants"])
def test_in_the_repeated_autumn_hour_nothing_is_missed(compare: str, warehouse: Warehouse) -> None:
    clock = Clock(fixed_at=datetime(2026, 11, 1, 8, 55, tzinfo=UTC))  # 01:55, before the clocks go back
    with quiet_sandbox(Book(clock, compare), compare=compare) as box:
        account = account_at(box.url)
        box.book.put_order(order(1, datetime(2026, 11, 1, 1, 50)))
        load_changes(account, warehouse)
        clock.advance(25 * 60)  # 01:20 again
        box.book.put("orders", order(2, datetime(2026, 11, 1, 1, 10)), second_pass=("modifyDate",))
        load_changes(account, warehouse)
        assert loaded(warehouse).keys() == {1, 2}


def test_an_edit_in_the_repeated_hour_wins_over_an_earlier_one_with_a_later_wall_time(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, datetime(2026, 11, 1, 1, 50)))
    load_changes(account, warehouse)
    box.book.put_order(order(1, datetime(2026, 11, 1, 1, 10), orderStatus="shipped"))
    load_changes(account, warehouse)
    assert rows(warehouse, "select order_status from raw_shipstation.orders") == [("shipped",)]


def test_a_stale_payload_that_comes_later_does_not_replace_a_newer_one(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    newer = ago(minutes=5)
    box.book.put_order(order(1, newer, orderStatus="shipped"))
    load_changes(account, warehouse)
    box.book.put_order(order(1, newer - timedelta(minutes=5)))
    load_changes(account, warehouse)
    assert loaded(warehouse) == {1: stamp(newer)}
