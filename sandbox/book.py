"""The rows that the sandbox serves, and the edits that change them; thread-safe."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sandbox.clock import Clock
from sandbox.pacific import instant_key, is_second_pass, to_ms, wall_key, wall_text
from sandbox.query import Query, select
from sandbox.reference import Reference
from sandbox.resources import FULFILLMENTS, ORDERS, PRODUCTS, SHIPMENTS, Row
from sandbox.settings import Compare
from sandbox.table import Record, Table

Trade = Callable[["Book", int, datetime], None]
# A client pages through one list at a time; a few kept selections serve several clients.
_KEPT_SELECTIONS = 8


class Book:
    """Orders, shipments and fulfillments, with their reference lists and receipts.

    Rows are ShipStation rows: times are Pacific wall time as text. Instants given to edits (`at`, `now`) are
    aware datetimes. Lists show a change only after `visibility_delay_seconds` on `clock`.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        compare: Compare = "wall_times",
        visibility_delay_seconds: float = 0.0,
        reference: Reference | None = None,
    ) -> None:
        """Create an empty book."""
        self.clock = clock or Clock()
        self.compare: Compare = compare
        self.visibility_delay_seconds = visibility_delay_seconds
        self.reference = reference or Reference()
        self.receipts: list[Row] = []
        self.lock = threading.RLock()
        self._trader: Trade | None = None
        self._late: deque[tuple[datetime, Table, Record]] = deque()
        self._selections: dict[tuple[str, int, object], list[int]] = {}
        key_of = wall_key if compare == "wall_times" else instant_key
        self.orders = Table(ORDERS, key_of)
        self.shipments = Table(SHIPMENTS, key_of)
        self.fulfillments = Table(FULFILLMENTS, key_of)
        self.products = Table(PRODUCTS, key_of)
        for row in self.reference.products:
            self.products.put(self.products.record_of(row))

    # ---------- reading

    def table(self, name: str) -> Table:
        """Return the table of a list; KeyError for an unknown name."""
        tables = {t.resource.name: t for t in (self.orders, self.shipments, self.fulfillments, self.products)}
        if name not in tables:
            raise KeyError(f"There is no list named {name!r}: use one of {', '.join(tables)}.")
        return tables[name]

    def order(self, order_id: int) -> Row:
        """Return the newest state of an order; KeyError when there is none."""
        return self._newest(self.orders, order_id).row()

    def shipment(self, shipment_id: int) -> Row:
        """Return the newest state of a label; KeyError when there is none."""
        return self._newest(self.shipments, shipment_id).row()

    def fulfillment(self, fulfillment_id: int) -> Row:
        """Return the newest state of a fulfillment; KeyError when there is none."""
        return self._newest(self.fulfillments, fulfillment_id).row()

    def payload(self, name: str, row_id: int) -> bytes | None:
        """Return the newest payload of a row, even if lists do not show it yet."""
        with self.lock:
            try:
                return self._newest(self.table(name), row_id).payload
            except KeyError:
                return None

    def newest(self, name: str) -> Iterable[Record]:
        """Return the newest state of every row of a list, even if the list does not show it yet."""
        with self.lock:
            table = self.table(name)
            late = {record.id: record for _, owner, record in self._late if owner is table}
            return [record for record in table if record.id not in late] + list(late.values())

    def highest_id(self, name: str) -> int:
        """Return the highest id of a list; 0 when it is empty."""
        with self.lock:
            table = self.table(name)
            index = table.index(table.resource.id_field)
            late = [record.id for _, owner, record in self._late if owner is table]
            return max([index[-1][1] if index else 0, *late])

    def page(self, name: str, query: Query) -> tuple[list[Record], int]:
        """Return the records of one page of a list, and the number of all matches."""
        with self.lock:
            self._show_late()
            table = self.table(name)
            wanted = (name, table.version, (query.signature, tuple(query.ranges.items())))
            ids = self._selections.get(wanted)
            if ids is None:
                ids = select(table, query)
                while len(self._selections) >= _KEPT_SELECTIONS:
                    del self._selections[next(iter(self._selections))]
                self._selections[wanted] = ids
            start = (query.page - 1) * query.page_size
            found = [table.get(row_id) for row_id in ids[start : start + query.page_size]]
            return [record for record in found if record is not None], len(ids)

    def counts(self) -> dict[str, int]:
        """Return the number of rows that each list shows."""
        with self.lock:
            self._show_late()
            return {table.resource.name: len(table) for table in (self.orders, self.shipments, self.fulfillments)}

    # ---------- raw rows

    def load(self, name: str, row: Row, payload: bytes | None = None) -> None:
        """Take a row of history, visible at once; `payload` are the bytes to serve, if not made from it."""
        with self.lock:
            table = self.table(name)
            table.put(table.record_of(row, payload))

    def put(self, name: str, row: Row, second_pass: Collection[str] = ()) -> None:
        """Store a row exactly as given; lists show it after the visibility delay.

        `second_pass` names its date fields that lie in the repeated hour after the clocks went back.
        """
        with self.lock:
            table = self.table(name)
            self._store(table, table.record_of(row, None, second_pass))

    def put_order(self, row: Row) -> None:
        """Store an order exactly as given: its modifyDate is not touched."""
        self.put("orders", row)

    def put_shipment(self, row: Row) -> None:
        """Store a label exactly as given."""
        self.put("shipments", row)

    def put_fulfillment(self, row: Row) -> None:
        """Store a fulfillment exactly as given."""
        self.put("fulfillments", row)

    def delete(self, name: str, row_id: int) -> bool:
        """Delete a row; False when it did not exist."""
        with self.lock:
            table = self.table(name)
            waiting = [entry for entry in self._late if not (entry[1] is table and entry[2].id == row_id)]
            was_waiting = len(waiting) < len(self._late)
            self._late = deque(waiting)
            return table.delete(row_id) or was_waiting

    def delete_order(self, order_id: int) -> bool:
        """Delete an order, as ShipStation does when orders are merged."""
        return self.delete("orders", order_id)

    # ---------- edits

    def edit_order(self, order_id: int, at: datetime, changes: Mapping[str, Any] | None = None) -> Row:
        """Change fields of an order and stamp `at` as its modifyDate; returns the new row."""
        with self.lock:
            row = self.order(order_id)
            row.update(changes or {})
            row["modifyDate"] = wall_text(to_ms(at))
            self.put("orders", row, ("modifyDate",) if is_second_pass(to_ms(at)) else ())
            return row

    def bulk_edit(self, ids: Iterable[int], at: datetime, changes: Mapping[str, Any] | None = None) -> int:
        """Change many orders at one instant, so that all get the same modifyDate; returns how many."""
        with self.lock:
            return len([self.edit_order(order_id, at, changes) for order_id in ids])

    def void_shipment(self, shipment_id: int, at: datetime) -> Row:
        """Void a label. Its order goes back to awaiting_shipment unless it has another valid label.

        The label itself gets no modify date, only a voidDate: ShipStation's labels have none.
        """
        with self.lock:
            row = self.shipment(shipment_id)
            row["voided"] = True
            row["voidDate"] = wall_text(to_ms(at))
            self.put("shipments", row, ("voidDate",) if is_second_pass(to_ms(at)) else ())
            order_id = row.get("orderId")
            if isinstance(order_id, int) and self._is_known(order_id) and not self._standing_labels(order_id):
                self.edit_order(order_id, at, {"orderStatus": "awaiting_shipment", "shipDate": None})
            return row

    # ---------- trading

    def set_trader(self, trader: Trade) -> None:
        """Set the callable that `trade` calls."""
        self._trader = trader

    @property
    def can_trade(self) -> bool:
        """Whether `trade` can be called."""
        return self._trader is not None

    def trade(self, steps: int, now: datetime | None = None) -> None:
        """Simulate `steps` events (new orders, labels, cancellations, voids …), the last one at `now`.

        The same seed, span and calls give the same rows. RuntimeError when the book has no trader.
        """
        if self._trader is None:
            raise RuntimeError("This book only serves the rows it was given; it cannot trade.")
        with self.lock:
            self._trader(self, steps, now or self.clock.now())

    # ---------- inside

    def _store(self, table: Table, record: Record) -> None:
        if self.visibility_delay_seconds <= 0:
            table.put(record)
            return
        due = self.clock.now().timestamp() + self.visibility_delay_seconds
        self._late.append((datetime.fromtimestamp(due, self.clock.now().tzinfo), table, record))

    def _show_late(self) -> None:
        now = self.clock.now()
        while self._late and self._late[0][0] <= now:
            _, table, record = self._late.popleft()
            table.put(record)

    def _newest(self, table: Table, row_id: int) -> Record:
        with self.lock:
            for _, owner, late in reversed(self._late):
                if owner is table and late.id == row_id:
                    return late
            record = table.get(row_id)
            if record is None:
                raise KeyError(f"There is no row {row_id} in {table.resource.name}.")
            return record

    def _is_known(self, order_id: int) -> bool:
        return self.payload("orders", order_id) is not None

    def _standing_labels(self, order_id: int) -> list[int]:
        late = [record.id for _, owner, record in self._late if owner is self.shipments]
        known = {*self.shipments.ids_with("orderId", order_id), *late}
        rows = [self.shipment(shipment_id) for shipment_id in sorted(known)]
        return [
            row["shipmentId"]
            for row in rows
            if row.get("orderId") == order_id and not row.get("voided") and not row.get("isReturnLabel")
        ]
