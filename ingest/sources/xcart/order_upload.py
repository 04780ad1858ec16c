"""Uploading the shop's orders to ShipStation: looking up existing ones, sending, and reading the results."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from ingest.client.http import MOST_ATTEMPTS, Client
from ingest.client.pacific_time import PACIFIC
from ingest.errors import ApiRefused, ApiUnreachable, NotFound, ServerKeepsFailing, UnexpectedAnswer

Payload = dict[str, Any]
# The most orders in one request to ShipStation.
MOST_ORDERS = 100
# Numbers that differ only in the last digits are looked up together: the filter is the beginning of a number.
_VARYING_DIGITS = 2
_PAGE_SIZE = 500
# Far more than so few numbers can have: when the filter is ignored, every order is returned.
_MOST_PAGES = 8
# Between a SKU and its lot, as users type it.
_LOT_DASH = " - "


@dataclass
class LookUp:
    """The orders in ShipStation with given numbers.

    Attributes:
        found: The orders by number; an empty list means that there is none.
        unknown: Numbers whose look-up failed: an order may exist or not.
    """

    found: dict[str, list[Payload]] = field(default_factory=dict)
    unknown: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class UploadLine:
    """A line to send: units of a product from one lot."""

    sku_code: str
    name: str
    lot_number: str
    quantity: int


@dataclass(frozen=True)
class Sent:
    """The result for one order: its id, or why it was refused."""

    shipstation_order_id: int | None
    error: str | None


def look_up(client: Client, numbers: Iterable[str]) -> LookUp:
    """Look up orders in ShipStation by their numbers.

    Args:
        client: The API client.
        numbers: Whole order numbers.

    Raises:
        CredentialsRejected: The credentials are wrong.
    """
    result = LookUp()
    for beginning, group in groupby(sorted(set(numbers)), lambda number: number[:-_VARYING_DIGITS] or number):
        together = list(group)
        try:
            _note(result, together, _orders_beginning_with(client, beginning))
        except ServerKeepsFailing:
            # One row can make a whole page fail, so each number is looked up by itself.
            for number in together:
                _ask_alone(client, number, result)
        except (ApiUnreachable, UnexpectedAnswer, ApiRefused, NotFound):
            result.unknown.update(together)
    return result


def _ask_alone(client: Client, number: str, result: LookUp) -> None:
    try:
        _note(result, [number], _orders_beginning_with(client, number, attempts=1))
    except (ApiUnreachable, UnexpectedAnswer, ApiRefused, NotFound):
        result.unknown.add(number)


def _note(result: LookUp, numbers: Sequence[str], rows: list[Payload]) -> None:
    for number in numbers:
        result.found[number] = [row for row in rows if str(row.get("orderNumber")).strip() == number]


def _orders_beginning_with(client: Client, beginning: str, *, attempts: int = MOST_ATTEMPTS) -> list[Payload]:
    """Return all orders whose number begins so; sorted by id, so an edited order keeps its place."""
    rows: list[Payload] = []
    for page in range(1, _MOST_PAGES + 1):
        query: dict[str, str | int] = {"orderNumber": beginning, "page": page, "pageSize": _PAGE_SIZE}
        answer = client.get("/orders", query, attempts=attempts)
        orders = answer.get("orders") if isinstance(answer, dict) else None
        if not isinstance(orders, list):
            break
        rows += [order for order in orders if isinstance(order, dict)]
        if len(orders) < _PAGE_SIZE:
            return rows
    raise UnexpectedAnswer(f"ShipStation's answer to a look-up of orders {beginning} is none that can be trusted.")


def send(client: Client, orders: Sequence[Payload]) -> dict[str, Sent]:
    """Send a batch of orders once.

    Args:
        client: The API client.
        orders: At most `MOST_ORDERS`, each with its `orderKey`.

    Returns:
        The results by order key; an order without one is left out.

    Raises:
        OutcomeUnknown: No usable answer came.
        ApiRefused: The whole batch was refused; nothing was done.
        IngestError: Any other error; nothing was done.
    """
    answer = client.post("/orders/createorders", list(orders))
    results = answer.get("results") if isinstance(answer, dict) else None
    by_key: dict[str, Sent] = {}
    for result in results if isinstance(results, list) else []:
        key = result.get("orderKey") if isinstance(result, dict) else None
        if not isinstance(key, str):
            continue
        order_id = result.get("orderId")
        if result.get("success") is True and isinstance(order_id, int):
            by_key[key] = Sent(order_id, None)
        elif result.get("success") is False:
            by_key[key] = Sent(None, str(result.get("errorMessage") or "no reason given")[:200])
    return by_key


def to_shipstation(order_key: str, ordered_at: datetime, shop: Payload, lines: Sequence[UploadLine]) -> Payload:
    """Return an order as `POST /orders/createorders` takes it.

    Args:
        order_key: Its key; always the same for an order, so that sending it again creates no second one.
        ordered_at: When it was ordered (UTC).
        shop: The order as it is in the shop's file.
        lines: The lines to pack.
    """
    return {
        "orderNumber": shop["orderid"],
        "orderKey": order_key,
        "orderDate": ordered_at.astimezone(PACIFIC).strftime("%Y-%m-%dT%H:%M:%S.0000000"),
        "orderStatus": "awaiting_shipment",
        "customerUsername": shop.get("customerid") or None,
        "customerEmail": shop.get("email") or None,
        "billTo": _address(shop, "b"),
        "shipTo": _address(shop, "s"),
        "shippingAmount": _money(shop.get("shipping_cost")),
        "requestedShippingService": shop.get("shipping") or None,
        "items": [
            {
                "lineItemKey": f"{order_key}-{number}",
                "sku": f"{line.sku_code}{_LOT_DASH}{line.lot_number}",
                "name": line.name,
                "quantity": line.quantity,
            }
            for number, line in enumerate(lines, 1)
        ],
    }


def from_shipstation(order: Payload) -> tuple[UploadLine, ...]:
    """Return the lines that an uploaded order has in ShipStation now.

    Args:
        order: The order as ShipStation lists it.
    """
    items = order.get("items")
    lines = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return tuple(
        UploadLine(sku, str(line.get("name")), lot, quantity)
        for line in lines
        for sku, dash, lot in [str(line.get("sku")).partition(_LOT_DASH)]
        if dash and isinstance(quantity := line.get("quantity"), int)
    )


def _address(shop: Payload, side: str) -> Payload:
    def text(name: str) -> str | None:
        return shop.get(f"{side}_{name}") or None

    name = " ".join(part for part in (text("firstname"), text("lastname")) if part)
    company = text("company") or shop.get("company") or None
    return {
        "name": name or company or "",
        "company": company,
        "street1": text("address"),
        "city": text("city"),
        "state": text("state"),
        "postalCode": text("zipcode"),
        "country": text("country"),
        "phone": text("phone"),
    }


def _money(text: object) -> float:
    try:
        amount = float(str(text))
    except ValueError:
        return 0.0
    return amount if 0 <= amount < 1_000_000 else 0.0
