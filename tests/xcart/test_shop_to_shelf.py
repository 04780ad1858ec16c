from __future__ import annotations

import signal
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from shop_file import order, write
from shop_home import Shop

from sandbox import Fault

MANY = 110
TODAY = datetime.now(UTC)


def ship(shop: Shop, number: str) -> None:
    """Buy a label for all of an order and mark it as shipped, as the packer does in ShipStation."""
    row = shop.there()[number]
    wall = row["modifyDate"]
    shop.box.book.put_shipment(
        {
            "shipmentId": 9001,
            "orderId": row["orderId"],
            "orderNumber": number,
            "createDate": wall,
            "shipDate": wall[:10],
            "voidDate": None,
            "voided": False,
            "isReturnLabel": False,
            "trackingNumber": "1Z9001",
            "shipmentCost": 7.5,
            "insuranceCost": 0,
            "advancedOptions": row["advancedOptions"],
            "shipmentItems": [
                {"orderItemId": line["orderItemId"], "sku": line["sku"], "quantity": line["quantity"]}
                for line in row["items"]
            ],
        }
    )
    shop.box.book.edit_order(row["orderId"], datetime.now(UTC), {"orderStatus": "shipped"})


def one(shop: Shop, sql: str) -> Any:
    ((value,),) = shop.published(sql)
    return value


@pytest.mark.long
def test_an_order_of_the_shop_is_uploaded_shipped_there_and_its_units_are_counted_once(
    shop: Shop, tmp_path: Path
) -> None:
    more = [order(str(680000 + number), [("17904", 1)]) for number in range(MANY)]
    shop.must("import-xcart", str(write(tmp_path / "more.xml", *more)))
    dry_run = shop.must("upload", allow=False)
    assert (dry_run["sent"], len(dry_run["planned"]), shop.posts()) == (False, MANY + 3, 0)

    facts = shop.must("upload")
    assert (len(facts["uploaded"]), shop.posts(), len(shop.there())) == (MANY + 3, 2, MANY + 3)
    states = "select state, count(*) from marts.local_orders group by 1 order by 1"
    assert shop.published(states) == [("uploaded", MANY + 3), ("waiting", 4)]

    ship(shop, "671825")
    shop.must("sync")
    assert shop.published(states) == [("in_shipstation", MANY + 2), ("shipped", 1), ("waiting", 4)]
    origins = "select order_origin, count(*) from marts.orders_inbox group by 1"
    assert shop.published(origins) == [("local", MANY + 3)]
    shipped = (
        "select sku_code, lot_number, lot_source, sum(quantity_shipped) from marts.shipped_items group by all"
    )
    assert shop.published(shipped) == [("17612", "250237", "shipment", 4)]
    stock = "select quantity_on_hand, quantity_allocated from marts.inventory_current where sku_code = '17612'"
    assert shop.published(stock) == [(1019 + 100 - 4, 1031 + 4)]

    changed = write(tmp_path / "changed.xml", order("671825", [("17612", 9)]))
    shop.must("import-xcart", str(changed))
    assert shop.published(shipped) == [("17612", "250237", "shipment", 4)]
    listed = (
        "select exception_type, order_number from marts.exceptions where order_number is not null order by all"
    )
    assert shop.published(listed) == [
        ("changed_after_shipping", "671825"),
        ("not_uploaded", "100123"),
        ("not_uploaded", "671828"),
        ("not_uploaded", "671829"),
        ("not_uploaded", "671830"),
        ("unknown_sku", "671829"),
    ]
    assert one(shop, "select count(*) from marts.local_orders where is_changed_after_shipping") == 1


@pytest.mark.long
def test_an_upload_killed_between_sending_and_noting_is_found_out_and_nothing_is_sent_twice(shop: Shop) -> None:
    shop.box.faults.add(Fault("/orders/createorders", "drip", seconds=120, method="POST"))
    process = shop.start("upload")
    while not shop.there():
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert {event for _number, event in shop.log() if event != "held"} == {"sending"}
    shop.box.faults.clear()
    shop.must("upload")
    assert (shop.posts(), len(shop.there())) == (1, 3)
    assert [event for number, event in shop.log() if number == "671825"] == ["sending", "uploaded"]
    assert shop.published(
        "select count(*) from marts.local_orders where state in ('uploaded', 'in_shipstation')"
    ) == [(3,)]
