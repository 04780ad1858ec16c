"""Filters at second precision, both readings of what the documentation leaves open, and wall times."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
import requests
from sandbox_client import NOON, Run, a_label, an_order

from sandbox.pacific import channel_text, to_ms, wall_text, wall_trimmed

TIMES = [
    an_order(1, "2025-10-01T08:00:00.0000000"),
    an_order(2, "2025-10-01T08:00:01.5000000"),
    an_order(3, "2025-10-01T08:00:02.9990000"),
]


@pytest.mark.parametrize(
    ("bounds", "start", "end", "expected"),
    [
        ("inclusive", "2025-10-01 08:00:01", "2025-10-01 08:00:02", [2, 3]),
        ("exclusive", "2025-10-01 08:00:00", "2025-10-01 08:00:02", [2]),
        ("exclusive", "2025-10-01 08:00:01", "2025-10-01 08:00:03", [3]),
        ("inclusive", "2025-10-01", "2025-10-02", [1, 2, 3]),
        ("inclusive", "2025-10-01T08:00:02", "", [3]),
        ("inclusive", "10/1/2025", "2025-10-01 07:59:59", []),
    ],
)
def test_date_filters_work_on_whole_seconds(
    run: Run, bounds: str, start: str, end: str, expected: list[int]
) -> None:
    client = run(*TIMES, bounds=bounds)
    assert client.ids(modifyDateStart=start, modifyDateEnd=end) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"orderNumber": "77"}, [2]),
        ({"orderNumber": "7"}, [2]),
        ({"orderNumber": "8"}, []),
        ({"orderStatus": "shipped"}, [3]),
        ({"storeId": "310009"}, [4]),
        ({"customerName": "ivybridge"}, [4]),
        ({"itemKeyword": "paste"}, [3]),
        ({"itemKeyword": "18795"}, [3]),
        ({"createDateStart": "2025-09-30 13:00:00"}, [4]),
        ({"createDateEnd": "2025-09-30 13:00:00", "orderStatus": "shipped"}, [3]),
        ({"orderDateStart": "2025-10-01"}, [3]),
        ({"paymentDateStart": "2025-01-01"}, [2]),
        ({"paymentDateEnd": "2026-01-01"}, [2]),
        ({"orderDateStart": "2025-09-01", "modifyDateStart": "2025-10-01 09:00:00"}, [4]),
        ({"orderStatus": "", "nonsense": "x"}, [1, 2, 3, 4]),
    ],
)
def test_each_filter_of_orders_finds_its_rows(run: Run, parameters: dict[str, str], expected: list[int]) -> None:
    paste = [{"orderItemId": 1, "sku": "18795", "name": "OraPro Paste Peppermint", "quantity": 1}]
    client = run(
        an_order(1),
        an_order(2, orderNumber="77", paymentDate="2025-10-01T08:00:00.0000000"),
        an_order(3, orderStatus="shipped", items=paste, orderDate="2025-10-01T07:00:00.0000000"),
        an_order(
            4,
            "2025-10-01T10:00:00.0000000",
            createDate="2025-09-30T14:00:00.0000000",
            advancedOptions={"storeId": 310009},
            shipTo={"name": "Levi Ivybridge"},
        ),
    )
    assert client.ids(**parameters) == expected


@pytest.mark.parametrize(
    ("parameters", "expected"),
    [
        ({"orderId": "2"}, [12]),
        ({"orderNumber": "600002"}, [12]),
        ({"trackingNumber": "1Z13"}, [13]),
        ({"carrierCode": "fedex"}, [13]),
        ({"serviceCode": "ups_ground"}, [11, 12, 13]),
        ({"storeId": "310002"}, [11, 12, 13]),
        ({"shipDateStart": "2025-10-02", "shipDateEnd": "2025-10-02"}, [12]),
        ({"createDateStart": "2025-10-01 09:30:00"}, [13]),
        ({"voidDateStart": "2025-10-05"}, [13]),
        ({"voidDateEnd": "2025-10-05"}, []),
        ({"modifyDateStart": "2030-01-01"}, [11, 12, 13]),
    ],
)
def test_each_filter_of_shipments_finds_its_rows(
    run: Run, parameters: dict[str, str], expected: list[int]
) -> None:
    client = run(
        a_label(11),
        a_label(12, 2, shipDate="2025-10-02"),
        a_label(
            13,
            1,
            carrierCode="fedex",
            createDate="2025-10-01T10:00:00.0000000",
            voided=True,
            voidDate="2025-10-08T10:00:00.0000000",
        ),
    )
    assert [row["shipmentId"] for row in client.rows("shipments", **parameters)] == expected


def test_fulfillments_are_found_by_order_and_by_ship_date(run: Run) -> None:
    client = run()
    for number, day in ((21, "2025-10-01"), (22, "2025-10-03")):
        row = {"fulfillmentId": number, "orderId": number, "orderNumber": "a", "trackingNumber": "t"}
        row |= {"createDate": f"{day}T08:00:00.0000000", "shipDate": f"{day}T00:00:00.0000000"}
        client.sandbox.book.put_fulfillment(row)
    found = client.rows("fulfillments", shipDateStart="2025-10-02", sortBy="ShipDate")
    assert [row["fulfillmentId"] for row in found] == [22]
    assert [row["fulfillmentId"] for row in client.rows("fulfillments", orderId="21")] == [21]


@pytest.mark.parametrize("name", ["modifyDateStart", "createDateEnd", "page", "pageSize"])
def test_what_cannot_be_read_is_refused_with_its_name(run: Run, name: str) -> None:
    answer = run(an_order(1)).get("/orders", **{name: "soon"})
    assert answer.status_code == 400
    assert answer.json()["Message"] == "The request is invalid."
    assert list(answer.json()["ModelState"]) == [name]


def test_the_repeated_hour_sorts_by_wall_time_or_by_instant_as_set(run: Run) -> None:
    before, after = datetime(2025, 11, 2, 8, 50, tzinfo=UTC), datetime(2025, 11, 2, 9, 10, tzinfo=UTC)
    found = {}
    for compare in ("wall_times", "instants"):
        client = run(an_order(1), an_order(2), compare=compare)
        client.sandbox.book.edit_order(1, before)
        client.sandbox.book.edit_order(2, after)
        found[compare] = client.ids(sortBy="ModifyDate")
        dates = [client.get(f"/orders/{number}").json()["modifyDate"] for number in (1, 2)]
        assert dates == ["2025-11-02T01:50:00.0000000", "2025-11-02T01:10:00.0000000"]
    assert found == {"wall_times": [2, 1], "instants": [1, 2]}


def test_a_filter_by_wall_time_at_the_repeated_hour_misses_what_happened_later(run: Run) -> None:
    after = datetime(2025, 11, 2, 9, 10, tzinfo=UTC)
    missed = {}
    for compare in ("wall_times", "instants"):
        client = run(an_order(1), compare=compare)
        client.sandbox.book.edit_order(1, after)
        missed[compare] = client.ids(modifyDateStart="2025-11-02 01:50:00") == []
    assert missed == {"wall_times": True, "instants": False}


def test_an_offset_in_a_filter_counts_only_by_instant(run: Run) -> None:
    row = an_order(1, "2025-10-01T08:00:00.0000000")
    start = "2025-10-01T15:00:00Z"
    assert run(row).ids(modifyDateStart=start) == []
    assert run(row, compare="instants").ids(modifyDateStart=start) == [1]


@pytest.mark.parametrize(
    ("instant", "pacific"),
    [
        (datetime(2025, 7, 1, 12, 0, tzinfo=UTC), "2025-07-01T05:00:00.0000000"),
        (datetime(2025, 12, 1, 12, 0, tzinfo=UTC), "2025-12-01T04:00:00.0000000"),
        (datetime(2026, 3, 8, 9, 59, 59, tzinfo=UTC), "2026-03-08T01:59:59.0000000"),
        (datetime(2026, 3, 8, 10, 0, tzinfo=UTC), "2026-03-08T03:00:00.0000000"),
        (datetime(2025, 11, 2, 8, 30, tzinfo=UTC), "2025-11-02T01:30:00.0000000"),
        (datetime(2025, 11, 2, 9, 30, tzinfo=UTC), "2025-11-02T01:30:00.0000000"),
    ],
)
def test_times_are_pacific_wall_time_through_both_changes_of_the_clock(instant: datetime, pacific: str) -> None:
    assert wall_text(to_ms(instant)) == pacific


def test_order_times_have_seven_digits_and_item_times_are_trimmed() -> None:
    ms = to_ms(datetime(2025, 10, 1, 19, 0, 20, 100_000, tzinfo=UTC))
    assert (wall_text(ms), wall_trimmed(ms)) == ("2025-10-01T12:00:20.1000000", "2025-10-01T12:00:20.1")
    assert wall_trimmed(ms + 963) == "2025-10-01T12:00:21.063"
    assert wall_trimmed(to_ms(NOON)) == "2025-10-01T12:00:00"
    assert channel_text(to_ms(NOON)) == "2025-10-01T14:00:00.0000000"


def test_a_changed_row_shows_late_in_lists_but_at_once_by_id(run: Run) -> None:
    client = run(an_order(1), visibility_delay_seconds=120)
    book, clock = client.sandbox.book, client.sandbox.clock
    book.put_order(an_order(1, orderStatus="on_hold"))
    book.put_order(an_order(2))
    assert client.get("/orders/2").status_code == 200
    assert [row["orderStatus"] for row in client.rows("orders")] == ["awaiting_shipment"]
    clock.advance(119)
    assert client.ids() == [1]
    clock.advance(1)
    assert [row["orderStatus"] for row in client.rows("orders")] == ["on_hold", "awaiting_shipment"]


@pytest.mark.parametrize("compare", ["wall_times", "instants"])
def test_an_order_without_a_modification_date_is_in_no_list_filtered_by_it_and_is_had_by_its_id(
    run: Run, compare: str
) -> None:
    client = run(*TIMES, compare=compare)
    url = f"{client.sandbox.url}/_sandbox/rows/orders"
    undated = an_order(4, modifyDate=None, createDate="2025-09-30T14:00:00.0000000")
    assert requests.post(url, json=undated, timeout=10).json() == {"stored": 1}
    assert client.ids(modifyDateStart="2000-01-01") == [1, 2, 3]
    assert client.ids(modifyDateEnd="2099-01-01") == [1, 2, 3]
    assert client.ids(modifyDateStart="2000-01-01", createDateStart="2000-01-01") == [1, 2, 3]
    assert client.ids(modifyDateEnd="2099-01-01", createDateStart="2025-09-30 13:00:00") == []
    assert client.ids(createDateStart="2025-09-30 13:00:00") == [4]
    assert client.ids(createDateStart="2000-01-01", sortBy="ModifyDate") == [4, 1, 2, 3]
    assert client.ids() == [1, 2, 3, 4]
    assert client.get("/orders/4").json()["modifyDate"] is None
    client.sandbox.book.put_order(an_order(4))
    client.sandbox.book.put_order(an_order(1, modifyDate=None))
    assert client.ids(modifyDateStart="2000-01-01") == [2, 3, 4]
