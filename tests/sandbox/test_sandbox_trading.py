"""The generated business goes on trading, by itself and on request."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import requests
from sandbox_client import Run
from small_books import END, payloads, rows, small

from sandbox import Book, BusinessPlan, generate_business


def test_trading_goes_on_and_is_the_same_for_the_same_calls() -> None:
    books = [small(), small()]
    before = books[0].counts()
    for book in books:
        book.trade(300, END + timedelta(minutes=5))
    assert payloads(books[0]) == payloads(books[1])
    after = books[0].counts()
    assert after["orders"] > before["orders"] + 50
    assert after["shipments"] > before["shipments"] + 50
    assert after["fulfillments"] > before["fulfillments"]


def test_trading_makes_every_kind_of_change() -> None:
    book = small()
    before = newest_rows(book)
    turns: set[tuple[str, str]] = set()
    kinds: Counter[str] = Counter()
    for minute in range(1, 61):
        book.trade(10, END + timedelta(minutes=minute))
        after = newest_rows(book)
        for name, row_id in after.keys() - before.keys():
            kinds[f"new {name}"] += 1
            assert after[name, row_id]["createDate"] > "2026-11-20T07:0"
        for key in before.keys() & after.keys():
            old, new = before[key], after[key]
            if old == new:
                continue
            if key[0] == "shipments":
                kinds["void"] += new == old | {"voided": True, "voidDate": new["voidDate"]}
                continue
            assert new["modifyDate"] > old["modifyDate"]
            turns.add((old["orderStatus"], new["orderStatus"]))
            kinds["line taken out"] += len(new["items"]) < len(old["items"])
            kinds["note"] += new["internalNotes"] != old["internalNotes"]
        before = after
    assert turns >= {
        ("awaiting_shipment", "shipped"),
        ("awaiting_shipment", "cancelled"),
        ("awaiting_shipment", "on_hold"),
        ("on_hold", "awaiting_shipment"),
        ("awaiting_payment", "awaiting_shipment"),
        ("shipped", "awaiting_shipment"),
    }
    assert kinds.keys() >= {"new orders", "new shipments", "new fulfillments", "void", "line taken out", "note"}
    assert min(kinds.values()) > 0


def newest_rows(book: Book) -> dict[tuple[str, int], dict[str, Any]]:
    return {
        (name, record.id): record.row()
        for name in ("orders", "shipments", "fulfillments")
        for record in book.table(name)
    }


def test_trading_after_createorders_never_gives_an_id_twice(run: Run) -> None:
    book = small()
    client = run(book=book)
    order = {
        "orderNumber": "1",
        "orderDate": "2026-11-20",
        "orderStatus": "on_hold",
        "billTo": {},
        "shipTo": {},
    }
    created = client.post("/orders/createorders", [order]).json()["results"][0]["orderId"]
    book.trade(50, END + timedelta(minutes=5))
    assert book.order(created)["orderNumber"] == "1"
    assert book.highest_id("orders") > created


def test_the_sandbox_trades_by_itself_while_it_runs(run: Run) -> None:
    book = small()
    traded = threading.Event()
    trade = book.trade

    def note(steps: int, now: datetime | None = None) -> None:
        trade(steps, now)
        traded.set()

    book.trade = note  # type: ignore[method-assign]
    run(book=book, trade_every_seconds=0.01)
    assert traded.wait(5)


def test_voiding_a_label_sends_its_order_back_and_is_found_by_void_date(run: Run) -> None:
    book = small()
    client = run(book=book)
    labels = rows(book, "shipments")
    packages = Counter(row["orderId"] for row in labels)
    label = next(row for row in labels if packages[row["orderId"]] == 1 and not row["voided"])
    book.void_shipment(label["shipmentId"], END + timedelta(days=7))
    order = client.get(f"/orders/{label['orderId']}").json()
    assert (order["orderStatus"], order["shipDate"]) == ("awaiting_shipment", None)
    found = client.rows("shipments", voidDateStart="2026-11-27")
    assert [row["shipmentId"] for row in found] == [label["shipmentId"]]
    assert found[0]["createDate"] == label["createDate"]


def test_trading_can_be_asked_for_over_the_control_path(run: Run) -> None:
    book = generate_business(BusinessPlan(weeks=1))
    before = len(book.orders)
    client = run(book=book)
    answer = requests.post(client.sandbox.url + "/_sandbox/trade", params={"steps": 40}, timeout=10)
    assert answer.json()["orders"] == len(book.orders) > before
