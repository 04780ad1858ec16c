"""Validating an order of the shop, and its row in `raw_xcart.orders`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson
import pyarrow as pa

from ingest.client.redaction import Keeps, hash_payload, redacted_text
from ingest.sources.xcart.order_element import ShopOrder

# Makes an upload idempotent: ShipStation has one order for each key.
KEY_PREFIX = "xcart-"
_NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z_-]{0,49}")
_DATE_FORMAT = "%Y-%m-%d %H:%M:%S"
_AMOUNT = re.compile(r"([0-9]{1,9})(?:\.0{1,9})?")
_MOST_UNITS = 1_000_000

SCHEMA = pa.schema(
    [
        pa.field("order_number", pa.string(), nullable=False),
        pa.field("order_key", pa.string(), nullable=False),
        pa.field("order_date", pa.string(), nullable=False),
        pa.field("lines", pa.string(), nullable=False),
        pa.field("payload", pa.string(), nullable=False),
        pa.field("payload_hash", pa.string(), nullable=False),
        pa.field("source_file", pa.string(), nullable=False),
        pa.field("position", pa.int64(), nullable=False),
        pa.field("first_seen_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("fetched_at", pa.timestamp("us", tz="UTC"), nullable=False),
        pa.field("changed_at", pa.timestamp("us", tz="UTC")),
    ]
)


class InvalidOrder(Exception):
    """An order that cannot be loaded; the message is the second half of a sentence, without personal data."""


@dataclass(frozen=True)
class StoredOrder:
    """The stored version of an order; the instant is UTC. `keeps`: see `redaction`."""

    payload_hash: str
    first_seen_at: datetime
    keeps: Keeps | None


@dataclass(frozen=True)
class CheckedOrder:
    """A valid order.

    Attributes:
        position: Its position in the file, from 1.
        order_number: The shop's number.
        order_date: `YYYY-MM-DD HH:MM:SS`, in the business's time zone.
        lines: For each line `sku`, `name` and `amount` (units as sold).
        payload: The whole order as JSON, with personal data unless it was redacted.
        payload_hash: The hash of the payload.
    """

    position: int
    order_number: str
    order_date: str
    lines: list[dict[str, Any]]
    payload: bytes
    payload_hash: str


def check(order: ShopOrder) -> CheckedOrder:
    """Validate an order and parse its lines and date.

    Raises:
        InvalidOrder: It cannot be read, or something the ledger needs is missing or invalid.
    """
    if order.problem:
        raise InvalidOrder(order.problem)
    number = order.fields.get("orderid", "")
    if not _NUMBER.fullmatch(number):
        raise InvalidOrder("has no usable orderid")
    if not order.lines:
        raise InvalidOrder("has no order_detail")
    lines = [_check_line(line, index, number) for index, line in enumerate(order.lines, 1)]
    payload = orjson.dumps({**order.fields, "order_detail": order.lines}, option=orjson.OPT_SORT_KEYS)
    return CheckedOrder(
        position=order.position,
        order_number=number,
        order_date=_date(order.fields),
        lines=lines,
        payload=payload,
        payload_hash=hash_payload(payload, None),
    )


def without_personal_data(order: CheckedOrder, keeps: Keeps) -> CheckedOrder:
    """Return an order redacted, once its retention period has ended."""
    payload, payload_hash = redacted_text("shop", orjson.loads(order.payload), keeps)
    return replace(order, payload=payload.encode(), payload_hash=payload_hash)


def to_row(order: CheckedOrder, file_name: str, stored: StoredOrder | None, now: datetime) -> dict[str, Any]:
    """Return the order's row; `changed_at` is when a stored order was read with other content."""
    return {
        "order_number": order.order_number,
        "order_key": KEY_PREFIX + order.order_number,
        "order_date": order.order_date,
        "lines": orjson.dumps(order.lines).decode(),
        "payload": order.payload.decode(),
        "payload_hash": order.payload_hash,
        "source_file": file_name,
        "position": order.position,
        "first_seen_at": stored.first_seen_at if stored else now,
        "fetched_at": now,
        "changed_at": now if stored else None,
    }


def _check_line(line: Mapping[str, str], index: int, number: str) -> dict[str, Any]:
    if line.get("orderid", number) != number:
        raise InvalidOrder(f"has a line ({index}) of another order")
    sku = line.get("productid", "")
    if not sku or len(sku) > 100:
        raise InvalidOrder(f"has no usable productid in line {index}")
    amount = line.get("amount", "")
    whole = _AMOUNT.fullmatch(amount)
    if whole is None or not 0 < int(whole[1]) <= _MOST_UNITS:
        raise InvalidOrder(f'has no whole number of units in line {index} (SKU {sku[:40]}): "{amount[:20]}"')
    return {"sku": sku, "name": line.get("product", ""), "amount": int(whole[1])}


def _date(fields: Mapping[str, str]) -> str:
    for name in ("date", "date2"):
        try:
            # The business's wall time; the models know its zone.
            read = datetime.strptime(fields.get(name, ""), _DATE_FORMAT)  # noqa: DTZ007
        except ValueError:
            continue
        if read.year >= 1990:
            # Not the text itself: `2025-1-2 3:4:5` is a date, too, and the models would not read it.
            return read.strftime(_DATE_FORMAT)
    raise InvalidOrder("has no date such as 2025-10-01 09:30:00")
