"""A lot's balance: receipts, shipments, and open orders that name it; quick for any number of packages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from workflows.errors import UsageError

_LOT = """
    select lots.received_date, skus.product_name, stock.quantity_on_hand
    from marts.lots as lots
    left join marts.skus as skus on lots.sku_code = skus.sku_code
    left join marts.lot_inventory as stock on lots.lot_id = stock.lot_id
    where lots.sku_code = $1 and lots.lot_number = $2
"""
_MOVED = """
    select transaction_type, sum(quantity)::bigint as quantity
    from marts.inventory_transactions
    where sku_code = $1 and lot_number = $2
    group by transaction_type
"""
_SHIPPED = """
    select
        coalesce(sum(quantity_shipped), 0)::bigint as unit_count,
        count(distinct shipstation_order_id) as order_count,
        count(distinct (shipstation_order_id, shipment_id, ship_date)) as package_count
    from marts.shipped_items
    where sku_code = $1 and lot_number = $2
"""
_OPEN_ORDERS = """
    select
        orders.order_date, orders.order_number, orders.order_status, sum(items.quantity)::bigint as quantity,
        orders.shipstation_order_id
    from marts.order_items_inbox as items
    inner join marts.orders_inbox as orders on items.shipstation_order_id = orders.shipstation_order_id
    where
        items.sku_code = $1 and items.lot_number = $2 and items.quantity > 0 and orders.is_open
    group by all
    order by all
"""
_SHIP = "ship"
_KINDS = {
    "opening": "Opening stock",
    "receive": "Received",
    "repack": "Repacked",
    "adjust_up": "Adjusted up",
    "adjust_down": "Adjusted down",
    "count": "Counted",
    "ship": "Shipped",
}


@dataclass(frozen=True)
class Movement:
    """The sum of one kind of movement: its name for people, and the units, signed."""

    name: str
    quantity: int


class Readable(Protocol):
    """An open snapshot: a report's or the page's."""

    def rows(self, query: str, *parameters: Any) -> list[dict[str, Any]]:
        """Return the result of a query, one dictionary a row."""


@dataclass(frozen=True)
class LotFacts:
    """The balance of a lot, without its single packages.

    Attributes:
        sku_code: The product's code.
        lot_number: The lot.
        product_name: The product.
        received_date: When it was received, None when nobody entered it.
        quantity_on_hand: Units on the shelf at the snapshot; None for a product that is not stocked here.
        movements: Its movements by kind; their sum is what is on hand.
        open_orders: Orders not shipped yet whose lines name the lot: `order_date`, `order_number`, `order_status`,
            `quantity`, `shipstation_order_id`.
        unit_count: Units shipped.
        order_count: Orders they went with.
        package_count: Packages they went in.
        is_balanced: The movements add up to what is on hand, and the shipments to what was shipped.
    """

    sku_code: str
    lot_number: str
    product_name: str
    received_date: date | None
    quantity_on_hand: int | None
    movements: tuple[Movement, ...]
    open_orders: tuple[dict[str, Any], ...]
    unit_count: int
    order_count: int
    package_count: int
    is_balanced: bool

    @property
    def is_sound(self) -> bool:
        """Whether every unit is accounted for: the sums agree, and no more left than came."""
        return self.is_balanced and (self.quantity_on_hand or 0) >= 0

    @property
    def verdict(self) -> str:
        """The result of the balance, for people."""
        if not self.is_balanced:
            return "NOT balanced: units of this lot are not accounted for. Check the health, and count the shelf."
        if not self.is_sound:
            return (
                f"{-(self.quantity_on_hand or 0):,} more left than came: a receipt is missing, or labels name "
                "this lot for units of another. Look at the neighbouring lots too."
            )
        return "Balanced: receipts less shipments are on hand, and every shipped unit is listed below."


def read_lot(source: Readable, sku_code: str, lot_number: str) -> LotFacts:
    """Read the balance of a lot; quick for any number of packages.

    Raises:
        UsageError: The snapshot knows no such lot.
    """
    found = source.rows(_LOT, sku_code, lot_number)
    if not found:
        raise UsageError(f"There is no lot {lot_number!r} of {sku_code!r}. Look it up under Inventory.")
    moved = {row["transaction_type"]: row["quantity"] for row in source.rows(_MOVED, sku_code, lot_number)}
    shipped = source.rows(_SHIPPED, sku_code, lot_number)[0]
    on_hand = found[0]["quantity_on_hand"]
    return LotFacts(
        sku_code=sku_code,
        lot_number=lot_number,
        product_name=found[0]["product_name"] or "",
        received_date=found[0]["received_date"],
        quantity_on_hand=on_hand,
        movements=tuple(Movement(name, moved[kind]) for kind, name in _KINDS.items() if kind in moved),
        open_orders=tuple(source.rows(_OPEN_ORDERS, sku_code, lot_number)),
        **shipped,
        is_balanced=sum(moved.values()) == on_hand and shipped["unit_count"] == -moved.get(_SHIP, 0),
    )
