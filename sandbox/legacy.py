"""Load the former system's shipped orders and lines as orders and labels.

Reads the SQLite tables `shipped_orders` and `shipped_items` and never writes. One order for each number;
one label for each ship date of its lines, since the lines' dates are the ones that count. Sums of quantity by
ship date and SKU are the database's own.
"""

from __future__ import annotations

import sqlite3
import zlib
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from sandbox.book import Book
from sandbox.names import Customer
from sandbox.pacific import PACIFIC, to_ms, wall_text
from sandbox.reference import MANUAL_STORE, SHOP_STORE
from sandbox.resources import Row
from sandbox.rows import item_row, order_row, shipment_row, shipped_item

_FIRST_ORDER_ID = 400_000_000
_FIRST_ITEM_ID = 1_198_000_000_000
_FIRST_SHIPMENT_ID = 210_000_000
_ORDERS = "select order_number, ship_date, shipstation_order_id from shipped_orders order by order_number"
_ITEMS = "select id, order_number, ship_date, sku_lot, base_sku, quantity_shipped from shipped_items order by id"


@dataclass(frozen=True)
class _Line:
    id: int
    ship_date: str
    sku: str
    base_sku: str
    quantity: int


def load_legacy(book: Book, path: Path) -> Book:
    """Fill a book from the former system's database; ValueError when the file is missing or another one."""
    orders, lines = _read(path)
    taken: set[int] = set()
    for number, ship_date, known_id in orders:
        order_id = int(known_id) if known_id and known_id.isdigit() else _order_id(number)
        while order_id in taken:
            order_id += 1
        taken.add(order_id)
        _load_order(book, order_id, number, ship_date, lines.get(number, []))
    return book


def _read(path: Path) -> tuple[list[tuple[str, str, str | None]], dict[str, list[_Line]]]:
    if not path.is_file():
        raise ValueError(f"There is no file {path}: name the former system's database.")
    try:
        try:
            return _select(path, "mode=ro")
        except sqlite3.OperationalError:
            # A write-ahead log next to a file in a read-only folder cannot be opened; the file alone can.
            return _select(path, "mode=ro&immutable=1")
    except sqlite3.DatabaseError as problem:
        raise ValueError(f"{path} is not the former system's database ({problem}).") from problem


def _select(path: Path, how: str) -> tuple[list[tuple[str, str, str | None]], dict[str, list[_Line]]]:
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?{how}", uri=True)) as database:
        orders = database.execute(_ORDERS).fetchall()
        lines: dict[str, list[_Line]] = {}
        for line_id, number, ship_date, sku_lot, base_sku, quantity in database.execute(_ITEMS):
            lines.setdefault(number, []).append(_Line(line_id, ship_date, sku_lot or base_sku, base_sku, quantity))
    known = {order[0] for order in orders}
    # A line without its order gets one, so that sums stay complete.
    orders += [(number, found[0].ship_date, None) for number, found in lines.items() if number not in known]
    return orders, lines


def _order_id(number: str) -> int:
    return _FIRST_ORDER_ID + (int(number) if number.isdigit() else zlib.crc32(number.encode()) % 100_000_000)


def _load_order(book: Book, order_id: int, number: str, ship_date: str, lines: list[_Line]) -> None:
    dates = sorted({line.ship_date for line in lines})
    first, last = (dates or [ship_date])[0], (dates or [ship_date])[-1]
    created = _moment(first, 6, order_id)
    nobody = _customer(number)
    items = {
        line.id: item_row(_FIRST_ITEM_ID + line.id, line.sku, line.base_sku, line.quantity, 0, created)
        for line in lines
    }
    store_id = MANUAL_STORE if number.startswith("10") else SHOP_STORE
    order = order_row(order_id, number, f"legacy-{number}", store_id, nobody, list(items.values()), created)
    order.update(orderStatus="shipped", shipDate=ship_date, carrierCode="ups", serviceCode="ups_ground")
    order["modifyDate"] = wall_text(_moment(max(last, ship_date), 10, order_id))
    book.load("orders", order)
    for day in dates:
        packed = [shipped_item(items[line.id], line.quantity) for line in lines if line.ship_date == day]
        # The lowest line id of the parcel makes a label id that stays the same at every start.
        label_id = _FIRST_SHIPMENT_ID + min(line.id for line in lines if line.ship_date == day)
        bought = _moment(day, 9, order_id)
        service = ("ups", "ups_ground")
        book.load("shipments", shipment_row(label_id, order, nobody.label_to, service, packed, bought, day, 895))


def _moment(day: str, hour: int, spread: int) -> int:
    """Return an instant in this Pacific hour of the day; minute and second depend on `spread`."""
    start = datetime.combine(date.fromisoformat(day), time(hour), PACIFIC)
    return to_ms(start + timedelta(seconds=spread % 3600)) + spread % 1000


def _customer(number: str) -> Customer:
    address: Row = dict.fromkeys(("company", "street2", "street3", "phone", "residential", "addressVerified"))
    address |= {"name": "Former customer", "street1": "1 Sandbox Way", "city": "Fairhaven", "state": "IL"}
    address |= {"postalCode": "60990", "country": "US"}
    email = f"order-{number}@example.com"
    return Customer(0, email, email, address, address, address)
