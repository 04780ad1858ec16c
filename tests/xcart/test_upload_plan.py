from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from ingest.sources.xcart.order_upload import UploadLine
from workflows.xcart.upload_plan import Item, LocalOrder, LotQueues, plan

FIRST = datetime(2025, 10, 1, 14, 30, tzinfo=UTC)


def item(sku: str, quantity: int, status: str = "stocked") -> Item:
    return Item(sku if status == "stocked" else None, f"Product {sku}", sku, status, quantity)


def an_order(number: str, *items: Item, minutes: int = 0, **changes: Any) -> LocalOrder:
    given: dict[str, Any] = {
        "order_key": f"xcart-{number}",
        "order_number": number,
        "ordered_at": FIRST + timedelta(minutes=minutes),
        "is_manual_number": False,
        "items": items,
    }
    return LocalOrder(**(given | changes))


def lots_of(lines: tuple[UploadLine, ...]) -> list[tuple[str, str, int]]:
    return [(line.sku_code, line.lot_number, line.quantity) for line in lines]


def test_forty_wanted_and_ten_left_is_ten_and_thirty() -> None:
    lots = LotQueues({"17612": [("250237", 10), ("250300", 100)]})
    ((planned,), held) = plan([an_order("671825", item("17612", 40))], lots)
    assert lots_of(planned.lines) == [("17612", "250237", 10), ("17612", "250300", 30)]
    assert {line.name for line in planned.lines} == {"Product 17612"}
    assert held == []


def test_what_one_order_takes_the_next_cannot_and_the_older_order_comes_first() -> None:
    lots = LotQueues({"17612": [("250237", 10)]})
    younger = an_order("671825", item("17612", 6), minutes=5)
    older = an_order("671826", item("17612", 6))
    planned, held = plan([younger, older], lots)
    assert [one.order.order_number for one in planned] == ["671826"]
    assert [(one.order_number, one.reason) for one in held] == [("671825", "not_enough_stock")]


def test_an_order_is_sent_whole_or_not_at_all_and_keeps_nothing_from_others() -> None:
    lots = LotQueues({"17612": [("250237", 10)], "17904": [("250240", 1)]})
    lacking = an_order("671825", item("17612", 10), item("17904", 2))
    planned, held = plan([lacking, an_order("671826", item("17612", 10), minutes=1)], lots)
    assert [one.order.order_number for one in planned] == ["671826"]
    assert [one.detail for one in held] == [
        "17904: 2 wanted, 1 free in lots with stock. Book the receipt, or ship what is open first."
    ]


def test_unknown_goods_and_manual_numbers_hold_an_order_back_and_goods_not_stocked_do_not() -> None:
    lots = LotQueues({"17612": [("250237", 100)]})
    orders = [
        an_order("671825", item("gift", 1, "unparsed"), item("17612", 1), item("99999", 1, "unknown")),
        an_order("671828", item("17612", 1), item("gift", 1, "unparsed")),
        an_order("100123", item("17612", 1), is_manual_number=True),
        an_order("671826", item("17975", 1, "not_stocked")),
        an_order("671827", item("17612", 1), item("17975", 1, "not_stocked")),
    ]
    planned, held = plan(orders, lots)
    assert [one.order_key for one in held] == [f"xcart-{one.order_number}" for one in held]
    assert {one.order_number: one.reason for one in held} == {
        "671825": "unknown_sku",
        "671828": "unknown_sku",
        "100123": "manual_number",
        "671826": "nothing_stocked",
    }
    assert [one.detail for one in held] == [
        "100123 is in the range of numbers typed by hand (100000 to 109999): it could be another order. "
        "Give it another number in the shop, or type it in.",
        "gift, 99999 is not in any list of SKUs. Add it to seeds/skus.csv or seeds/sku_aliases.csv.",
        "None of its products is stocked here.",
        "gift is not in any list of SKUs. Add it to seeds/skus.csv or seeds/sku_aliases.csv.",
    ]
    assert [lots_of(one.lines) for one in planned] == [[("17612", "250237", 1)]]


def test_units_promised_to_others_are_not_promised_again() -> None:
    lots = LotQueues({"17612": [("250237", 10), ("250300", 10)]})
    lots.take_lot("17612", "250300", 4)
    lots.take_lot("17612", "250999", 50)
    lots.take("17612", 8)
    assert lots.free("17612") == 8
    ((planned,), _held) = plan([an_order("671825", item("17612", 8))], lots)
    assert lots_of(planned.lines) == [("17612", "250237", 2), ("17612", "250300", 6)]


def test_of_orders_of_one_instant_the_lower_number_comes_first_and_the_last_unit_is_given() -> None:
    lots = LotQueues({"17612": [("250237", 6)]})
    planned, held = plan([an_order(number, item("17612", 6)) for number in ("671827", "671825", "671826")], lots)
    assert [one.order.order_number for one in planned] == ["671825"]
    assert [(one.order_number, one.reason) for one in held] == [
        ("671826", "not_enough_stock"), ("671827", "not_enough_stock"),
    ]  # fmt: skip


def test_more_than_is_free_takes_what_is_free_and_leaves_no_lot_below_zero() -> None:
    lots = LotQueues({"17612": [("250237", 3)]})
    lots.take_lot("17612", "250237", 5)
    lots.take_lot("17904", "250240", 5)
    assert (lots.free("17612"), lots.take("17612", 2), lots.free("17904"), lots.take("17904", 1)) == (0, [], 0, [])
