from __future__ import annotations

from typing import Any

from shop_home import CREATE, SENT, Shop, by_number

from sandbox import Fault


def typed_by_hand(number: str, quantity: int) -> dict[str, Any]:
    return {
        "orderId": 500,
        "orderNumber": number,
        "orderKey": "manual-key",
        "orderStatus": "awaiting_shipment",
        "orderDate": "2025-10-01T08:00:00.0000000",
        "createDate": "2025-10-01T08:00:00.0000000",
        "modifyDate": "2025-10-01T08:00:00.0000000",
        "items": [{"orderItemId": 5000, "sku": "17612 - 250237", "quantity": quantity}],
    }


def test_orders_are_sent_with_their_lots_and_the_rest_is_listed_with_its_reason(shop: Shop) -> None:
    facts = shop.upload()
    assert {one["order_number"] for one in facts["uploaded"]} == SENT == set(shop.there())
    assert shop.goods("671825") == [("17612 - 250237", 4)]
    assert sorted(shop.goods("671826")) == [("17612 - 250237", 4), ("17904 - 250240", 1), ("17914 - 250297", 1)]
    assert shop.goods("671827") == [("17612 - 250237", 1011), ("17612 - 250300", 20)]
    assert by_number(facts["held"], "reason") == {
        "671828": "not_enough_stock",
        "671829": "unknown_sku",
        "671830": "not_enough_stock",
        "100123": "manual_number",
    }
    sent = shop.there()["671825"]
    assert (sent["orderKey"], sent["orderDate"]) == ("xcart-671825", "2025-10-01T07:30:00.0000000")
    assert (sent["shipTo"]["name"], sent["shipTo"]["postalCode"]) == ("Ann Example", "62701")


def test_a_dry_run_says_the_same_and_changes_nothing_anywhere(shop: Shop) -> None:
    facts = shop.upload(sends=False)
    assert {one["order_number"] for one in facts["planned"]} == SENT
    assert (facts["sent"], shop.posts(), shop.there(), shop.log()) == (False, 0, {}, [])
    real = shop.upload()
    assert (facts["planned"], facts["held"]) == (real["planned"], real["held"])


def test_an_answer_that_is_cut_off_is_found_out_by_looking_and_nothing_is_sent_twice(shop: Shop) -> None:
    shop.box.faults.add(Fault(CREATE, "cut", method="POST"))
    facts = shop.upload()
    assert {one["order_number"] for one in facts["uploaded"]} == SENT
    assert (facts["unanswered"], shop.posts()) == ([], 1)


def test_a_look_up_that_fails_means_unknown_and_nothing_is_sent(shop: Shop) -> None:
    shop.box.faults.add(Fault("/orders", "status", status=500, method="GET"))
    facts = shop.upload()
    reasons = by_number(facts["held"], "reason")
    assert {reasons[number] for number in SENT} == {"lookup_failed"}
    assert shop.posts() == 0


def test_an_order_that_spoils_its_page_does_not_hold_back_its_neighbours(shop: Shop) -> None:
    shop.box.book.put_order(typed_by_hand("671826", 4))
    shop.box.faults.poison_order_ids.add(500)
    facts = shop.upload()
    assert {one["order_number"] for one in facts["uploaded"]} == SENT - {"671826"}
    assert by_number(facts["held"], "reason")["671826"] == "lookup_failed"


def test_an_order_that_somebody_typed_in_with_a_space_behind_its_number_is_not_sent(shop: Shop) -> None:
    shop.box.book.put_order(typed_by_hand("671825\u00a0", 4))
    facts = shop.upload()
    assert by_number(facts["held"], "reason")["671825"] == "already_there"
    assert set(shop.there()) == SENT - {"671825"} | {"671825\u00a0"}


def test_results_are_matched_by_key_and_a_refused_order_is_reported_with_its_reason(shop: Shop) -> None:
    results = [
        {"orderKey": "xcart-671827", "orderId": 7, "success": True, "errorMessage": None},
        {"orderKey": "xcart-671825", "orderId": 0, "success": False, "errorMessage": "No such state."},
        {"orderKey": "xcart-671826", "orderId": 6, "success": True, "errorMessage": None},
    ]
    body = {"hasErrors": True, "results": results}
    shop.box.faults.add(Fault(CREATE, "status", status=200, body=body, method="POST", times=1))
    facts = shop.upload()
    assert by_number(facts["uploaded"], "shipstation_order_id") == {"671827": 7, "671826": 6}
    assert by_number(facts["refused"], "detail") == {"671825": "ShipStation refused it: No such state."}


def test_an_answer_that_leaves_an_order_out_leaves_it_unknown(shop: Shop) -> None:
    body = {"hasErrors": False, "results": [{"orderKey": "xcart-671827", "orderId": 7, "success": True}]}
    shop.box.faults.add(Fault(CREATE, "status", status=200, body=body, method="POST", times=1))
    assert set(shop.upload()["unanswered"]) == SENT - {"671827"}


def test_a_batch_refused_as_a_whole_is_sent_one_by_one(shop: Shop) -> None:
    shop.box.faults.add(Fault(CREATE, "status", status=400, body={"Message": "no"}, method="POST", times=1))
    facts = shop.upload()
    assert {one["order_number"] for one in facts["uploaded"]} == SENT
    assert shop.posts() == 4


def test_a_429_is_waited_for_and_sent_again(shop: Shop) -> None:
    shop.box.faults.add(Fault(CREATE, "status", status=429, method="POST", times=1, reset_seconds=0))
    assert {one["order_number"] for one in shop.upload()["uploaded"]} == SENT
    assert shop.posts() == 2
