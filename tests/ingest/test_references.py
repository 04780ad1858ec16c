"""Lists of names that fail in any way: orders come all the same, the known names stay, and the load says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import duckdb
import pytest
from api_rows import account_at, ago, order, rows
from long_run import some_of

from ingest.client.http import Client
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.reference_lists import resources
from sandbox import Fault, Sandbox

NAMES = "select * exclude (_dlt_load_id) from raw_shipstation.{} order by all"
PATHS = ("/carriers", "/carriers/listservices", "/stores")
FAULTS: list[dict[str, Any]] = [
    {"status": 500},
    {"status": 404},
    {"status": 400},
    {"status": 403, "body": ""},
    {"status": 429, "reset_seconds": 0},
    {"status": 200, "body": {"Message": "An error has occurred."}},
    {"status": 200, "body": [1, None, "x"]},
    {"status": 200, "body": [{"unknown": 1}]},
    {"status": 200, "body": "[{,}]"},
    {"kind": "not_json"},
    {"kind": "cut"},
    {"kind": "delay", "seconds": 5.0},
]


def names(warehouse: Warehouse) -> list[list[tuple[Any, ...]]]:
    return [rows(warehouse, NAMES.format(table)) for table in ("carriers", "services", "stores")]


def age(warehouse: Warehouse, **span: float) -> None:
    """Let the names have been read that long ago."""
    with duckdb.connect(str(warehouse.path)) as connection:
        connection.execute(
            "update raw_shipstation.watermarks set watermark_at = watermark_at - ?"
            " where resource = 'reference_lists'",
            [timedelta(**span)],
        )


def read_lists(box: Sandbox) -> tuple[list[list[dict[str, Any]]], list[str]]:
    """What the three lists give, without a warehouse, and what was wrong."""
    problems: list[str] = []
    account = account_at(box.url, read_seconds=2.0, retry_seconds=0.4)
    with Client(account, sleep=[].append) as client:
        found = [
            [row for table in resource for row in table.to_pylist()]
            for resource in resources(client, due=True, problems=problems)
        ]
    return found, problems


@pytest.mark.parametrize("fault", some_of(FAULTS, 4), ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_a_list_that_fails_in_any_way_leaves_the_others_and_says_why(
    box: Sandbox, path: str, fault: dict[str, Any]
) -> None:
    whole, no_problem = read_lists(box)
    assert no_problem == []
    assert all(whole)
    box.faults.add(Fault(path, **fault))
    found, problems = read_lists(box)
    assert len(problems) == 1
    failing = PATHS.index(path)
    # Without carriers nobody knows whose services to ask for.
    empty = {0, 1} if failing == 0 else {failing}
    assert found == [[] if number in empty else rows for number, rows in enumerate(whole)]


@pytest.mark.parametrize(
    "carriers",
    [
        [{"code": 5}, {"code": "ups", "shippingProviderId": "x"}, {"code": ["a"], "shippingProviderId": 2**70}],
        [{"code": None, "shippingProviderId": True}, {"code": "ups", "shippingProviderId": None}, 7, None],
    ],
)
def test_a_row_of_odd_types_costs_no_other_row(box: Sandbox, carriers: list[object]) -> None:
    box.faults.add(Fault("/carriers", status=200, body=carriers, times=1))
    (found, _services, _stores), _ = read_lists(box)
    assert "ups" in [row["code"] for row in found]
    asked = [entry.query.get("carrierCode") for entry in box.requests.entries()]
    assert {code for code in asked if code} == {"ups"}


def test_a_carrier_without_services_costs_no_other_its_own_and_is_no_problem(box: Sandbox) -> None:
    (_, services, _), _ = read_lists(box)
    carriers = sorted({row["carrier_code"] for row in services})
    assert len(carriers) > 1
    box.faults.add(Fault("/carriers/listservices", status=404, query={"carrierCode": carriers[0]}))
    (_, found, _), problems = read_lists(box)
    assert found == [row for row in services if row["carrier_code"] != carriers[0]]
    assert problems == []


def test_orders_come_while_names_cannot_be_read_and_the_names_of_before_stay(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, retry_seconds=0.2)
    read_at = load_changes(account, warehouse).reference_lists_at
    before = names(warehouse)
    assert all(before)
    assert read_at is not None
    age(warehouse, days=2)
    for path in PATHS:
        box.faults.add(Fault(path, status=500))
    for number in (1, 2):
        box.book.put_order(order(number, ago(minutes=5 - number)))
        box.requests.reset()
        report = load_changes(account, warehouse)
        assert report.orders_changed == 1
        assert report.reference_lists_at == read_at - timedelta(days=2)
        assert "/carriers" in (report.reference_lists_problem or "")
        assert [entry.path for entry in box.requests.entries()][4:] == ["/carriers", "/stores"]
        assert names(warehouse) == before
    box.faults.clear()
    report = load_changes(account, warehouse)
    assert report.reference_lists_problem is None
    assert report.reference_lists_at is not None
    assert datetime.now(UTC) - report.reference_lists_at < timedelta(minutes=1)
    box.requests.reset()
    report = load_changes(account, warehouse)
    assert len(box.requests.entries()) == 4
    assert report.reference_lists_problem is None


def test_a_backfill_waits_for_lists_that_fail_once_and_not_for_each_window(
    box: Sandbox, warehouse: Warehouse
) -> None:
    account = account_at(box.url, page_size=3, retry_seconds=0.2)
    for number in range(1, 11):
        box.book.put_order(order(number, ago(days=90 - number)))
    box.faults.add(Fault("/stores", status=500))
    since, finished, windows = datetime.now(UTC) - timedelta(days=100), False, 0
    while not finished:
        finished = load_backfill_window(account, warehouse, since, None, window_rows=3).finished
        windows += 1
    assert windows > 2
    assert [entry.path for entry in box.requests.entries()].count("/stores") == 1


def test_shipstations_clock_is_known_although_its_stores_fail(box: Sandbox, warehouse: Warehouse) -> None:
    account = account_at(box.url, retry_seconds=0.2)
    box.book.put_order(order(1, ago(minutes=-3)))
    ahead = load_changes(account, warehouse).watermark_after
    box.faults.add(Fault("/stores", status=500))
    report = load_changes(replace(account, retry_seconds=0.2), warehouse)
    assert report.watermark_before == report.watermark_after == ahead
    assert "/stores" in [entry.path for entry in box.requests.entries()]
