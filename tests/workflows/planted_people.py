"""A business in which each customer has words that stand nowhere else, and a search for these words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from sandbox import Sandbox

# How long ago (in days) what is long closed was closed, and what is so long closed that no recall needs it.
LONG, VERY_LONG = 200, 390
SETTINGS = {"SHIPLEDGER_RETENTION_DAYS": "100", "SHIPLEDGER_RECALL_YEARS": "1"}
# What of an order is removed first; what a recall needs goes later.
FIRST = (
    "street",
    "phone",
    "email",
    "username",
    "note",
    "gift",
    "bill",
    "option",
    "field",
    "label",
    "mark",
    "form",
)
RECALL = ("name", "company", "city", "zip")
SHOP = ("shopmail", "shopname", "shopstreet")
# The business is planted again for each test, the same to the second.
_NOW = datetime.now(UTC)


def word(order_id: int, what: str) -> str:
    """The word planted at a place of an order, or of a label without an order."""
    return f"qx{what}{order_id}xq"


def words(order_id: int, *kinds: str) -> list[str]:
    return [word(order_id, what) for what in kinds]


def ago(days: float) -> datetime:
    return _NOW - timedelta(days=days)


def wall(days: float) -> str:
    """So many days ago as ShipStation prints it."""
    return (ago(days) - timedelta(hours=8)).strftime("%Y-%m-%dT%H:%M:%S.0000000")


def plant(box: Sandbox) -> None:
    """The customers and what became of their orders."""
    book = box.book
    for order_id, status, days in (
        (1, "shipped", LONG),
        (2, "shipped", VERY_LONG),
        (3, "cancelled", LONG),
        (4, "shipped", 10),
        (5, "awaiting_shipment", LONG),
        (6, "shipped", LONG),
    ):
        book.put_order(an_order(order_id, status, days))
    for order_id, days in ((1, LONG), (4, LONG), (6, LONG)):
        book.put_shipment(a_label(100 + order_id, order_id, days))
    # Of order 6 another label was voided a month ago; nobody has the order of label 107.
    book.put_shipment(a_label(116, 6, LONG) | {"voidDate": wall(30), "voided": True})
    book.put_shipment(a_label(107, None, LONG, place=107))
    book.put_fulfillment(a_fulfillment(202, 2, VERY_LONG))


def an_order(order_id: int, status: str, days: float, **changes: Any) -> dict[str, Any]:
    line = {"sku": "17612 - 250237", "name": "PT Kit", "quantity": 2, "unitPrice": 10, "adjustment": False}
    line |= {"orderItemId": order_id * 10, "options": [{"name": "engraved", "value": word(order_id, "option")}]}
    return {
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id),
        "orderKey": f"key-{order_id}",
        "orderStatus": status,
        "orderDate": wall(days + 1),
        "createDate": wall(days + 1),
        "modifyDate": wall(days),
        "customerId": 7000 + order_id,
        "customerUsername": word(order_id, "username"),
        "customerEmail": f"{word(order_id, 'email')}@example.com",
        "customerNotes": word(order_id, "note"),
        "internalNotes": word(order_id, "note"),
        "giftMessage": word(order_id, "gift"),
        "billTo": {"name": word(order_id, "bill"), "state": "WI", "country": "US"},
        "shipTo": a_place(order_id),
        "items": [line],
        "advancedOptions": {"storeId": 310002, "mergedIds": [], "customField1": word(order_id, "field")},
        **changes,
    }


def a_place(order_id: int) -> dict[str, Any]:
    return {
        "name": f"Dr {word(order_id, 'name')}",
        "company": word(order_id, "company"),
        "street1": f"1 {word(order_id, 'street')} Street",
        "city": word(order_id, "city"),
        "state": "WI",
        "postalCode": word(order_id, "zip"),
        "country": "US",
        "phone": word(order_id, "phone"),
    }


def a_label(shipment_id: int, order_id: int | None, days: float, place: int | None = None) -> dict[str, Any]:
    on_label = place or order_id or 0
    return {
        "shipmentId": shipment_id,
        "orderId": order_id,
        "orderNumber": str(680_000 + on_label),
        "customerEmail": f"{word(on_label, 'label')}@example.com",
        "createDate": wall(days),
        "shipDate": wall(days)[:10],
        "voidDate": None,
        "voided": False,
        "isReturnLabel": False,
        "trackingNumber": f"1Z{shipment_id}",
        "shipmentCost": 7.5,
        "insuranceCost": 0,
        "carrierCode": "ups",
        "serviceCode": "ups_ground",
        "shipTo": a_place(on_label),
        "labelData": word(on_label, "form"),
        "shipmentItems": [{"orderItemId": None, "sku": "17612 - 250237", "quantity": 2}],
    }


def a_fulfillment(fulfillment_id: int, order_id: int, days: float) -> dict[str, Any]:
    return {
        "fulfillmentId": fulfillment_id,
        "orderId": order_id,
        "orderNumber": str(680_000 + order_id),
        "customerEmail": f"{word(order_id, 'mark')}@example.com",
        "createDate": wall(days),
        "shipDate": wall(days),
        "voidDate": None,
        "voided": False,
        "trackingNumber": f"EXT{fulfillment_id}",
        "shipTo": a_place(order_id),
    }


def shop_file(path: Path, *numbers: int, amount: int = 2) -> Path:
    """The shop's orders that became these orders of ShipStation."""
    orders = [
        f"<order><orderid>{680_000 + number}</orderid><date>{ago(LONG + 2):%Y-%m-%d %H:%M:%S}</date>"
        f"<email>{word(number, 'shopmail')}@example.com</email>"
        f"<s_firstname>{word(number, 'shopname')}</s_firstname><s_address>{word(number, 'shopstreet')}</s_address>"
        f"<s_state>WI</s_state><s_country>US</s_country><order_detail><orderid>{680_000 + number}</orderid>"
        f"<productid>17612</productid><product>PT Kit</product><amount>{amount}</amount></order_detail></order>"
        for number in numbers
    ]
    path.write_text(f"<orders>{''.join(orders)}</orders>")
    return path


