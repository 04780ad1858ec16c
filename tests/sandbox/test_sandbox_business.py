"""The generated business: its seed, its mix, and what its orders and labels are like."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sandbox_client import Run
from small_books import END, Rows, components, payloads, rows, small

from sandbox import Book, BusinessPlan, generate_business
from sandbox.catalogue import KEY_SKUS


def test_the_same_seed_and_span_give_the_same_rows_and_another_seed_others() -> None:
    first, second, other = small(), small(), small(seed=2)
    assert payloads(first) == payloads(second)
    assert first.receipts == second.receipts
    assert payloads(first) != payloads(other)


def test_a_year_has_thirty_orders_a_day_and_fewer_at_weekends(orders: Rows) -> None:
    days = Counter(row["createDate"][:10] for row in orders)
    inner = {day: count for day, count in days.items() if "2025-09-27" <= day <= "2026-11-18"}
    assert 27 <= sum(inner.values()) / len(inner) <= 33
    assert min(inner.values()) >= 7
    assert 55 <= max(inner.values()) <= 95
    weekend = [count for day, count in inner.items() if date.fromisoformat(day).weekday() > 4]
    assert sum(weekend) / len(weekend) < 20


def test_nine_units_in_ten_are_17612_and_an_order_has_about_four(orders: Rows) -> None:
    units: Counter[str] = Counter()
    for row in orders:
        for line in row["items"]:
            for sku, quantity in components(line).items():
                units[sku] += quantity
    assert set(KEY_SKUS) <= set(units)
    assert 0.86 <= units["17612"] / sum(units[sku] for sku in KEY_SKUS) <= 0.94
    assert 3.3 <= sum(units.values()) / len(orders) <= 4.7


def lines(orders: Rows) -> Rows:
    return [line for row in orders for line in row["items"]]


def skus(orders: Rows) -> set[str]:
    return {line["sku"] for line in lines(orders) if line["sku"]}


ORDER_FEATURES: dict[str, Callable[[Rows], bool]] = {
    "lot with spaces": lambda o: any(re.fullmatch(r"17612 - \d{6}", sku) for sku in skus(o)),
    "lot without spaces": lambda o: any(re.fullmatch(r"17612-\d{6}", sku) for sku in skus(o)),
    "lot with one space": lambda o: any(re.fullmatch(r"17612 -\d{6}", sku) for sku in skus(o)),
    "lot of five digits": lambda o: any(re.fullmatch(r"18795 ?- ?\d{5}", sku) for sku in skus(o)),
    "SKU alone": lambda o: {"18795", "17612"} <= skus(o),
    "bundles": lambda o: {"18225", "18605", "18235", "18255"} <= skus(o),
    "packs": lambda o: {"17612-6", "17612-15", "17612-40"} <= skus(o),
    "promotional twins": lambda o: {"17613", "17905", "17915", "18676"} <= skus(o),
    "not stocked": lambda o: {"17975", "17913"} <= skus(o),
    "unknown SKU": lambda o: "99100" in skus(o),
    "unreadable SKU": lambda o: any("LOT" in sku for sku in skus(o)),
    "discount": lambda o: any(
        line["adjustment"] and line["unitPrice"] < 0 and line["sku"] is None for line in lines(o)
    ),
    "manual number": lambda o: any(re.fullmatch(r"10\d{4}", row["orderNumber"]) for row in o),
    "shop's number": lambda o: (
        min(int(row["orderNumber"]) for row in o if re.fullmatch(r"[2-9]\d{5}", row["orderNumber"])) >= 671825
    ),
    "marketplace with date": lambda o: any(row["externallyFulfilled"] and row["shipDate"] for row in o),
    "marketplace without date": lambda o: any(row["externallyFulfilled"] and not row["shipDate"] for row in o),
    "ghost": lambda o: any(not row["items"] and row["orderStatus"] == "awaiting_shipment" for row in o),
    "split": lambda o: (
        all(
            child["orderNumber"] == parent["orderNumber"]
            for child in o
            if child["advancedOptions"]["parentId"]
            for parent in o
            if parent["orderId"] == child["advancedOptions"]["parentId"]
        )
        and any(row["advancedOptions"]["parentId"] for row in o)
    ),
    "merged": lambda o: any(row["advancedOptions"]["mergedIds"] for row in o),
    "statuses": lambda o: (
        {row["orderStatus"] for row in o}
        >= {
            "shipped",
            "awaiting_shipment",
            "awaiting_payment",
            "on_hold",
            "cancelled",
            "rejected_fulfillment",
        }
    ),
    "recent days open": lambda o: (
        sum(row["orderStatus"] == "awaiting_shipment" and row["createDate"] > "2026-11-19" for row in o) > 5
    ),
    "one SKU on two lines": lambda o: any(
        len([line for line in row["items"] if line["sku"]]) > len({line["sku"] for line in row["items"]} - {None})
        for row in o
    ),
    "number of two customers": lambda o: any(len(found) > 1 for found in owners(o).values()),
    "money of both types": lambda o: {type(row["orderTotal"]) for row in o} == {int, float},
    "tags null and list": lambda o: {type(row["tagIds"]) for row in o} == {type(None), list},
    "unknown field": lambda o: any("orderScore" in row for row in o),
    "missing field": lambda o: any("labelMessages" not in row for row in o),
    "modified before created": lambda o: any(row["modifyDate"] < row["createDate"] for row in o),
}


def owners(orders: Rows) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in orders:
        if not row["advancedOptions"]["parentId"]:
            found[row["orderNumber"]].add(row["billTo"]["name"] + str(row["customerUsername"]))
    return found


@pytest.mark.parametrize("feature", ORDER_FEATURES)
def test_the_orders_of_a_year_contain(orders: Rows, feature: str) -> None:
    assert ORDER_FEATURES[feature](orders)


NULLABLE = [
    "paymentDate",
    "customerId",
    "customerUsername",
    "customerEmail",
    "paymentMethod",
    "requestedShippingService",
    "carrierCode",
    "serviceCode",
    "packageCode",
    "shipDate",
    "dimensions",
    "tagIds",
    "userId",
    "customerNotes",
    "internalNotes",
    "giftMessage",
]


@pytest.mark.parametrize("field", NULLABLE)
def test_every_nullable_field_is_null_now_and_filled_then(orders: Rows, field: str) -> None:
    values = [row[field] for row in orders if field in row]
    assert None in values
    assert any(value is not None for value in values)


def by_order(labels: Rows) -> dict[int, Rows]:
    found: dict[int, Rows] = defaultdict(list)
    for label in labels:
        if not label["isReturnLabel"]:
            found[label["orderId"]].append(label)
    return found


def standing(found: Rows) -> Rows:
    return [label for label in found if not label["voided"]]


def days_to_void(label: dict[str, Any]) -> int:
    return (date.fromisoformat(label["voidDate"][:10]) - date.fromisoformat(label["shipDate"])).days


LABEL_FEATURES: dict[str, Callable[[Rows], bool]] = {
    "packages of one day": lambda s: any(
        len(standing(found)) > 1 and len({label["shipDate"] for label in standing(found)}) == 1
        for found in by_order(s).values()
    ),
    "packages of several days": lambda s: any(
        len({label["shipDate"] for label in standing(found)}) > 1 for found in by_order(s).values()
    ),
    "items null, empty and listed": lambda s: (
        {
            "null" if label["shipmentItems"] is None else "list" if label["shipmentItems"] else "empty"
            for label in s
        }
        == {"null", "empty", "list"}
    ),
    "voided the same day": lambda s: any(label["voided"] and days_to_void(label) == 0 for label in s),
    "voided a week later": lambda s: any(label["voided"] and days_to_void(label) >= 7 for label in s),
    "relabelled": lambda s: any(
        standing(found) and len(standing(found)) < len(found) for found in by_order(s).values()
    ),
    "return label": lambda s: any(label["isReturnLabel"] for label in s),
    "insurance": lambda s: any(label["insuranceCost"] > 0 for label in s),
    "tracking number as a number": lambda s: any(isinstance(label["trackingNumber"], int) for label in s),
    "advanced options null": lambda s: any(label["advancedOptions"] is None for label in s),
    "carriers": lambda s: {label["carrierCode"] for label in s} == {"stamps_com", "ups", "ups_walleted", "fedex"},
}


@pytest.mark.parametrize("feature", LABEL_FEATURES)
def test_the_labels_of_a_year_contain(labels: Rows, feature: str) -> None:
    assert LABEL_FEATURES[feature](labels)


def test_one_shipped_order_in_ten_is_marked_and_has_no_label(orders: Rows, labels: Rows, marks: Rows) -> None:
    shipped = {row["orderId"] for row in orders if row["orderStatus"] == "shipped"}
    marked = {row["orderId"] for row in marks}
    labelled = {row["orderId"] for row in labels}
    assert not marked & labelled
    assert 0.07 <= len(marked & shipped) / len(shipped) <= 0.13
    assert shipped - marked - labelled
    assert all(row["shipDate"].endswith("T00:00:00.0000000") for row in marks)


def test_parcels_leave_on_working_days_in_the_morning_of_chicago(labels: Rows) -> None:
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d", label["shipDate"]) for label in labels)
    assert {date.fromisoformat(label["shipDate"]).weekday() for label in labels} == {0, 1, 2, 3, 4}
    hours = Counter(int(label["createDate"][11:13]) for label in labels)
    assert set(hours) <= set(range(5, 15))
    assert sum(hours[hour] for hour in range(5, 11)) / sum(hours.values()) > 0.9


def test_nothing_happens_before_its_order_or_after_the_end(orders: Rows, labels: Rows, marks: Rows) -> None:
    created = {row["orderId"]: row["createDate"] for row in orders}
    assert all(row["createDate"] > created[row["orderId"]] for row in [*labels, *marks])
    assert all(label["voidDate"] > label["createDate"] for label in labels if label["voided"])
    assert max(row["voidDate"] or row["createDate"] for row in [*labels, *marks]) < "2026-11-20T07:00"
    assert max(row["modifyDate"] for row in orders) < "2026-11-20T07:01"
    assert all(row["modifyDate"][:19] >= row["createDate"][:18] for row in orders)


def test_the_secondary_order_of_a_merge_is_gone(run: Run, year: Book, orders: Rows) -> None:
    client = run(book=year)
    merged = next(row for row in orders if row["advancedOptions"]["mergedIds"])
    assert client.get(f"/orders/{merged['advancedOptions']['mergedIds'][0]}").status_code == 404


def test_a_large_business_is_supplied_and_its_numbers_stay_in_range() -> None:
    book = generate_business(BusinessPlan(end=END, weeks=2 / 7, orders_per_day=3000))
    found = rows(book, "orders")
    assert len(found) > 3000
    assert len({row["orderNumber"] for row in found}) > 0.99 * len(found)
    assert len({row["orderId"] for row in found}) == len(found)
    numbers = [int(row["orderNumber"]) for row in found if row["orderNumber"].isdecimal()]
    assert all(100_000 <= number <= 109_999 or 671_825 <= number <= 999_999 for number in numbers)
    assert min(receipt["quantity"] for receipt in book.receipts) > 20_000


def test_a_business_without_days_is_refused() -> None:
    with pytest.raises(ValueError, match="start before its end"):
        generate_business(BusinessPlan(end=END, start=END))
