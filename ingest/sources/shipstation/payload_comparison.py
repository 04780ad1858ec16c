"""What a comparison of ShipStation with the warehouse finds, and how two payloads of a row differ."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ingest.client.payload import Fields, Payload
from ingest.sources.shipstation.load_exceptions import Finding, mismatch_key
from ingest.sources.shipstation.order_states import OrderState

_MOST_TOLD = 200


@dataclass(frozen=True)
class Difference:
    """One row on which the two sides disagree.

    Attributes:
        table: orders, shipments or fulfillments.
        key: The row's id.
        kind: `missing_here`, `missing_there` or `different`.
        fields: The fields that differ.
        order_number: The order's number as far as known.
        repaired: Whether the repair put it right.
    """

    table: str
    key: int
    kind: str
    fields: tuple[str, ...] = ()
    order_number: str | None = None
    repaired: bool = False


@dataclass
class Comparison:
    """What comparing a span gave: counts of both sides, and the differences.

    Attributes:
        rows_there: Rows in ShipStation by table; `rows_here` the same in the warehouse.
        units_there: Units of goods on the orders' lines in ShipStation; `units_here` the same in the warehouse.
        missing_here: How many rows are missing here; the same for `missing_there` and `different`.
        repaired: How many of them were put right.
        differences: The first ones, one by one.
        wrong: Keys, as findings have them, of all rows that differ and were not put right.
        states: Orders that ShipStation does not know any more, or knows again.
        compared: Keys, as findings have them, of all rows that were compared.
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
        """Count a difference; only the first ones are kept one by one."""
        setattr(self, difference.kind, getattr(self, difference.kind) + 1)
        self.repaired += difference.repaired
        if not difference.repaired:
            self.wrong.add(mismatch_key(difference.table, difference.key))
        if len(self.differences) < _MOST_TOLD:
            self.differences.append(difference)


def finding_of(difference: Difference, now: datetime) -> Finding:
    """The finding for a difference that stays."""
    words = {
        "missing_here": "is in ShipStation but not here",
        "missing_there": "is here but no longer in ShipStation's list",
        "different": f"differs in {', '.join(difference.fields)}",
    }[difference.kind]
    return Finding(
        mismatch_key(difference.table, difference.key),
        "field_mismatch",
        "warning",
        f"A row of {difference.table} ({difference.key}) {words}. Run `reconcile --repair` over its day.",
        now,
        shipstation_order_id=difference.key if difference.table == "orders" else None,
        order_number=difference.order_number,
    )


def differing_fields(there: Payload, here: Fields) -> tuple[str, ...]:
    """Names of the fields that say something else there than here; what is absent there says nothing."""
    return tuple(sorted(name for name, value in there.fields.items() if value != here.get(name)))


def units(payload: Fields) -> int:
    """Units of goods on an order's lines; adjustments and refunds are no goods."""
    return sum(
        max(item["quantity"], 0)
        for item in _lines(payload)
        if isinstance(item.get("quantity"), int) and not item.get("adjustment")
    )


def _lines(payload: Fields) -> Iterable[dict[str, Any]]:
    items = payload.get("items")
    return [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []


def number_of(payload: Fields) -> str | None:
    """The order number a payload speaks of."""
    number = payload.get("orderNumber")
    return number if isinstance(number, str) else None