def uncompressed(home: Path) -> None:
    """Rewrite each database of a home uncompressed, so that a search of the bytes finds its words."""
    for path in databases(home):
        plain = path.with_name("plain.duckdb")
        with duckdb.connect() as connection:
            connection.execute(f"attach '{path}' as old (read_only); attach '{plain}' as fresh")
            connection.execute("set force_compression = 'uncompressed'; copy from database old to fresh")
        plain.replace(path)


def databases(home: Path) -> list[Path]:
    return [path for path in sorted(home.rglob("*.duckdb")) if not path.is_symlink()]


def found_in(home: Path, wanted: list[str]) -> dict[str, list[str]]:
    """Which of these words stand where: by file, in its bytes or, where they are compressed, in a table of it."""
    found: dict[str, set[str]] = {}
    for path in sorted(path for path in home.rglob("*") if path.is_file() and not path.is_symlink()):
        held = path.read_bytes()
        found[path.name] = {one for one in wanted if one.encode() in held}
    for path in databases(home):
        found[path.name] |= _in_tables(path, wanted)
    return {name: sorted(words) for name, words in found.items() if words}


def _in_tables(path: Path, wanted: list[str]) -> set[str]:
    held: set[str] = set()
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            rows = connection.execute(f'select kept::varchar from "{schema}"."{table}" as kept').fetchall()
            held |= {one for one in wanted for (row,) in rows if one in row}
    return held


def marts(home: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything published but the recipients, the runs, and when and of what the snapshot was made."""
    current = (home / "published" / "current.duckdb").resolve(strict=True)
    with duckdb.connect(str(current), read_only=True) as connection:
        names = connection.execute("select table_name from duckdb_tables() where schema_name = 'marts'").fetchall()
        compared = sorted({name for (name,) in names} - {"order_consignees", "sync_runs", "snapshot_info"})
        return {
            name: connection.execute(f"select * from marts.{name} order by all").fetchall() for name in compared
        }
