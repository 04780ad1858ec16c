"""Orders that no list shows, or shows empty: through sync, models and health, as the command line runs them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from command_line import CommandLine
from homes import founded_home

from sandbox import Sandbox, SandboxSettings

PACIFIC = ZoneInfo("America/Los_Angeles")
LINE = {"orderItemId": 10, "sku": "17612 - 250300", "quantity": 3, "unitPrice": 9.5, "adjustment": False}
OPEN_WITHOUT_LINES = range(21, 33)


def ago(**span: float) -> datetime:
    return datetime.now(PACIFIC).replace(tzinfo=None, microsecond=0) - timedelta(**span)


def order(number: int, modified: datetime | None, items: list[Any] | None, **fields: Any) -> dict[str, Any]:
    at = ago(days=3).isoformat()
    return {
        "orderId": number,
        "orderNumber": str(680_000 + number),
        "orderKey": f"key-{number}",
        "orderStatus": "shipped",
        "orderDate": at,
        "createDate": at,
        "modifyDate": modified.isoformat() if modified else None,
        "shipDate": ago(days=2).date().isoformat(),
        "customerId": number,
        "items": items,
        **fields,
    }


def label(number: int, order_id: int | None, items: list[Any] | None = None) -> dict[str, Any]:
    return {
        "shipmentId": number,
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id) if order_id else None,
        "createDate": ago(days=2).isoformat(),
        "shipDate": ago(days=2).date().isoformat(),
        "shipmentCost": 7.3,
        "trackingNumber": f"94{number}",
        "voided": False,
        "voidDate": None,
        "isReturnLabel": False,
        "shipmentItems": items,
    }


@dataclass(frozen=True)
class House:
    """A home that was synced, its ShipStation, and what health said of it then."""

    line: CommandLine
    box: Sandbox
    health: dict[str, Any]
    alerts: list[str]

    def exceptions(self, *kinds: str) -> list[tuple[Any, ...]]:
        listed = ", ".join(f"'{kind}'" for kind in kinds)
        return self.line.published(
            "select shipstation_order_id, exception_type, cause, exception_id from marts.exceptions"
            f" where exception_type in ({listed}) order by all"
        )

    def sync(self) -> None:
        answer = self.line.run("sync")
        assert answer.code == 0, answer.errors


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Empty orders, shipped (1, 2, 3) and open; orders that only labels and a fulfillment name (4, 5, 6)."""
    with Sandbox(SandboxSettings(rate_limit=1_000_000, trade_every_seconds=0)) as box:
        for number, items in ((1, []), (2, None), (3, [])):
            box.book.put_order(order(number, ago(hours=40), items))
        box.book.put_order(order(4, None, [LINE]))
        for number in OPEN_WITHOUT_LINES:
            box.book.put_order(order(number, ago(hours=30), [], orderStatus="awaiting_shipment", shipDate=None))
        for number, order_id in ((101, 1), (102, 2), (104, 4), (105, 5), (106, None)):
            box.book.put_shipment(label(number, order_id))
        box.book.put_fulfillment(label(107, 6) | {"fulfillmentId": 107})
        home = founded_home(tmp_path_factory, tmp_path_factory.mktemp("by_id") / "home")
        line = CommandLine(home, box.url)
        for _ in range(2):
            answer = line.run("sync")
            assert answer.code == 0, answer.errors
        alerts = [alert["message"] for alert in line.run("status").facts["alerts"]]
        yield House(line, box, line.run("health").facts, alerts)


def test_each_shipped_order_without_lines_is_an_exception_and_its_order_charge_stays(house: House) -> None:
    found = house.exceptions("shipped_without_lines", "ghost_order", "work_in_progress")
    assert [row[:3] for row in found if row[0] < 21] == [
        (number, "shipped_without_lines", "error: shipped") for number in (1, 2, 3)
    ]
    charged = "select sum(order_count), sum(unit_count) from marts.charge_report_daily"
    assert house.line.published(charged) == [(6, 3)]
    flags = "select is_ghost, is_work_in_progress from marts.orders_inbox where shipstation_order_id < 4"
    assert house.line.published(flags) == [(False, False)] * 3


def test_the_alert_counts_every_empty_order_also_those_confirmed_as_work_in_progress(house: House) -> None:
    confirmed = [row[0] for row in house.exceptions("work_in_progress")]
    assert confirmed == list(OPEN_WITHOUT_LINES)
    assert [alert for alert in house.alerts if "without lines" in alert] != []
    assert any(alert.startswith("15 orders without lines") for alert in house.alerts)


def test_an_order_without_a_modification_date_is_found_by_its_label_and_counted(house: House) -> None:
    shipped = "select sku_code, quantity_shipped from marts.shipped_items where shipstation_order_id = 4"
    assert house.line.published(shipped) == [("17612", 3)]
    inbox = "select order_number, modified_at from marts.orders_inbox where shipstation_order_id = 4"
    assert house.line.published(inbox) == [("680004", None)]


def test_an_order_that_shipstation_does_not_know_is_an_exception_and_health_stays_green(house: House) -> None:
    assert [row[:3] for row in house.exceptions("missing_order")] == [
        (-106, "missing_order", "error: never came"),
        (5, "missing_order", "error: ShipStation does not know"),
        (6, "missing_order", "error: ShipStation does not know"),
    ]
    assert house.health["failed"] == []


def test_a_shipped_order_that_gets_its_lines_loses_its_exception_and_counts_its_units(house: House) -> None:
    unknown = house.exceptions("missing_order")
    for number in (1, 3):
        house.box.book.put_order(order(number, ago(hours=40), [LINE | {"quantity": number}]))
    house.sync()
    assert [row[0] for row in house.exceptions("shipped_without_lines")] == [2]
    assert house.exceptions("missing_order") == unknown, "by its id and cause a note on it holds"
    shipped = "select shipstation_order_id, quantity_shipped from marts.shipped_items order by all"
    assert house.line.published(shipped) == [(1, 1), (3, 3), (4, 3)]
    assert house.line.published("select sum(order_count) from marts.charge_report_daily") == [(6,)]
