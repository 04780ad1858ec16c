"""The shop's XML as X-Cart writes it, seeded and only as large as a test needs; and what was loaded of it."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import duckdb

Line = tuple[str, int]


def order(number: str, lines: list[Line], **fields: str) -> str:
    """One `order` element; a field given as empty text is left out."""
    elements = {
        "orderid": number,
        "date": "2025-10-01 09:30:00",
        "date2": "2025-10-01 09:30:00",
        "shipping": "UPS Ground",
        "company": "Example Dental",
        "email": f"office{number}@example.com",
        "customerid": "77",
        "shipping_cost": "7.95",
        "s_firstname": "Ann",
        "s_lastname": "Example",
        "s_address": "1 Main Street",
        "s_city": "Springfield",
        "s_state": "IL",
        "s_zipcode": "62701",
        "s_country": "US",
        "b_firstname": "Ann",
        "b_lastname": "Example",
        **fields,
    }
    head = "".join(f"<{name}>{text}</{name}>" for name, text in elements.items() if text)
    return f"<order>{head}{''.join(detail(number, *line) for line in lines)}</order>"


def detail(number: str, sku: str, amount: object) -> str:
    return (
        f"<order_detail><orderid>{number}</orderid><productid>{sku}</productid>"
        f"<product>Product {sku}</product><amount>{amount}</amount></order_detail>"
    )


def document(*orders: str, root: str = "DentistSelectOrders") -> str:
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}>\n' + "\n".join(orders) + f"\n</{root}>\n"


def write(path: Path, *orders: str, root: str = "DentistSelectOrders") -> Path:
    path.write_text(document(*orders, root=root))
    return path


def write_many(path: Path, count: int) -> dict[str, int]:
    """A file of so many seeded orders; gives the units by SKU that are in it."""
    draw = random.Random(17)
    units: dict[str, int] = {}
    with path.open("w") as file:
        file.write("<orders>\n")
        for index in range(count):
            lines = [
                (draw.choice(["17612", "17904", "17914"]), draw.randint(1, 9)) for _ in range(draw.randint(1, 3))
            ]
            for sku, amount in lines:
                units[sku] = units.get(sku, 0) + amount
            file.write(order(str(671825 + index), lines) + "\n")
        file.write("</orders>\n")
    return units


def rows(warehouse: Path, sql: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(sql).fetchall()
