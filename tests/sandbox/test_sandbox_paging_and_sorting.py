"""Pages, envelopes and orders of the lists."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sandbox_client import Run, a_label, an_order


def seven() -> list[dict[str, Any]]:
    return [an_order(number, f"2025-10-01T08:00:{60 - number:02d}.0000000") for number in range(1, 8)]


def test_pages_cut_the_list_without_gap_or_overlap(run: Run) -> None:
    client = run(*seven())
    pages = [client.ids(page=page, pageSize=3) for page in (1, 2, 3, 4)]
    assert pages == [[1, 2, 3], [4, 5, 6], [7], []]


@pytest.mark.parametrize("page", [0, -1, -7])
def test_a_page_before_the_first_is_the_first(run: Run, page: int) -> None:
    envelope = run(*seven()).get("/orders", page=page, pageSize=3).json()
    assert ([row["orderId"] for row in envelope["orders"]], envelope["page"]) == ([1, 2, 3], 1)


def test_the_envelope_counts_rows_and_pages(run: Run) -> None:
    envelope = run(*seven()).get("/orders", page=2, pageSize=3).json()
    assert {name: envelope[name] for name in ("total", "page", "pages")} == {
        "total": 7,
        "page": 2,
        "pages": 3,
    }


def test_pages_can_be_zero_although_rows_are_there(run: Run) -> None:
    envelope = run(*seven(), pages_zero=True).get("/orders", pageSize=3).json()
    assert (envelope["pages"], envelope["total"], len(envelope["orders"])) == (0, 7, 3)


def test_a_page_has_100_rows_unless_asked_and_never_more_than_500(run: Run) -> None:
    client = run(*[an_order(number) for number in range(1, 602)])
    assert len(client.ids()) == 100
    assert len(client.ids(pageSize=2000)) == 500


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({}, [1, 2, 3, 4, 5, 6, 7]),
        ({"sortDir": "DESC"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"sortBy": "ModifyDate"}, [7, 6, 5, 4, 3, 2, 1]),
        ({"sortBy": "modifydate", "sortDir": "desc"}, [1, 2, 3, 4, 5, 6, 7]),
        ({"sortBy": "Nonsense"}, [1, 2, 3, 4, 5, 6, 7]),
    ],
)
def test_lists_sort_as_asked_and_by_id_otherwise(
    run: Run, parameters: dict[str, str], expected: list[int]
) -> None:
    assert run(*seven()).ids(**parameters) == expected


def test_equal_dates_are_ordered_by_id(run: Run) -> None:
    client = run(*[an_order(number) for number in (5, 3, 9, 1)])
    assert client.ids(sortBy="ModifyDate") == [1, 3, 5, 9]


def test_an_order_modified_while_paged_moves_to_the_end_and_the_next_page_skips_a_row(run: Run) -> None:
    client = run(*[an_order(number, f"2025-10-01T08:00:{number:02d}.0000000") for number in range(1, 7)])
    book = client.sandbox.book

    def edit_before_page_two(number: int) -> None:
        if number == 2:
            book.bulk_edit([1], book.clock.now())

    client.sandbox.on_request = edit_before_page_two
    pages = [client.ids(sortBy="ModifyDate", page=page, pageSize=3) for page in (1, 2)]
    assert pages == [[1, 2, 3], [5, 6, 1]]


def test_a_bulk_edit_gives_all_orders_one_modify_date(run: Run) -> None:
    client = run(*seven())
    assert client.sandbox.book.bulk_edit([2, 4, 6], client.sandbox.clock.now()) == 3
    changed = {row["modifyDate"] for row in client.rows("orders") if row["orderId"] in (2, 4, 6)}
    assert changed == {"2025-10-01T12:00:00.0000000"}


def test_an_index_stays_right_through_edits_and_deletions(run: Run) -> None:
    client = run(*seven())
    assert client.ids(sortBy="ModifyDate")[-1] == 1
    client.sandbox.book.put_order(an_order(1, "2025-01-01T00:00:00.0000000"))
    client.sandbox.book.delete_order(7)
    client.sandbox.book.put_order(an_order(8, "2025-10-02T00:00:00.0000000"))
    assert client.ids(sortBy="ModifyDate") == [1, 6, 5, 4, 3, 2, 8]


def test_shipments_list_their_items_only_when_asked(run: Run) -> None:
    client = run(an_order(1), a_label(11))
    assert client.rows("shipments")[0]["shipmentItems"] is None
    assert client.rows("shipments", includeShipmentItems="true")[0]["shipmentItems"][0]["quantity"] == 1


def test_reference_lists_are_bare_arrays_and_two_accounts_share_a_code(run: Run) -> None:
    client = run()
    for path in ("/carriers", "/stores", "/warehouses", "/accounts/listtags"):
        assert isinstance(client.get(path).json(), list)
    ups = [row["shippingProviderId"] for row in client.get("/carriers").json() if row["code"] == "ups"]
    assert len(ups) == len(set(ups)) == 2
    services = client.get("/carriers/listservices", carrierCode="fedex").json()
    assert {row["carrierCode"] for row in services} == {"fedex"}
    assert client.get("/carriers/listservices").status_code == 400


def test_products_leave_out_inactive_ones_unless_asked(run: Run) -> None:
    client = run()
    active = {row["sku"] for row in client.rows("products")}
    everything = {row["sku"] for row in client.rows("products", showInactive="true", sortBy="SKU")}
    assert everything - active == {"17913"}
    assert [row["sku"] for row in client.rows("products", sku="17612")] == ["17612"]


def test_edits_from_many_threads_leave_every_order_in_the_list_once(run: Run) -> None:
    client = run(*[an_order(number) for number in range(1, 101)])
    book, now = client.sandbox.book, client.sandbox.clock.now()
    assert len(client.ids(sortBy="ModifyDate")) == 100

    def edit(worker: int) -> int:
        return sum(
            book.bulk_edit(range(worker, 101, 7), now + timedelta(seconds=worker * turn)) for turn in range(10)
        )

    with ThreadPoolExecutor(8) as pool:
        edits = list(pool.map(edit, range(1, 9)))
        seen = [client.ids(sortBy="ModifyDate") for _ in range(5)]
    assert min(edits) > 0
    assert all(sorted(ids) == list(range(1, 101)) for ids in seen)
    dates = [row["modifyDate"] for row in client.rows("orders", sortBy="ModifyDate")]
    assert dates == sorted(dates)
    assert len(dates) == 100
