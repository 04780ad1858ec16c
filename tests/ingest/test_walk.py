"""How a list is walked: where a walk ends, and how often a stretch that moves is read again."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from api_rows import account_at, ago, order, spoil

from ingest.client.http import Client
from ingest.client.list_walk import overlapping_page, walk
from ingest.client.unreadable_rows import UnreadablePlace
from ingest.sources.shipstation.api_lists import ORDERS_BY_MODIFY_DATE
from sandbox import Sandbox

PAGE = 10
BULK = ago(minutes=30)
START = BULK - timedelta(seconds=1)


def read(box: Sandbox, end: datetime | None = None) -> list[int]:
    """The ids that a walk gives, in the order in which it gives them."""
    with Client(account_at(box.url)) as client:
        pages = walk(
            client, ORDERS_BY_MODIFY_DATE, start=START, end=end, page_size=PAGE, on_unreadable=pytest.fail
        )
        return [row.get("orderId") for page in pages for row in page]


def edited_in_bulk(box: Sandbox, count: int) -> None:
    for number in range(1, count + 1):
        box.book.put_order(order(number, BULK))


def walks_of_the_bulk(box: Sandbox) -> int:
    """How often the stretch was read from its first page."""
    first = box.requests.entries()[0].query["modifyDateStart"]
    return sum(
        entry.query["modifyDateStart"] == first and entry.query["page"] == "1" for entry in box.requests.entries()
    )


def move_a_row_in_each_walk(box: Sandbox, walks: int) -> list[int]:
    """Before the second page of each of so many walks, an order that was read already moves to the list's end."""
    moved: list[int] = []

    def edit(_request: int) -> None:
        if box.requests.entries()[-1].query["page"] == "2" and len(moved) < walks:
            moved.append(len(moved) + 1)
            box.book.put_order(order(moved[-1], ago(minutes=1)))

    box.on_request = edit
    return moved


@pytest.mark.parametrize("walks", [1, 2, 5])
def test_a_stretch_that_moves_is_read_until_it_stands_still_up_to_five_times_again(
    box: Sandbox, walks: int
) -> None:
    edited_in_bulk(box, 55)
    moved = move_a_row_in_each_walk(box, walks)
    assert set(read(box)) == set(range(1, 56))
    assert len(moved) == walks
    assert walks_of_the_bulk(box) == 1 + walks


def test_a_stretch_that_never_stands_still_is_left_after_five_times(box: Sandbox) -> None:
    edited_in_bulk(box, 55)
    moved = move_a_row_in_each_walk(box, 100)
    assert set(moved) < set(read(box))
    assert walks_of_the_bulk(box) == 1 + 5


def test_a_row_met_again_in_the_same_version_is_given_once_and_in_a_newer_one_again(box: Sandbox) -> None:
    for number in range(1, 26):
        box.book.put_order(order(number, BULK + timedelta(seconds=number // 3)))

    def edit(request: int) -> None:
        if request == 2:
            box.book.put_order(order(1, ago(minutes=1)))

    box.on_request = edit
    assert sorted(read(box)) == sorted([*range(1, 26), 1])


@pytest.mark.parametrize(("count", "requests"), [(0, 1), (9, 1), (10, 2), (18, 2), (19, 3)])
def test_a_short_page_ends_the_walk_and_a_full_one_does_not(box: Sandbox, count: int, requests: int) -> None:
    for number in range(1, count + 1):
        box.book.put_order(order(number, BULK + timedelta(seconds=10 * number)))
    assert read(box) == list(range(1, count + 1))
    # Each page but the first begins with the row that the one before it ended with.
    assert len(box.requests.entries()) == requests


def test_a_walk_with_an_end_leaves_out_what_lies_behind_it(box: Sandbox) -> None:
    for number in range(1, 31):
        box.book.put_order(order(number, BULK + timedelta(minutes=number)))
    assert read(box, end=BULK + timedelta(minutes=15)) == list(range(1, 16))


@pytest.mark.parametrize("later", [1, 2, 15])
def test_a_row_that_moves_behind_later_ones_makes_its_stretch_be_read_again(box: Sandbox, later: int) -> None:
    edited_in_bulk(box, 49)
    for number in range(101, 101 + later):
        box.book.put_order(order(number, BULK + timedelta(seconds=number)))
    move_a_row_in_each_walk(box, 1)
    assert set(read(box)) == {*range(1, 50), *range(101, 101 + later)}


def test_bad_rows_of_a_second_that_fills_pages_are_reported_once_each_and_do_not_make_it_look_moved(
    box: Sandbox,
) -> None:
    edited_in_bulk(box, 55)
    bad = (1, 10, 14, 19, 20)
    for number in bad:
        spoil(box, "orders", order(number, BULK), b"NaN")
    found: list[UnreadablePlace] = []
    with Client(account_at(box.url), sleep=[].append) as client:
        pages = walk(client, ORDERS_BY_MODIFY_DATE, start=START, page_size=PAGE, on_unreadable=found.append)
        ids = [row.get("orderId") for page in pages for row in page]
    assert ids == [number for number in range(1, 56) if number not in bad]
    assert [(row.row_id, row.offset) for row in found] == [(number, number - 1) for number in bad]
    first_pages = [entry for entry in box.requests.entries() if entry.query["page"] == "1"]
    assert len(first_pages) == 2, "the first page, once more because it is no JSON"


@pytest.mark.parametrize("page_size", [10, 99, 500])
def test_each_page_of_a_second_begins_before_the_last_one_ended_and_gets_further(page_size: int) -> None:
    read, pages = page_size, 1
    while read < 40 * page_size:
        offset, size = overlapping_page(read, page_size)
        assert offset % size == 0
        assert offset < read < offset + size
        assert size <= page_size
        read, pages = offset + size, pages + 1
    assert pages <= (42 if page_size == 500 else 64)


def test_pages_too_small_to_overlap_follow_one_another() -> None:
    assert [overlapping_page(read, 2) for read in (2, 4)] == [(2, 2), (4, 2)]
    assert [overlapping_page(read, 1) for read in (1, 2)] == [(1, 1), (2, 1)]
    assert [overlapping_page(read, 4) for read in (4, 6, 9, 12)] == [(3, 3), (4, 4), (8, 4), (12, 4)]
