"""Reading a page in pieces, as a table: which rows come through, which are named, in how many requests."""

from __future__ import annotations

import pytest

from ingest.client.list_page import Page
from ingest.client.payload import Payload
from ingest.client.unreadable_rows import isolate
from ingest.errors import ServerKeepsFailing, UnreadableAnswer


class FailingList:
    """A list of so many rows of which some make every page that they are in fail."""

    def __init__(self, rows: int, bad: set[int], *, answers: bool = False) -> None:
        self.rows = rows
        self.bad = bad
        self.failure = UnreadableAnswer("no JSON", b"{,}") if answers else ServerKeepsFailing("HTTP 500")
        self.requests: list[tuple[int, int]] = []

    def read(self, page: int, size: int) -> Page:
        self.requests.append((page, size))
        offsets = range((page - 1) * size, min(page * size, self.rows))
        if self.bad & set(offsets):
            raise self.failure
        return Page([Payload.of({"orderId": offset}) for offset in offsets])


def ids(rows: list[Payload]) -> list[int]:
    return [row.get("orderId") for row in rows]


@pytest.mark.parametrize("bad", [0, 1, 249, 250, 498, 499])
@pytest.mark.parametrize("page", [1, 2])
def test_one_bad_row_of_a_page_is_found_in_at_most_nineteen_requests(page: int, bad: int) -> None:
    first = (page - 1) * 500
    source = FailingList(2000, {first + bad})
    found = isolate(source.read, first, 500)
    assert ids(found.rows) == [offset for offset in range(first, first + 500) if offset != first + bad]
    assert [row.offset for row in found.unreadable] == [first + bad]
    assert not found.is_last
    assert len(source.requests) <= 19


@pytest.mark.parametrize("size", [500, 250, 125, 100, 50, 25, 20, 10, 5, 4, 2, 1])
def test_pages_of_every_size_are_taken_apart_without_losing_a_row(size: int) -> None:
    bad = {size, 2 * size - 1}
    source = FailingList(3 * size, bad)
    found = isolate(source.read, size, size)
    assert ids(found.rows) == [offset for offset in range(size, 2 * size) if offset not in bad]
    assert {row.offset for row in found.unreadable} == bad


def test_each_bad_row_is_reported_with_the_readable_row_before_it() -> None:
    found = isolate(FailingList(25, {0, 7, 8, 24}).read, 0, 25)
    before = [(row.offset, row.before.get("orderId") if row.before else None) for row in found.unreadable]
    assert before == [(0, None), (7, 6), (8, 6), (24, 23)]


@pytest.mark.parametrize(("begin", "length"), [(499, 499), (996, 498), (7, 100), (3, 9)])
def test_a_page_that_begins_anywhere_is_taken_apart_and_rows_before_it_are_not_reported(
    begin: int, length: int
) -> None:
    bad = {begin - 1, begin, begin + length - 1}
    found = isolate(FailingList(3000, bad).read, begin, length)
    assert {row.offset for row in found.unreadable} == bad - {begin - 1}
    assert set(ids(found.rows)) >= {offset for offset in range(begin, begin + length) if offset not in bad}


@pytest.mark.parametrize(("rows", "is_last"), [(501, False), (500, False), (499, True), (260, True), (1, True)])
def test_the_list_ends_in_a_page_that_is_not_full(rows: int, is_last: bool) -> None:
    assert isolate(FailingList(rows, {0}).read, 0, 500).is_last is is_last


def test_rows_behind_two_bad_ones_at_the_very_beginning_come_through() -> None:
    found = isolate(FailingList(100, {0, 1}).read, 0, 100)
    assert ids(found.rows) == list(range(2, 100))


def test_a_server_that_fails_for_every_row_is_given_up_at_the_fourth() -> None:
    source = FailingList(500, set(range(500)))
    with pytest.raises(ServerKeepsFailing):
        isolate(source.read, 0, 500)
    assert [page for page, size in source.requests if size == 1] == [1, 2, 3, 4]


def test_a_server_that_answers_is_not_down_however_many_of_its_first_rows_are_bad() -> None:
    found = isolate(FailingList(100, set(range(9)), answers=True).read, 0, 100)
    assert ids(found.rows) == list(range(9, 100))
    assert [(row.offset, row.text) for row in found.unreadable] == [(offset, b"{,}") for offset in range(9)]


def test_a_server_that_answers_for_no_row_is_down_and_one_whose_first_rows_are_bad_is_not() -> None:
    found = isolate(FailingList(500, set(range(30))).read, 0, 500)
    assert ids(found.rows) == list(range(30, 500))
    few = FailingList(12, set(range(12)))
    assert len(isolate(few.read, 0, 500).unreadable) == 12, "the list is empty behind them, so the server answers"
    with pytest.raises(ServerKeepsFailing):
        isolate(FailingList(100, set(range(100))).read, 0, 500)


@pytest.mark.parametrize("answers", [True, False])
@pytest.mark.parametrize("bad", [range(1, 500, 2), range(100, 400), range(249), range(1, 500)])
def test_any_number_of_bad_rows_is_found_and_all_others_come_through(bad: range, answers: bool) -> None:
    source = FailingList(500, set(bad), answers=answers)
    found = isolate(source.read, 0, 500)
    assert ids(found.rows) == [offset for offset in range(500) if offset not in bad]
    assert [row.offset for row in found.unreadable] == list(bad)
    assert len(source.requests) <= 2 + 4 + 20 + 100 + 500 + 25


def test_a_server_that_goes_down_meanwhile_is_noticed() -> None:
    source = FailingList(500, set(range(1, 500, 20)))

    def read(page: int, size: int) -> Page:
        if len(source.requests) >= 200:
            source.bad = set(range(500))
        return source.read(page, size)

    with pytest.raises(ServerKeepsFailing):
        isolate(read, 0, 500)
    assert len(source.requests) <= 226
