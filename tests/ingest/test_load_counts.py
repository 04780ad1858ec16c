"""The counts of a load: orders that are new, typed by hand or updated, and new labels."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from api_rows import ago, order, shipment

from ingest.client.account import Account
from ingest.pipeline import Warehouse
from ingest.sources.shipstation.load import load_backfill_window, load_changes
from ingest.sources.shipstation.load_report import LoadReport
from ingest.sources.shipstation.records import is_manual
from sandbox import Sandbox


def split(report: LoadReport) -> tuple[int, int, int, int]:
    assert report.orders_changed == report.orders_new + report.orders_updated
    return report.orders_new, report.orders_manual, report.orders_updated, report.labels_new


def test_a_load_counts_new_manual_and_updated_orders_and_new_labels_separately(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    box.book.put_order(order(1, ago(minutes=30)))
    box.book.put_order(order(2, ago(minutes=29), orderNumber="100002"))
    box.book.put_shipment(shipment(51, 1, ago(minutes=28)))
    assert split(load_changes(account, warehouse)) == (2, 1, 0, 1)
    assert split(load_changes(account, warehouse)) == (0, 0, 0, 0), "what comes again is not new"
    box.book.put_order(order(1, ago(minutes=9), orderStatus="shipped"))
    box.book.put_order(order(2, ago(minutes=8), orderNumber="100002", orderStatus="cancelled"))
    box.book.put_order(order(3, ago(minutes=7), orderNumber="100003"))
    box.book.put_shipment(shipment(52, 1, ago(minutes=6)))
    box.book.void_shipment(51, datetime.now(UTC) - timedelta(minutes=5))
    assert split(load_changes(account, warehouse)) == (1, 1, 2, 1), "a voided label is known, an edited order too"


def test_the_windows_of_a_backfill_count_each_order_once(
    box: Sandbox, account: Account, warehouse: Warehouse
) -> None:
    for at in range(40):
        box.book.put_order(order(1 + at, ago(hours=40 * 3 - at * 3), orderNumber=str(100000 + at)))
    since = datetime.now(UTC) - timedelta(days=10)
    windows = [load_backfill_window(account, warehouse, since, None, window_rows=10)]
    while not windows[-1].finished:
        windows.append(load_backfill_window(account, warehouse, since, None, window_rows=10))
    assert len(windows) > 1
    assert [sum(counts) for counts in zip(*map(split, windows), strict=True)] == [40, 40, 0, 0]


@pytest.mark.parametrize(
    ("number", "is_typed"),
    [("100000", True), (" 109999 ", True), ("110000", False), ("671825", False), ("1000000", False),
     ("10000", False), ("10000A", False), ("", False), (None, False), (100001, True)],
)  # fmt: skip
def test_an_order_was_typed_by_hand_when_its_number_has_six_digits_and_begins_with_10(
    number: object, is_typed: bool
) -> None:
    assert is_manual({"orderNumber": number}) is is_typed
