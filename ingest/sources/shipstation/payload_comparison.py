"""The result of comparing ShipStation with the warehouse, and how two payloads of a row differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.client.payload import Fields, Payload
from ingest.exceptions import ExceptionRow
from ingest.sources.shipstation.load_exceptions import mismatch_key
from ingest.sources.shipstation.order_states import OrderState

_MOST_LISTED = 200


@dataclass(frozen=True)
class Difference:
    """One row on which the two sides disagree.

    Attributes:
        table: orders, shipments or fulfillments.
        key: The row's id.
        kind: `missing_here`, `missing_there` or `different`.
        fields: The fields that differ.
        order_number: The order's number as far as known.
        repaired: Whether it was repaired.
    """

    table: str
    key: int
    kind: str
    fields: tuple[str, ...] = ()
    order_number: str | None = None
    repaired: bool = False


@dataclass
class Comparison:
    """The result of comparing a span: counts of both sides, and the differences.

    Attributes:
        rows_there: Rows in ShipStation by table; `rows_here` the same in the warehouse.
        units_there: Units of goods on the orders' lines in ShipStation; `units_here` the same in the warehouse.
        missing_here: Number of rows missing in the warehouse; likewise `missing_there` and `different`.
        repaired: Number of differences that were repaired.
        differences: The first ones.
        wrong: Keys of the exceptions of all rows that differ and were not repaired.
        states: Orders that ShipStation does not know any more, or knows again.
        compared: Keys that the exceptions of all compared rows have or would have.
    """

    rows_there: dict[str, int] = field(default_factory=dict)
    rows_here: dict[str, int] = field(default_factory=dict)
    units_there: int = 0
    units_here: int = 0
    missing_here: int = 0
    missing_there: int = 0
    different: int = 0
    repaired: int = 0
    differences: list[Difference] = field(default_factory=list)
    wrong: set[str] = field(default_factory=set)
    states: list[OrderState] = field(default_factory=list)
    compared: set[str] = field(default_factory=set)

    def note(self, difference: Difference) -> None:
        """Count a difference, and list it if it is one of the first."""
        setattr(self, difference.kind, getattr(self, difference.kind) + 1)
        self.repaired += difference.repaired
        if not difference.repaired:
            self.wrong.add(mismatch_key(difference.table, difference.key))
        if len(self.differences) < _MOST_LISTED:
            self.differences.append(difference)


def exception_of(difference: Difference, now: datetime) -> ExceptionRow:
    """Return the exception of a difference that was not repaired."""
    words = {
        "missing_here": "is in ShipStation but not here",
        "missing_there": "is here but no longer in ShipStation's list",
        "different": f"differs in {', '.join(difference.fields)}",
    }[difference.kind]
    return ExceptionRow(
        mismatch_key(difference.table, difference.key),
        "field_mismatch",
        "warning",
        f"A row of {difference.table} ({difference.key}) {words}. Reconcile and repair its day.",
        now,
        shipstation_order_id=difference.key if difference.table == "orders" else None,
        order_number=difference.order_number,
    )


def differing_fields(there: Payload, here: Fields) -> tuple[str, ...]:
    """Return the names of the fields that differ; a field that ShipStation left out does not count."""
    return tuple(sorted(name for name, value in there.fields.items() if value != here.get(name)))


def units(payload: Fields) -> int:
    """Return the units of goods on an order's lines, without adjustments and refunds."""
    return sum(
        max(item["quantity"], 0)
        for item in _lines(payload)
        if isinstance(item.get("quantity"), int) and not item.get("adjustment")
    )


def _lines(payload: Fields) -> Iterable[dict[str, Any]]:
    items = payload.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def number_of(payload: Fields) -> str | None:
    """Return the order number in a payload."""
    number = payload.get("orderNumber")
    return number if isinstance(number, str) else None
