"""The bills that the sandbox makes from its labels."""

from __future__ import annotations

import csv
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path

import orjson
import pytest

from sandbox import Book, BusinessPlan, generate_business
from sandbox.carrier_bills import CarrierBills, carrier_bills, last_billed_month, main
from sandbox.rowfiles import save_row_files

FIRST, LAST = date(2026, 9, 1), date(2026, 9, 30)


@pytest.fixture(scope="module")
def book() -> Book:
    return generate_business(
        BusinessPlan(seed=3, weeks=8, orders_per_day=12, end=datetime(2026, 10, 20, tzinfo=UTC))
    )


@pytest.fixture(scope="module")
def bills(book: Book) -> CarrierBills:
    return carrier_bills(book, FIRST, LAST, each=1)


def test_the_same_book_gives_the_same_bills(book: Book, bills: CarrierBills) -> None:
    assert carrier_bills(book, FIRST, LAST, each=1) == bills
    assert bills.files.keys() == {f"{name}-2026-09.csv" for name in ("ups", "fedex", "stamps_com", "shipstation")}


def test_each_label_of_the_month_is_billed_what_it_cost_beside_what_is_planted(
    book: Book, bills: CarrierBills
) -> None:
    labels = [orjson.loads(record.payload) for record in book.newest("shipments")]
    own = {
        one["shipmentId"]: round(one["shipmentCost"] * 100)
        for one in labels
        if one["carrierCode"] == "ups" and f"{FIRST}" <= one["shipDate"] <= f"{LAST}"
    }
    planted = {label: cents for kind in bills.planted["ups"].values() for label, cents in kind.items()}
    assert len(planted) > 7
    void = {one["shipmentId"] for one in labels if one["voided"]}
    expected = sum(cents for label, cents in own.items() if label not in planted and label not in void)
    rows = csv.reader(StringIO(bills.files["ups-2026-09.csv"].decode()))
    assert sum(round(float(row[52]) * 100) for row in rows) == expected + sum(planted.values())


def test_a_month_is_billed_once_all_its_labels_are_30_days_old() -> None:
    assert last_billed_month(date(2026, 11, 30)) == (date(2026, 9, 1), date(2026, 9, 30))
    assert last_billed_month(date(2026, 12, 1)) == (date(2026, 9, 1), date(2026, 9, 30))
    assert last_billed_month(date(2026, 12, 2)) == (date(2026, 10, 1), date(2026, 10, 31))


def test_bills_of_saved_rows_are_written_to_a_folder(book: Book, tmp_path: Path) -> None:
    save_row_files(book, tmp_path / "rows")
    main([f"{tmp_path / 'rows'}", f"{tmp_path / 'bills'}"])
    assert (tmp_path / "bills" / "planted.json").exists()
