from __future__ import annotations

import csv
import io
from datetime import timedelta
from pathlib import Path

import pytest
from reading_files import outside_margins, sheets_of, text_of
from report_snapshot import HOSTILE, TODAY, package, write_snapshot

from workflows.errors import UsageError
from workflows.reports.recall import lot_recall_csv, lot_recall_pdf, lot_recall_xlsx, read_recall
from workflows.reports.snapshot_source import open_snapshot

LOT = ("17612", "250300")


def test_a_recall_names_every_package_with_its_own_tracking_number_and_its_consignee(snapshot: Path) -> None:
    with open_snapshot(snapshot, "en-US") as source:
        recall = read_recall(source, *LOT)
    assert [
        (row["ship_date"], row["order_number"], row["quantity"], row["lot_source"], row["tracking_number"])
        for row in recall.shipments
    ] == [(TODAY, "671825", 1200, "shipment", "9400-1"), (TODAY, "671826", 3, "fifo", "9400-2")]
    assert [row["consignee_name"] for row in recall.shipments] == [HOSTILE, "Dana Smith"]
    assert [(row["order_number"], row["quantity"]) for row in recall.open_orders] == [("100001", 2)]


def test_units_without_a_label_left_with_the_first_fulfillment_that_is_not_void(tmp_path: Path) -> None:
    items = [
        ("a", 11, 1, "671825", TODAY, "17612 - 250300", "17612", "250300", "shipment", 2),
        ("b", None, 1, "671825", TODAY, "17612 - 250300", "17612", "250300", "shipment", 3),
    ]
    packages = [
        package("label 11", 1, "9400-1"),
        package("fulfillment 9", 1, "void", is_voided=True),
        package("fulfillment 10", 1, "later", day=TODAY + timedelta(days=1)),
        package("fulfillment 102", 1, "second"),
        package("fulfillment 99", 1, "first"),
    ]
    snapshot = write_snapshot(tmp_path / "s.duckdb", {"shipped_items": items, "packages": packages})
    with open_snapshot(snapshot, "en-US") as source:
        recall = read_recall(source, *LOT)
    assert [(row["quantity"], row["tracking_number"]) for row in recall.shipments] == [(2, "9400-1"), (3, "first")]


def test_opening_and_adjustments_less_shipped_are_on_hand(snapshot: Path) -> None:
    with open_snapshot(snapshot, "en-US") as source:
        recall = read_recall(source, *LOT)
    moved = {movement.name: movement.quantity for movement in recall.movements}
    assert moved == {"Opening stock": 8000, "Adjusted up": 980, "Shipped": -1203}
    assert recall.quantity_on_hand == 8000 + 980 - 1203
    assert recall.is_balanced


def test_units_that_nobody_can_place_are_said_to_be_missing(tmp_path: Path) -> None:
    snapshot = write_snapshot(tmp_path / "s.duckdb", {"shipped_items": [], "packages": []})
    assert "NOT balanced" in text_of(lot_recall_pdf(snapshot, *LOT, "en-US"))


def test_the_print_has_the_balance_the_packages_and_the_orders_to_stop(snapshot: Path) -> None:
    pdf = lot_recall_pdf(snapshot, *LOT, "en-US")
    text = text_of(pdf)
    assert "Lot 250300 of 17612 PT Kit" in text
    assert "Opening stock 8,000 Adjusted up 980 Shipped -1,203 On hand 7,777" in text
    assert "671826 * 3 Dana Smith Bright Smiles, LLC Austin TX 78701 US 9400-2" in text
    assert "São Paulo" in text
    assert "100001 Nov 20, 2026 on_hold 2" in text
    assert "Total 1,203" in text
    assert outside_margins(pdf, 20) == []
    assert pdf == lot_recall_pdf(snapshot, *LOT, "en-US")


def test_the_files_show_names_as_text_and_codes_as_they_are(snapshot: Path, tmp_path: Path) -> None:
    lines = list(csv.DictReader(io.StringIO(lot_recall_csv(snapshot, *LOT, "en-US").decode("utf-8-sig"))))
    assert [line["consignee_name"] for line in lines] == [f"'{HOSTILE}", "Dana Smith"]
    assert list(lines[1].items()) == [
        ("ship_date", "2026-11-20"),
        ("order_number", "671826"),
        ("quantity", "3"),
        ("lot_source", "fifo"),
        ("tracking_number", "9400-2"),
        ("consignee_name", "Dana Smith"),
        ("company", "Bright Smiles, LLC"),
        ("city", "Austin"),
        ("state", "TX"),
        ("postal_code", "78701"),
        ("country", "US"),
        ("shipstation_order_id", "2"),
    ]
    path = tmp_path / "recall.xlsx"
    path.write_bytes(lot_recall_xlsx(snapshot, *LOT, "en-US"))
    header, first, _ = sheets_of(path)["Lot recall"]
    cells = dict(zip(header, first, strict=True))
    assert (cells["order_number"], cells["quantity"], cells["consignee_name"]) == ("671825", 1200, HOSTILE)


def test_a_lot_of_a_product_that_is_not_stocked_has_no_balance(snapshot: Path) -> None:
    text = text_of(lot_recall_pdf(snapshot, "17913", "250001", "en-US"))
    assert "not stocked here: there is no balance" in text
    assert "Nothing of this lot has shipped." in text


def test_an_unknown_lot_is_a_sentence(snapshot: Path) -> None:
    with pytest.raises(UsageError, match="There is no lot '999999' of '17612'"):
        lot_recall_pdf(snapshot, "17612", "999999", "en-US")
