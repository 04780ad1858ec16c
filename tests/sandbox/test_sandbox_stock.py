"""The stock of the generated business: its lots, its receipts, and what leaves the shelf."""

from __future__ import annotations

import re
from collections import Counter

import requests
from sandbox_client import Run
from small_books import Rows, components

from sandbox import Book
from sandbox.catalogue import KEY_SKUS
from sandbox.stock import OPENING, OPENING_DATE

LOT = re.compile(r"^(\d{5})\s*-\s*(\d{5,})$")


def test_a_lot_is_used_only_after_its_receipt(year: Book, orders: Rows) -> None:
    received = {(sku, lot): OPENING_DATE for sku, lot, _ in OPENING}
    for receipt in reversed(year.receipts):
        received[receipt["sku"], receipt["lot"]] = receipt["received_date"]
    used = [
        (match[1], match[2], row["createDate"][:10])
        for row in orders
        for line in row["items"]
        if (match := LOT.match(line["sku"] or ""))
    ]
    assert len({(sku, lot) for sku, lot, _ in used}) > 15
    assert [use for use in used if received[use[0], use[1]] >= use[2]] == []


def test_receipts_come_about_weekly_and_keep_the_stock_sensible(year: Book, orders: Rows, marks: Rows) -> None:
    kits = [receipt for receipt in year.receipts if receipt["sku"] == "17612"]
    assert 50 <= len(kits) <= 130
    assert {receipt["quantity"] for receipt in kits} <= {480, 528, 576}
    moves: dict[str, Counter[str]] = {sku: Counter() for sku in KEY_SKUS}
    for receipt in year.receipts:
        moves[receipt["sku"]][receipt["received_date"]] += receipt["quantity"]
    marked = {row["orderId"]: row["shipDate"][:10] for row in marks}
    for row in orders:
        day = marked.get(row["orderId"]) or row["shipDate"]
        if row["orderStatus"] == "shipped" and day:
            for line in row["items"]:
                for sku, quantity in components(line).items():
                    moves[sku][day] -= quantity
    for sku, _, opening in OPENING:
        level, levels = opening, []
        for day in sorted(moves[sku]):
            level += moves[sku][day]
            levels.append(level)
        assert min(levels) > 0, sku
        assert max(levels) <= max(opening, 2500), sku


def test_receipts_are_listed_over_the_control_path(run: Run, year: Book) -> None:
    answer = requests.get(run(book=year).sandbox.url + "/_sandbox/receipts", timeout=10).json()
    assert answer["receipts"] == year.receipts
    assert set(answer["receipts"][0]) == {"sku", "lot", "quantity", "received_date"}
