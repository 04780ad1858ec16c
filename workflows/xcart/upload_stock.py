"""What an upload reads from the warehouse: the shop's waiting orders, and the units that are still free."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import orjson

from workflows.config.settings import Settings
from workflows.config.snapshots import reading_snapshot
from workflows.errors import HomeUnusable
from workflows.xcart.upload_log import UploadEvent
from workflows.xcart.upload_plan import Held, Item, LocalOrder, LotQueues, Queue

_WAITING = """
select order_key, order_number, ordered_at, is_manual_number
from ledger.marts.local_orders where state in ('waiting', 'uploaded') order by order_number
"""
_THAT_WAIT = "from marts.local_orders where state = 'waiting' or upload_event = 'sending'"
_ITEMS = """
select items.order_number, items.sku_code, coalesce(skus.product_name, items.sold_as), items.sold_as,
    items.sku_status, items.quantity
from ledger.marts.local_order_items as items
inner join ledger.marts.local_orders as orders using (order_number)
left join ledger.marts.skus as skus on items.sku_code = skus.sku_code
where orders.state in ('waiting', 'uploaded')
order by items.order_number, items.item_key
"""
_LOTS = """
select sku_code, lot_number, quantity_on_hand
from ledger.marts.lot_inventory where pick_rank is not null order by sku_code, pick_rank
"""
_PROMISED = "select sku_code, lot_number, quantity_promised from intermediate.int_lots_promised order by all"
# Orders that ShipStation knows by their number alone, with less of a product than the shop sold.
_PARTLY_THERE = """
with there as (
    select orders.order_number, lines.sku_code, sum(lines.quantity) as quantity
    from ledger.marts.local_orders as orders
    inner join ledger.marts.orders_inbox as inbox using (order_number)
    inner join intermediate.int_lines_resolved as lines
        on inbox.shipstation_order_id = lines.shipstation_order_id and lines.shipment_id is null
    where orders.state = 'in_shipstation' and inbox.order_status <> 'cancelled'
    group by all
)
select orders.order_key, orders.order_number, items.sku_code, items.quantity, coalesce(there.quantity, 0)
from ledger.marts.local_orders as orders
inner join ledger.marts.orders_inbox as inbox
    on orders.shipstation_order_id = inbox.shipstation_order_id
    and inbox.order_key is distinct from orders.order_key
inner join ledger.marts.local_order_items as items on orders.order_number = items.order_number
left join there on orders.order_number = there.order_number and items.sku_code = there.sku_code
where orders.state = 'in_shipstation' and items.sku_status = 'stocked'
    and coalesce(there.quantity, 0) < items.quantity
order by all
"""


class Stock:
    """The warehouse as the last build left it, open for reading."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def waiting(self) -> list[LocalOrder]:
        """Return the orders that ShipStation did not have when it was last read."""
        items: dict[str, list[Item]] = defaultdict(list)
        for number, *item in self._rows(_ITEMS):
            items[number].append(Item(*item))
        return [
            LocalOrder(key, number, ordered_at.astimezone(UTC), is_manual, tuple(items[number]))
            for key, number, ordered_at, is_manual in self._rows(_WAITING)
        ]

    def free_lots(self, pending: Iterable[UploadEvent]) -> LotQueues:
        """Return the units of each lot that are not promised to an order.

        Args:
            pending: Orders that were sent and are not loaded yet: their lots are taken.
        """
        lots: dict[str, Queue] = defaultdict(list)
        for sku, lot, units in self._rows(_LOTS):
            lots[sku].append((lot, units))
        queues = LotQueues(lots)
        promised = self._rows(_PROMISED)
        for sku, lot, units in promised:
            if lot is not None:
                queues.take_lot(sku, lot, units)
        for event in pending:
            for line in event.lines:
                queues.take_lot(line.sku_code, line.lot_number, line.quantity)
        for sku, lot, units in promised:
            if lot is None:
                queues.take(sku, units)
        return queues

    def partly_there(self) -> list[Held]:
        """Return open orders that were typed into ShipStation with less than the shop sold."""
        return [
            Held(
                key,
                number,
                "partly_there",
                f"ShipStation has {there} of {wanted} {sku} under this number. Complete the order there.",
            )
            for key, number, sku, wanted, there in self._rows(_PARTLY_THERE)
        ]

    def shop_payloads(self, numbers: list[str]) -> dict[str, dict[str, Any]]:
        """Return the orders with these numbers as the shop's file has them, with personal data."""
        rows = self._connection.execute(
            "select order_number, payload from raw_xcart.orders where order_number in (select unnest(?))",
            [numbers],
        ).fetchall()
        return {number: orjson.loads(payload) for number, payload in rows}

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self._connection.execute(sql).fetchall()


def orders_wait(settings: Settings) -> bool:
    """Return whether an upload could have something to do, by the published snapshot."""
    try:
        with reading_snapshot(settings) as snapshot:
            if snapshot is None:
                return False
            return snapshot.connection.execute(f"select 1 {_THAT_WAIT} limit 1").fetchone() is not None
    except HomeUnusable:
        # The upload itself says what is wrong.
        return True


def waiting_since(settings: Settings) -> datetime | None:
    """Return since when (UTC) the first order has waited for an upload; None when none waits."""
    with suppress(HomeUnusable), reading_snapshot(settings) as snapshot:
        if snapshot is not None:
            since = snapshot.connection.execute(f"select min(first_seen_at) {_THAT_WAIT}").fetchall()[0][0]
            return since.astimezone(UTC) if since else None
    return None


@contextmanager
def open_stock(settings: Settings) -> Iterator[Stock]:
    """Open the stock for as long as the block lasts; only the worker may call it."""
    with duckdb.connect(str(settings.warehouse), read_only=True) as connection:
        connection.execute(f"attach '{_quoted(settings.ledger)}' as ledger (read_only)")
        yield Stock(connection)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
