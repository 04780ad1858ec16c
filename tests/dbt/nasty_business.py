"""A small business in which everything that ever went wrong goes wrong again; the same for the same seed."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import duckdb
import raw_tables
from nasty_labels import listed_on_labels
from shipstation_payloads import Payload, fulfillment, label, line, order

OPENING_DAY = date(2025, 9, 19)
# The nights the clocks change, days around them, ends of weeks, months and the year, and ordinary days.
TODAYS = [
    date(2025, 9, 26), date(2025, 10, 1), date(2025, 10, 3), date(2025, 11, 1), date(2025, 11, 2),
    date(2025, 11, 3), date(2025, 12, 31), date(2026, 1, 8), date(2026, 1, 9), date(2026, 3, 7), date(2026, 3, 8),
    date(2026, 3, 9),
]  # fmt: skip
ZONES = ["America/Chicago"] * 4 + ["Europe/Berlin", "Pacific/Auckland", "America/Los_Angeles"]
CODES = ["17612", "17612", "17612", "17904", "17914", "18675", "18795"]
LOTS = ["250237", "250240", "250297", "240231", "11001", "250300", "250400", "2505001"]
ODD_TEXTS = [
    "17613 - 250300", "17613", "17905", "17612-6", "17612 - 15", "17612-40", "17612-6-250300", "18225", "18605",
    "18605 - 250300", "18615", "18315", "17975", "17975 - 250300", "99999 - 250300", "99999", "GIFT CARD",
    "17612-7", "17612 - 2503", "", None, "17612\u200b - 250300", "\ufeff179\u00ad04", "17612\u00ad250300\u200f",
]  # fmt: skip
DASHES = [" - ", "-", " -", "- ", "  -   ", " – "]
QUANTITIES = [0, 1, 1, 1, 2, 3, 5, 6, 12, 40]
ODD_QUANTITIES = [-1, -3, None, "1,200", "2", 2.5, True, "two", {}, 3.0]
AMOUNTS = [0, 0.99, 7, 8.35, "7.1", 12.4, None, "7,10"]
STATUSES = ["shipped"] * 7 + [
    "awaiting_shipment", "on_hold", "awaiting_payment", "pending_fulfillment", "cancelled", "some_new_status",
]  # fmt: skip


class NastyBusiness:
    """Its rows as they were at first, and as they are after a burst of changes.

    Attributes:
        as_of: The instant (UTC) of the next build.
        timezone: The business's.
    """

    def __init__(self, seed: int) -> None:
        self._rng = random.Random(seed)
        self._ids = count(1)
        self._today = self._rng.choice(TODAYS)
        self.timezone = self._rng.choice(ZONES)
        self.as_of = self._instant(self._today)
        self._rows: dict[str, dict[int, Payload]] = {"orders": {}, "shipments": {}, "fulfillments": {}}
        self._changed: dict[str, set[int]] = {name: set() for name in self._rows}
        self._entries = count(1)
        self._loads = count(1)

    def begin(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Orders, labels, marks and entries from nothing; now and then a factor or a rate changes on some day."""
        for _ in range(self._rng.randint(3, 25)):
            self._take_order()
        self._change_reference(connection)
        self._load(connection)

    def change(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Some days later: voids, edits of every kind, late history, new orders and entries."""
        self._today += timedelta(days=self._rng.choice([0, 0, 1, 3, 9]))
        self.as_of = self._instant(self._today)
        for _ in range(self._rng.randint(1, 8)):
            edit = self._rng.choice([
                self._take_order, self._void, self._redate, self._relabel, self._lose_line, self._reword,
                self._move_label, self._turn, self._mark_late,
            ])  # fmt: skip
            edit()
        self._load(connection)

    # ---------- what comes in

    def _take_order(self) -> None:
        order_id = next(self._ids)
        lines = [self._line() for _ in range(self._rng.choice([0, 1, 1, 1, 2, 3, 5]))]
        if lines and self._rng.random() < 0.25:
            again = {"orderItemId": self._rng.choice([next(self._ids), None])}
            if self._rng.random() < 0.5:
                again["quantity"] = self._rng.choice(QUANTITIES)
            lines.append(lines[0] | again)
        status = self._rng.choice(STATUSES)
        day = self._ship_day()
        changes = {"shipDate": self._rng.choice([day, day, day, None])} | self._number()
        self._put("orders", order_id, order(order_id, self._misprinted(lines), status, **changes))
        if status == "shipped" or self._rng.random() < 0.15:
            self._rng.choice([self._send, self._send, self._send, self._mark, self._send_and_mark])(
                order_id, lines, day
            )

    def _number(self) -> Payload:
        """Now and then the number of another order, of the same customer or not, split off it or not."""
        known = list(self._rows["orders"])
        if not known or self._rng.random() > 0.12:
            return {"customerId": self._rng.choice([7, 8, None])}
        other = self._rows["orders"][self._rng.choice(known)]
        parent = other["orderId"] if self._rng.random() < 0.3 else None
        return {
            "orderNumber": other["orderNumber"].strip() + self._rng.choice(["", " ", "\u00a0"]),
            "customerId": self._rng.choice([7, 8, None]),
            "advancedOptions": {"mergedIds": [], "parentId": parent},
        }

    def _line(self) -> Payload:
        quantity = self._rng.randint(100, 1300) if self._rng.random() < 0.06 else self._rng.choice(QUANTITIES)
        if self._rng.random() < 0.08:
            return line(None, 1, adjustment=True, orderItemId=next(self._ids))
        return line(self._text(), quantity, orderItemId=next(self._ids))

    def _misprinted(self, rows: list[Payload]) -> list[Payload]:
        """The same lines; now and then a refund, or a quantity that cannot be read."""
        return [
            row | {"quantity": self._rng.choice(ODD_QUANTITIES)} if self._rng.random() < 0.08 else row
            for row in rows
        ]

    def _text(self) -> str | None:
        chance = self._rng.random()
        if chance < 0.3:
            return self._rng.choice(ODD_TEXTS)
        code = self._rng.choice(CODES)
        return code if chance < 0.6 else code + self._rng.choice(DASHES) + self._rng.choice(LOTS)

    def _ship_day(self) -> str | None:
        """Mostly a day since the opening; now and then long before, yet to come, or none."""
        chance = self._rng.random()
        if chance < 0.05:
            return self._rng.choice([None, "0001-01-01"])
        if chance < 0.12:
            return str(self._today - timedelta(days=self._rng.choice([59, 60, 61, 62, 200])))
        if chance < 0.18:
            return str(self._today + timedelta(days=self._rng.choice([0, 1, 2, 7, 8, 8, 13000, 13000])))
        span = (self._today - OPENING_DAY).days
        return str(OPENING_DAY + timedelta(days=self._rng.randint(-2, span)))

    def _send(self, order_id: int, lines: list[Payload], day: str | None) -> None:
        """One label or several; now and then a return label, or a label of an order that never comes."""
        for listed in listed_on_labels(self._rng, lines):
            self._label(order_id, self._rng.choice([day, day, self._ship_day()]), listed)
        if self._rng.random() < 0.1:
            self._label(order_id, day, self._rng.choice([None, lines]), isReturnLabel=True)
        if self._rng.random() < 0.12:
            self._label(90_000 + next(self._ids), day, [self._line()])

    def _label(self, order_id: int, day: str | None, items: list[Payload] | None, **changes: Any) -> None:
        shipment_id = next(self._ids)
        costs = {"shipmentCost": self._rng.choice(AMOUNTS), "insuranceCost": self._rng.choice(AMOUNTS)}
        service = {
            "carrierCode": self._rng.choice(["ups", "usps", None]),
            "serviceCode": self._rng.choice(["a", "b", None]),
        }
        row = label(shipment_id, order_id, day, items and self._misprinted(items), **(costs | service | changes))
        row["createDate"] = f"2026-01-{self._rng.randint(1, 28):02}T{self._rng.randint(0, 23):02}:00:00.0000000"
        self._put("shipments", shipment_id, row | self._voiding(0.12))

    def _mark(self, order_id: int, _lines: list[Payload], day: str | None) -> None:
        for _ in range(self._rng.choice([1, 1, 2])):
            mark_id = next(self._ids)
            row = fulfillment(mark_id, order_id, self._rng.choice([day, day, None]))
            self._put("fulfillments", mark_id, row | self._voiding(0.2))

    def _send_and_mark(self, order_id: int, lines: list[Payload], day: str | None) -> None:
        self._send(order_id, lines, day)
        self._mark(order_id, lines, self._ship_day())

    def _voiding(self, share: float) -> Payload:
        is_void = self._rng.random() < share
        return {"voided": is_void, "voidDate": "2026-01-14T09:00:00.0000000" if is_void else None}

    # ---------- what changes

    def _void(self) -> None:
        self._edit(self._rng.choice(["shipments", "fulfillments"]), **self._voiding(1))

    def _redate(self) -> None:
        self._edit(self._rng.choice(list(self._rows)), shipDate=self._ship_day())

    def _relabel(self) -> None:
        order_id = self._edit("shipments", **self._voiding(1))
        if order_id is not None:
            self._label(order_id, self._ship_day(), None)

    def _mark_late(self) -> None:
        for order_id in self._some("orders"):
            self._mark(order_id, [], self._ship_day())

    def _lose_line(self) -> None:
        for order_id in self._some("orders"):
            self._edit_row("orders", order_id, items=(self._rows["orders"][order_id]["items"])[1:])

    def _reword(self) -> None:
        for order_id in self._some("orders"):
            rows = self._rows["orders"][order_id]["items"]
            self._edit_row("orders", order_id, items=[row | {"sku": self._text()} for row in rows])

    def _move_label(self) -> None:
        for other in self._some("orders"):
            self._edit("shipments", orderId=other)

    def _turn(self) -> None:
        self._edit("orders", orderStatus=self._rng.choice(STATUSES))

    def _edit(self, name: str, **changes: Any) -> int | None:
        for row_id in self._some(name):
            return int(self._edit_row(name, row_id, **changes)["orderId"])
        return None

    def _some(self, name: str) -> list[int]:
        return self._rng.sample(list(self._rows[name]), min(1, len(self._rows[name])))

    def _edit_row(self, name: str, row_id: int, **changes: Any) -> Payload:
        row = self._rows[name][row_id] | changes
        self._put(name, row_id, row)
        return row

    def _put(self, name: str, row_id: int, row: Payload) -> None:
        self._rows[name][row_id] = row
        self._changed[name].add(row_id)

    # ---------- into the warehouse

    def _load(self, connection: duckdb.DuckDBPyConnection) -> None:
        load_id = f"load-{next(self._loads)}"
        raw_tables.set_context(connection, self.as_of, self.timezone, run_id=load_id)
        for name, ids in self._changed.items():
            came: dict[str, list[Payload]] = {"sync": [], "backfill": []}
            for row_id in sorted(ids):
                came[self._rng.choice(list(came))].append(self._rows[name][row_id])
            for arrived_by, rows in came.items():
                raw_tables.load(connection, name, rows, load_id, seen_at=self.as_of, arrived_by=arrived_by)
            ids.clear()
        for _ in range(self._rng.randint(0, 6)):
            self._enter(connection)

    def _enter(self, connection: duckdb.DuckDBPyConnection) -> None:
        kind = self._rng.choice(["receive", "receive", "repack", "adjust_up", "adjust_down", "count", "lend"])
        quantity = self._rng.choice([0, 3, 9, 48, 576, 576])
        if kind == "count":
            quantity *= self._rng.choice([1, -1])
        day = OPENING_DAY + timedelta(days=self._rng.randint(-1, (self._today - OPENING_DAY).days))
        lot = self._rng.choice([None, *LOTS, *LOTS, " 250400 ", "17612 - 250300"])
        code = self._rng.choice([*CODES, "17975", "99999"])
        raw_tables.enter(connection, f"e{next(self._entries)}", kind, str(day), code, quantity, lot)

    def _change_reference(self, connection: duckdb.DuckDBPyConnection) -> None:
        eve = OPENING_DAY + timedelta(days=self._rng.randint(0, 40))
        table, values = self._rng.choice([
            ("pallet_factors", "'17612', 64"), ("pallet_factors", "'18795', 100"),
            ("rate_card", "'order', 450, 'x'"), ("rate_card", "'storage', 50, 'x'"), ("", ""), ("", ""),
        ])  # fmt: skip
        if table:
            key, name = ("charge_type" if table == "rate_card" else "sku_code"), values.split(",")[0]
            connection.execute(f"""
                update seeds.{table} set valid_to = date '{eve}' where {key} = {name} and valid_to is null;
                insert into seeds.{table} values ({values}, date '{eve}' + 1, null)
            """)

    def _instant(self, day: date) -> datetime:
        """An instant of a day in America, at any hour, the one before and after midnight included."""
        return datetime(
            day.year, day.month, day.day, self._rng.choice([0, 5, 6, 7, 8, 12, 18, 23]), 30, tzinfo=UTC
        )
