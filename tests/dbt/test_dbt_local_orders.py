"""The shop's orders: what they are made of, which order of ShipStation is the same, and how far they are."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
import raw_tables
from arrivals import come
from ledger_under_test import Ledger
from shipstation_payloads import label, line, order
from side_by_side import Steps, side_by_side

MONDAY = datetime(2026, 1, 5, 16, tzinfo=UTC)


@pytest.fixture(scope="module")
def shared(new_ledger: Callable[..., Ledger]) -> Ledger:
    return new_ledger()


def imported(
    ledger: Ledger, number: str, lines: list[tuple[str, int]], changed_at: datetime | None = None
) -> None:
    """An order of the shop as the import leaves it."""
    content = json.dumps([{"sku": sku, "name": sku, "amount": amount} for sku, amount in lines])
    with ledger.connect() as connection:
        connection.execute("delete from raw_xcart.orders where order_number = ?", [number])
        connection.execute(
            "insert into raw_xcart.orders values"
            " (?, ?, '2026-01-05 23:30:00', ?, '{}', 'h', 'shop.xml', 1, ?, ?, ?, ?)",
            [number, f"xcart-{number}", content, MONDAY, MONDAY, changed_at, raw_tables.new_load()],
        )


def origin(ledger: Ledger, order_id: int) -> str:
    ((found,),) = ledger.rows(f"select order_origin from orders_inbox where shipstation_order_id = {order_id}")
    return str(found)


def state(ledger: Ledger, number: str) -> tuple[str, int | None]:
    ((name, order_id),) = ledger.rows(
        f"select state, shipstation_order_id from local_orders where order_number = '{number}'"
    )
    return name, order_id


@side_by_side
def test_bundles_are_taken_apart_once_lines_added_up_and_no_unknown_text_is_dropped(ledger: Ledger) -> Steps:
    lines = [("18605", 2), ("17612", 1), (" 17612 - 6", 1), ("17975", 3), ("99999", 1), ("gift", 1)]
    imported(ledger, "671801", lines)
    yield
    assert ledger.rows(
        "select sku_status, item_key, quantity from local_order_items where order_number = '671801' order by all"
    ) == [
        ("not_stocked", "17975", 3),
        ("stocked", "17612", 2 * 4 + 1 + 6),
        ("stocked", "17904", 2),
        ("stocked", "17914", 2),
        ("unknown", "text 99999", 1),
        ("unparsed", "text GIFT", 1),
    ]
    assert ledger.rows("select exception_type from exceptions where order_number = '671801' order by 1") == [
        ("not_stocked_sku",),
        ("unknown_sku",),
        ("unparsed_sku",),
    ]
    assert ledger.rows(
        "select ordered_at, order_date::varchar from local_orders where order_number = '671801'"
    ) == [(datetime(2026, 1, 6, 5, 30, tzinfo=UTC), "2026-01-05")]
    assert ledger.rows("select count(*) from shipped_items where order_number = '671801'") == [(0,)]


@side_by_side
def test_an_order_is_known_by_its_key_else_by_its_number_and_never_by_a_manual_number(ledger: Ledger) -> Steps:
    here = [line("17612 - 250300", 2)]
    come(ledger, "orders", order(11, here, "awaiting_shipment", orderKey="xcart-671811", orderNumber="other"))
    come(ledger, "orders", order(12, here, "awaiting_shipment", orderNumber="671812"))
    come(ledger, "orders", order(13, here, "awaiting_shipment", orderNumber="100123"))
    yield
    assert [origin(ledger, order_id) for order_id in (11, 12, 13)] == ["channel", "channel", "manual"]
    for number in ("671811", "671812", "100123"):
        imported(ledger, number, [("17612", 2)])
    yield
    assert [origin(ledger, order_id) for order_id in (11, 12, 13)] == ["local", "local", "manual"]
    assert state(ledger, "671811") == ("in_shipstation", 11)
    assert state(ledger, "671812") == ("in_shipstation", 12)
    assert state(ledger, "100123") == ("waiting", None)


@side_by_side
def test_a_split_order_has_shipped_when_all_its_parts_have(ledger: Ledger) -> Steps:
    imported(ledger, "671821", [("17612", 5)])
    parent = {"orderKey": "xcart-671821", "orderNumber": "671821"}
    child = {"orderNumber": "671821", "advancedOptions": {"parentId": 21, "mergedIds": []}}
    come(ledger, "orders", order(21, [line("17612 - 250300", 3)], "shipped", **parent))
    come(ledger, "shipments", label(121, 21, "2026-01-06"))
    come(ledger, "orders", order(22, [line("17612 - 250300", 2)], "awaiting_shipment", **child))
    yield
    assert state(ledger, "671821") == ("in_shipstation", 21)
    come(ledger, "orders", order(22, [line("17612 - 250300", 2)], "shipped", **child))
    come(ledger, "shipments", label(122, 22, "2026-01-07"))
    yield
    assert state(ledger, "671821") == ("shipped", 21)
    assert ledger.rows("select sum(quantity_shipped) from shipped_items where order_number = '671821'") == [(5,)]


@side_by_side
def test_an_order_whose_match_takes_another_number_waits_again_and_a_cancelled_one_says_so(
    ledger: Ledger,
) -> Steps:
    imported(ledger, "671831", [("17612", 2)])
    imported(ledger, "671832", [("17612", 2)])
    here = [line("17612 - 250300", 2)]
    come(ledger, "orders", order(31, here, "awaiting_shipment", orderNumber="671831"))
    come(ledger, "orders", order(32, here, "awaiting_shipment", orderNumber="671832"))
    yield
    come(ledger, "orders", order(31, here, "awaiting_shipment", orderNumber="681831"))
    come(ledger, "orders", order(32, here, "cancelled", orderNumber="671832"))
    yield
    assert state(ledger, "671831") == ("waiting", None)
    assert state(ledger, "671832") == ("cancelled", 32)
    assert origin(ledger, 31) == "channel"


@side_by_side
def test_a_change_is_after_shipping_when_it_came_after_the_first_label(ledger: Ledger) -> Steps:
    for order_id, hour in ((41, 17), (42, 19)):
        come(ledger, "orders", order(order_id, [line("17612 - 250300", 2)], orderNumber=f"6718{order_id}"))
        come(ledger, "shipments", label(100 + order_id, order_id, "2026-01-06"))
        imported(ledger, f"6718{order_id}", [("17612", 3)], datetime(2026, 1, 6, hour, tzinfo=UTC))
    yield
    assert ledger.rows("""
        select order_number, is_changed_after_shipping from local_orders
        where order_number in ('671841', '671842') order by 1
    """) == [("671841", False), ("671842", True)]
    listed = ledger.rows("select order_number from exceptions where exception_type = 'changed_after_shipping'")
    assert listed == [("671842",)]


@side_by_side
def test_an_order_that_could_not_be_read_keeps_its_cause_while_it_moves_in_the_file(ledger: Ledger) -> Steps:
    causes = []
    for place in (5, 9):
        with ledger.connect() as connection:
            connection.execute("delete from raw_xcart.findings")
            connection.execute(
                "insert into raw_xcart.findings by name select 'xcart:shop.xml:671851:1f' as finding_key,"
                " 'xcart_invalid' as exception_type, 'error' as severity, '671851' as order_number,"
                " ? as detail, ? as first_seen_at, ? as _dlt_load_id",
                [f"Order 1 of shop.xml, line {place}", MONDAY, raw_tables.new_load()],
            )
        yield
        causes += ledger.rows("select cause, detail from exceptions where exception_type = 'xcart_invalid'")
    assert [cause for cause, _ in causes] == ["error: xcart:shop.xml:671851:1f"] * 2
    assert [detail for _, detail in causes] == ["Order 1 of shop.xml, line 5", "Order 1 of shop.xml, line 9"]


def test_warm_builds_left_what_a_full_build_makes(afterwards: Ledger) -> None:
    afterwards.assert_same_as_full_build()
