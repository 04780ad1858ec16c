"""What an order of the shop must have, and what ShipStation gets of it: pure, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from ingest.client.redaction import Keeps, keeps_of
from ingest.sources.xcart.order_element import ShopOrder
from ingest.sources.xcart.order_rows import (
    CheckedOrder,
    InvalidOrder,
    StoredOrder,
    check,
    to_row,
    without_personal_data,
)
from ingest.sources.xcart.order_upload import UploadLine, from_shipstation, to_shipstation

LINE = {"productid": "17612", "amount": "2"}
WHEN = "2025-10-01 09:30:00"


def checked(line: dict[str, str] | None = None, **fields: str) -> CheckedOrder:
    return check(ShopOrder(1, 1, {"orderid": "671825", "date": WHEN, **fields}, [LINE | (line or {})]))


@pytest.mark.parametrize("number", ["671825", "1", "A-b_9", "9" * 50])
def test_a_number_of_up_to_fifty_letters_digits_and_dashes_is_taken(number: str) -> None:
    assert checked(orderid=number).order_number == number


@pytest.mark.parametrize("number", ["", "9" * 51, "-1", "671 825", "671825\n", "671825'", "６７１８２５"])
def test_any_other_number_is_refused(number: str) -> None:
    with pytest.raises(InvalidOrder, match="no usable orderid"):
        checked(orderid=number)


@pytest.mark.parametrize(("text", "units"), [("1", 1), ("007", 7), ("1000000", 1_000_000), ("2.00", 2)])
def test_whole_units_up_to_a_million_are_taken(text: str, units: int) -> None:
    assert checked({"amount": text}).lines == [{"sku": "17612", "name": "", "amount": units}]


@pytest.mark.parametrize(
    "text", ["", "0", "-1", "+1", "1.5", "2.", "0.0", "1,200", "1000001", "1e3", "²", "٣", " 1", "9" * 5000]
)
def test_any_other_amount_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(InvalidOrder) as refusal:
        checked({"amount": text})
    assert str(refusal.value) == f'has no whole number of units in line 1 (SKU 17612): "{text[:20]}"'


@pytest.mark.parametrize(("sku", "is_taken"), [("", False), ("9" * 100, True), ("9" * 101, False)])
def test_a_sku_has_up_to_a_hundred_characters(sku: str, is_taken: bool) -> None:
    if is_taken:
        assert checked({"productid": sku}).lines[0]["sku"] == sku
    else:
        with pytest.raises(InvalidOrder, match="no usable productid in line 1"):
            checked({"productid": sku})


@pytest.mark.parametrize(
    ("date", "date2", "taken"),
    [
        (WHEN, "2025-10-02 10:00:00", WHEN),
        ("0000-00-00 00:00:00", WHEN, WHEN),
        ("1970-01-01 00:00:00", WHEN, WHEN),
        ("1990-01-01 00:00:00", WHEN, "1990-01-01 00:00:00"),
        ("10/01/2025", WHEN, WHEN),
    ],
)
def test_the_first_date_that_is_one_counts(date: str, date2: str, taken: str) -> None:
    assert checked(date=date, date2=date2).order_date == taken


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (ShopOrder(1, 1, {"date": WHEN}, [LINE]), "has no usable orderid"),
        (ShopOrder(1, 1, {"orderid": "671825", "date": WHEN}, []), "has no order_detail"),
        (
            ShopOrder(1, 1, {"orderid": "671825", "date": WHEN}, [LINE, {"amount": "2"}]),
            "has no usable productid in line 2",
        ),
        (
            ShopOrder(1, 1, {"orderid": "671825", "date": WHEN}, [{"productid": "x" * 50}]),
            f'has no whole number of units in line 1 (SKU {"x" * 40}): ""',
        ),
        (ShopOrder(1, 1, {}, [], problem="ends in the middle"), "ends in the middle"),
    ],
)
def test_an_order_that_lacks_something_says_what(order: ShopOrder, problem: str) -> None:
    with pytest.raises(InvalidOrder) as refusal:
        check(order)
    assert str(refusal.value) == problem


@pytest.mark.parametrize("dates", [{}, {"date": "yesterday", "date2": "0000-00-00 00:00:00"}])
def test_an_order_without_a_date_is_refused(dates: dict[str, str]) -> None:
    with pytest.raises(InvalidOrder) as refusal:
        check(ShopOrder(1, 1, {"orderid": "671825", **dates}, [LINE]))
    assert str(refusal.value) == "has no date such as 2025-10-01 09:30:00"


def test_the_same_order_with_its_fields_in_another_order_is_the_same_content() -> None:
    fields = {"orderid": "671825", "date": WHEN, "company": "Example Dental"}
    forth, back = (
        check(ShopOrder(1, 1, fields, [LINE])),
        check(ShopOrder(9, 9, dict(reversed(fields.items())), [LINE])),
    )
    assert forth.payload_hash == back.payload_hash
    assert checked(company="Another").payload_hash != forth.payload_hash
    assert checked({"note": "gift"}).payload_hash != checked().payload_hash


def test_a_line_of_another_order_is_refused() -> None:
    assert checked({"orderid": "671825"}).order_number == "671825"
    with pytest.raises(InvalidOrder, match=r"has a line \(1\) of another order"):
        checked({"orderid": "671826"})


def test_a_row_has_the_whole_order_where_it_came_from_and_since_when_it_is_known() -> None:
    now = datetime(2025, 10, 1, 15, tzinfo=UTC)
    seen = now - timedelta(days=3)
    fields = {"orderid": "671825", "date": WHEN, "email": "ann@example.com"}
    order = check(ShopOrder(4, 17, fields, [LINE | {"product": "Kit"}]))
    row = to_row(order, "shop.xml", StoredOrder(order.payload_hash, seen, None), now)
    assert {**row, "payload": orjson.loads(row["payload"]), "lines": orjson.loads(row["lines"])} == {
        "order_number": "671825",
        "order_key": "xcart-671825",
        "order_date": WHEN,
        "lines": [{"sku": "17612", "name": "Kit", "amount": 2}],
        "payload": fields | {"order_detail": [{"productid": "17612", "amount": "2", "product": "Kit"}]},
        "payload_hash": order.payload_hash,
        "source_file": "shop.xml",
        "position": 4,
        "first_seen_at": seen,
        "fetched_at": now,
        "changed_at": now,
    }
    new = to_row(order, "shop.xml", None, now)
    assert new == row | {"first_seen_at": now, "changed_at": None}


def test_past_its_time_an_order_keeps_its_lines_and_nothing_of_who_bought() -> None:
    order = checked({"product": "Kit"}, email="ann@example.com", s_state="IL", s_lastname="Example")
    rest = without_personal_data(order, Keeps.FIGURES)
    assert keeps_of(rest.payload_hash) is Keeps.FIGURES
    assert orjson.loads(rest.payload) == {
        "orderid": "671825",
        "date": WHEN,
        "s_state": "IL",
        "order_detail": [{"productid": "17612", "product": "Kit", "amount": "2"}],
    }
    assert (rest.order_number, rest.lines) == (order.order_number, order.lines)
    # The same whichever way the shop has put its fields this time.
    turned = check(
        ShopOrder(1, 1, dict(reversed(orjson.loads(order.payload).items())), [LINE | {"product": "Kit"}])
    )
    assert without_personal_data(turned, Keeps.FIGURES).payload == rest.payload


SHOP = {
    "orderid": "671825",
    "customerid": "77",
    "email": "office@example.com",
    "company": "Example Dental",
    "shipping": "UPS Ground",
    "shipping_cost": "7.95",
    "s_firstname": "Ann",
    "s_lastname": "Example",
    "s_address": "1 Main Street",
    "s_city": "Springfield",
    "s_state": "IL",
    "s_zipcode": "62701",
    "s_country": "US",
    "s_phone": "555 0100",
    "b_lastname": "Payer",
    "b_company": "Head Office",
    "b_city": "Shelbyville",
}
LINES = (UploadLine("17612", "PT Kit", "250237", 10), UploadLine("17612", "PT Kit", "250300", 30))


def sent(**fields: str) -> dict[str, Any]:
    return to_shipstation("xcart-671825", datetime(2026, 1, 5, 5, 30, tzinfo=UTC), SHOP | fields, LINES)


def test_shipstation_gets_both_addresses_the_pacific_wall_time_and_a_line_for_each_lot() -> None:
    assert sent() == {
        "orderNumber": "671825",
        "orderKey": "xcart-671825",
        "orderDate": "2026-01-04T21:30:00.0000000",
        "orderStatus": "awaiting_shipment",
        "customerUsername": "77",
        "customerEmail": "office@example.com",
        "billTo": {
            "name": "Payer", "company": "Head Office", "street1": None, "city": "Shelbyville", "state": None,
            "postalCode": None, "country": None, "phone": None,
        },
        "shipTo": {
            "name": "Ann Example", "company": "Example Dental", "street1": "1 Main Street", "city": "Springfield",
            "state": "IL", "postalCode": "62701", "country": "US", "phone": "555 0100",
        },
        "shippingAmount": 7.95,
        "requestedShippingService": "UPS Ground",
        "items": [
            {"lineItemKey": "xcart-671825-1", "sku": "17612 - 250237", "name": "PT Kit", "quantity": 10},
            {"lineItemKey": "xcart-671825-2", "sku": "17612 - 250300", "name": "PT Kit", "quantity": 30},
        ],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("text", "amount"),
    [("0", 0), ("999999.99", 999_999.99), ("1000000", 0), ("-1", 0), ("", 0), ("free", 0), ("nan", 0), ("inf", 0)],
)
def test_a_shipping_cost_that_makes_no_sense_is_not_sent(text: str, amount: float) -> None:
    assert sent(shipping_cost=text)["shippingAmount"] == amount


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"s_firstname": ""}, "Example"),
        ({"s_firstname": "", "s_lastname": ""}, "Example Dental"),
        ({"s_firstname": "", "s_lastname": "", "s_company": "Branch"}, "Branch"),
        ({"s_firstname": "", "s_lastname": "", "company": ""}, ""),
    ],
)
def test_a_parcel_goes_to_a_person_else_to_the_company(fields: dict[str, str], name: str) -> None:
    assert sent(**fields)["shipTo"]["name"] == name


def test_what_an_order_holds_is_read_back_from_shipstation_and_what_has_no_lot_is_left_out() -> None:
    assert from_shipstation(sent()) == LINES
    others: list[Any] = [
        {"sku": None},
        {"sku": "17612", "quantity": 1},
        {"sku": "17612 - 250237", "quantity": None},
    ]
    assert from_shipstation({"items": [*others, "text"]}) == from_shipstation({"items": None}) == ()
