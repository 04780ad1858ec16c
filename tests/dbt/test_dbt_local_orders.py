"""The shop's orders: what they are made of, which order of ShipStation is the same, and how far they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import raw_tables
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order

MONDAY = datetime(2026, 1, 5, 16, tzinfo=UTC)


@pytest.fixture
def ledger(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()


def imported(
    ledger: Ledger, number: str, lines: list[tuple[str, int]], load_id: str, changed_at: datetime | None = None
) -> None:
    """An order of the shop as the import leaves it."""
    content = json.dumps([{"sku": sku, "name": sku, "amount": amount} for sku, amount in lines])
    with ledger.connect() as connection:
        connection.execute("delete from raw_xcart.orders where order_number = ?", [number])
        connection.execute(
            "insert into raw_xcart.orders values"
            " (?, ?, '2026-01-05 23:30:00', ?, '{}', 'h', 'shop.xml', 1, ?, ?, ?, ?)",
            [number, f"xcart-{number}", content, MONDAY, MONDAY, changed_at, load_id],
        )


def came(ledger: Ledger, table: str, payload: dict[str, object], load_id: str) -> None:
    with ledger.connect() as connection:
        raw_tables.load(connection, table, [payload], load_id)


def origin(ledger: Ledger, order_id: int) -> str:
    ((found,),) = ledger.rows(f"select order_origin from orders_inbox where shipstation_order_id = {order_id}")
    return str(found)


def state(ledger: Ledger, number: str) -> tuple[str, int | None]:
    ((name, order_id),) = ledger.rows(
        f"select state, shipstation_order_id from local_orders where order_number = '{number}'"
    )
    return name, order_id


def test_bundles_are_taken_apart_once_lines_added_up_and_no_unknown_text_is_dropped(ledger: Ledger) -> None:
    lines = [("18605", 2), ("17612", 1), (" 17612 - 6", 1), ("17975", 3), ("99999", 1), ("gift", 1)]
    imported(ledger, "671825", lines, "x1")
    ledger.build()
    assert ledger.rows(
        "select sku_status, item_key, quantity from local_order_items where order_number = '671825' order by all"
    ) == [
        ("not_stocked", "17975", 3),
        ("stocked", "17612", 2 * 4 + 1 + 6),
        ("stocked", "17904", 2),
        ("stocked", "17914", 2),
        ("unknown", "text 99999", 1),
        ("unparsed", "text GIFT", 1),
    ]
    assert ledger.rows("select exception_type from exceptions where order_number = '671825' order by 1") == [
        ("not_stocked_sku",),
        ("unknown_sku",),
        ("unparsed_sku",),
    ]
    assert ledger.rows("select ordered_at, order_date::varchar from local_orders") == [
        (datetime(2026, 1, 6, 5, 30, tzinfo=UTC), "2026-01-05")
    ]
    assert ledger.rows("select count(*) from shipped_items") == [(0,)]


def test_an_order_is_known_by_its_key_else_by_its_number_and_never_by_a_manual_number(ledger: Ledger) -> None:
    here = [line("17612 - 250300", 2)]
    came(ledger, "orders", order(1, here, "awaiting_shipment", orderKey="xcart-671825", orderNumber="other"), "s1")
    came(ledger, "orders", order(2, here, "awaiting_shipment", orderNumber="671826"), "s1")
    came(ledger, "orders", order(3, here, "awaiting_shipment", orderNumber="100123"), "s1")
    ledger.build()
    assert [origin(ledger, order_id) for order_id in (1, 2, 3)] == ["channel", "channel", "manual"]
    for number in ("671825", "671826", "100123"):
        imported(ledger, number, [("17612", 2)], "x1")
    ledger.build()
    assert [origin(ledger, order_id) for order_id in (1, 2, 3)] == ["local", "local", "manual"]
    assert state(ledger, "671825") == ("in_shipstation", 1)
    assert state(ledger, "671826") == ("in_shipstation", 2)
    assert state(ledger, "100123") == ("waiting", None)
    ledger.assert_same_as_full_build()


def test_a_split_order_has_shipped_when_all_its_parts_have(ledger: Ledger) -> None:
    imported(ledger, "671825", [("17612", 5)], "x1")
    parent = {"orderKey": "xcart-671825", "orderNumber": "671825"}
    child = {"orderNumber": "671825", "advancedOptions": {"parentId": 1, "mergedIds": []}}
    came(ledger, "orders", order(1, [line("17612 - 250300", 3)], "shipped", **parent), "s1")
    came(ledger, "shipments", label(101, 1, "2026-01-06"), "s1")
    came(ledger, "orders", order(2, [line("17612 - 250300", 2)], "awaiting_shipment", **child), "s1")
    ledger.build()
    assert state(ledger, "671825") == ("in_shipstation", 1)
    came(ledger, "orders", order(2, [line("17612 - 250300", 2)], "shipped", **child), "s2")
    came(ledger, "shipments", label(102, 2, "2026-01-07"), "s2")
    ledger.build()
    assert state(ledger, "671825") == ("shipped", 1)
    assert ledger.rows("select sum(quantity_shipped) from shipped_items") == [(5,)]
    ledger.assert_same_as_full_build()


def test_an_order_whose_match_takes_another_number_waits_again_and_a_cancelled_one_says_so(
    ledger: Ledger,
) -> None:
    imported(ledger, "671825", [("17612", 2)], "x1")
    imported(ledger, "671826", [("17612", 2)], "x1")
    here = [line("17612 - 250300", 2)]
    came(ledger, "orders", order(1, here, "awaiting_shipment", orderNumber="671825"), "s1")
    came(ledger, "orders", order(2, here, "awaiting_shipment", orderNumber="671826"), "s1")
    ledger.build()
    came(ledger, "orders", order(1, here, "awaiting_shipment", orderNumber="681825"), "s2")
    came(ledger, "orders", order(2, here, "cancelled", orderNumber="671826"), "s2")
    ledger.build()
    assert state(ledger, "671825") == ("waiting", None)
    assert state(ledger, "671826") == ("cancelled", 2)
    assert origin(ledger, 1) == "channel"
    ledger.assert_same_as_full_build()


@pytest.mark.parametrize(
    ("changed_at", "is_after"),
    [(datetime(2026, 1, 6, 17, tzinfo=UTC), False), (datetime(2026, 1, 6, 19, tzinfo=UTC), True)],
)
def test_a_change_is_after_shipping_when_it_came_after_the_first_label(
    ledger: Ledger, changed_at: datetime, is_after: bool
) -> None:
    came(ledger, "orders", order(1, [line("17612 - 250300", 2)], orderNumber="671825"), "s1")
    came(ledger, "shipments", label(101, 1, "2026-01-06"), "s1")
    imported(ledger, "671825", [("17612", 3)], "x1", changed_at)
    ledger.build()
    assert ledger.rows("select is_changed_after_shipping from local_orders") == [(is_after,)]
    listed = ledger.rows("select count(*) from exceptions where exception_type = 'changed_after_shipping'")
    assert listed == [(int(is_after),)]


def test_an_order_that_could_not_be_read_keeps_its_cause_while_it_moves_in_the_file(ledger: Ledger) -> None:
    causes = []
    for place in (5, 9):
        with ledger.connect() as connection:
            connection.execute("delete from raw_xcart.findings")
            connection.execute(
                "insert into raw_xcart.findings by name select 'xcart:shop.xml:671825:1f' as finding_key,"
                " 'xcart_invalid' as exception_type, 'error' as severity, '671825' as order_number,"
                " ? as detail, ? as first_seen_at, ? as _dlt_load_id",
                [f"Order 1 of shop.xml, line {place}", MONDAY, f"x{place}"],
            )
        ledger.build()
        causes += ledger.rows("select cause, detail from exceptions where exception_type = 'xcart_invalid'")
    assert [cause for cause, _ in causes] == ["error: xcart:shop.xml:671825:1f"] * 2
    assert [detail for _, detail in causes] == ["Order 1 of shop.xml, line 5", "Order 1 of shop.xml, line 9"]
