"""A page that is no JSON, cut into its rows: which are read, and what is known of the others."""

from __future__ import annotations

import pytest

from ingest.client.list_page import Page, read_around, read_page
from ingest.client.unreadable_rows import unreadable_places

GOOD = [b'{"orderId":%d,"modifyDate":"2026-01-09T10:00:0%d","note":"a,]}{[\\\\\\""}' % (n, n) for n in range(5)]


def page_of(*texts: bytes, envelope: bytes = b"orders") -> bytes:
    return b'{"page":1,"tags":["orders",{"orders":[1]}],"%s":[%s],"total":77,"pages":1}' % (
        envelope,
        b", ".join(texts),
    )


def around(*texts: bytes) -> Page:
    body = page_of(*texts)
    with pytest.raises(ValueError):
        read_page(body, "orders")
    page = read_around(body, "orders")
    assert page is not None
    return page


@pytest.mark.parametrize(
    "text",
    [
        b'{"orderId":9,"note":"\xff"}',
        b'{"orderId":9,"note":' + b"[" * 20_000 + b"]" * 20_000 + b"}",
        b'{"orderId":9,"note":' + b'{"a":' * 100 + b"1" + b"}" * 101,
        b'{"orderId":9,"note":NaN}',
        b'{"orderId":9,"items":[1,]}',
        b'{"orderId":9 "note":"a, b"}',
        b'{"orderId":9}{}',
        b"null",
        b"7",
        b'"text"',
        b"[]",
        b"[{}, {}]",
        b"",
    ],
    ids=lambda text: text[:30],
)
def test_one_bad_row_is_cut_out_wherever_it_is(text: bytes) -> None:
    for place in range(4):
        page = around(*GOOD[:place], text, *GOOD[place:3])
        assert [row.body for row in page.rows] == GOOD[:3]
        assert (page.size, page.total) == (4, 77)
        [bad] = page.unreadable
        assert (bad.offset, bad.text) == (place, text)
        assert (bad.before.body if bad.before else None) == (GOOD[place - 1] if place else None)


@pytest.mark.parametrize(
    "text",
    [
        b'{"orderId":9,"items":[}',
        b'{"orderId":9',
        b'{"orderId":9}}',
        b'{"orderId":9}]',
        b'{"orderId":9,"items":[}]',
        b'{"orderId":9,"note":"never ends}',
    ],
)
def test_rows_that_cannot_be_separated_are_not_guessed(text: bytes) -> None:
    assert read_around(page_of(GOOD[0], text, GOOD[1]), "orders") is None


@pytest.mark.parametrize(
    "body", [b'{"orders":{}}', b'{"shipments":[1]}', b'{"x":{"orders":[1]}}', b'[{"orders":[1]}]']
)
def test_the_list_is_the_one_of_that_name_at_the_top(body: bytes) -> None:
    assert read_around(body, "orders") is None


def test_several_bad_rows_in_a_row_are_distinguished_by_their_rank_and_by_the_ids_they_show() -> None:
    texts = [
        b"null",
        GOOD[1],
        b'{"orderId":"8","orderNumber" : "680008","note":NaN}',
        b"{,}",
        b'{"orderId":99999999999999999999,"orderNumber":"x\\"y","a":NaN}',
        GOOD[2],
        b"{:}",
    ]
    page = around(*texts)
    found = unreadable_places("/orders", "orderId", "modifyDate", "2026-01-01T00:00:00", page.unreadable)
    assert [(row.offset, row.after[-8:], row.rank, row.row_id, row.order_number) for row in found] == [
        (0, "00:00:00", 0, None, None),
        (2, "10:00:01", 0, 8, "680008"),
        (3, "10:00:01", 1, None, None),
        (4, "10:00:01", 2, None, None),
        (6, "10:00:02", 0, None, None),
    ]


def test_a_row_behind_one_without_a_date_is_looked_for_from_where_the_list_began() -> None:
    page = around(b'{"orderId":1,"modifyDate":"long ago"}', b"null", b'{"orderId":2,"modifyDate":7}', b"null")
    start = "2026-01-01T00:00:00"
    found = unreadable_places("/orders", "orderId", "modifyDate", start, page.unreadable)
    assert [(row.after, row.start, row.offset) for row in found] == [(start, start, 1), (start, start, 3)]


def test_a_label_shows_its_own_id_and_its_orders() -> None:
    page = around(b'{"shipmentId": 3, "orderId": 5, "note": NaN}')
    [row] = unreadable_places("/shipments", "shipmentId", None, "2026-01-01T00:00:00", page.unreadable)
    assert (row.row_id, row.order_id) == (3, 5)


def test_a_row_may_be_a_hundred_levels_deep() -> None:
    deepest = b'{"note":' + b"[" * 99 + b"]" * 99 + b"}"
    page = read_page(page_of(deepest, b'{"note":"' + b"[" * 500 + b'"}'), "orders")
    assert page is not None
    assert page.size == 2
