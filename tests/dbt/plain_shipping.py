"""What left the house, in plain Python from the raw rows: the rules of the business, not the models' SQL."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

Row = dict[str, Any]
LATE_DAYS = 60


@dataclass(frozen=True)
class Goods:
    """Units of one product (None: unknown) that left in one departure; the lot only when a text named it."""

    order_id: int
    shipment_id: int | None
    day: date | None
    sku: str | None
    lot: str | None
    quantity: int
    is_held_back: bool


@dataclass(frozen=True)
class Departure:
    """One way goods left an order, or a return label, which has postage only."""

    order_id: int
    shipment_id: int | None
    kind: str
    day: date | None
    service: tuple[str, str]
    postage_cents: int
    held_back: str | None
    items: list[Row]
    carries_rest: bool = False


class Dictionary:
    """The SKU texts that are sold, and what they stand for."""

    def __init__(self, products: list[str], aliases: list[tuple[str, str, int]]) -> None:
        self._parts: dict[str, list[tuple[str, int]]] = {code: [(code, 1)] for code in products}
        for alias, component, multiplier in aliases:
            self._parts.setdefault(spelled(alias) or "", []).append((component, multiplier))

    def read(self, text: str | None) -> tuple[list[tuple[str | None, int]], str | None]:
        """The products a text stands for, each with its units, and the lot it names."""
        key = spelled(text)
        if key is None:
            return [(None, 1)], None
        if key in self._parts:
            return list(self._parts[key]), None
        base, _, lot = key.rpartition("-")
        if base and re.fullmatch(r"[0-9]{5,}", lot):
            parts = self._parts.get(base)
            if parts is None:
                return [(None, 1)], lot
            return list(parts), lot if len(parts) == 1 else None
        return [(None, 1)], None


def spelled(text: str | None) -> str | None:
    """A SKU text in one spelling; None for nothing."""
    words = re.sub(r"\s*[-–]\s*", "-", " ".join((text or "").split())).upper()
    return words or None


class Shipping:
    """Every departure and what it carried; `printed` are all lines of orders and labels, void ones too.

    Args:
        connection: Where the raw tables are; only they and the reference data are read.
        timezone: The business's.
        dictionary: What SKU texts mean.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, timezone: str, dictionary: Dictionary) -> None:
        self._dictionary = dictionary
        self._zone = ZoneInfo(timezone)
        self.orders = {row["orderId"]: row for row in _documents(connection, "orders")}
        self._labels: defaultdict[int, list[Row]] = defaultdict(list)
        self.printed = [(order_id, line) for order_id in self.orders for line in self.lines(order_id)]
        for row in _documents(connection, "shipments"):
            order_id = row["orderId"] or -row["shipmentId"]
            self.printed += [(order_id, item) for item in row["shipmentItems"]]
            if not _is_void(row):
                self._labels[order_id].append(row)
        self._marks: defaultdict[int, list[Row]] = defaultdict(list)
        for row in _documents(connection, "fulfillments"):
            if not _is_void(row):
                self._marks[row["orderId"]].append(row)
        self.departures = [
            departure for order_id in {*self.orders, *self._labels} for departure in self._departures(order_id)
        ]
        self.goods = self._pack()

    def lines(self, order_id: int) -> list[Row]:
        """The lines of an order, numbered as they stand."""
        return self.orders[order_id]["items"] if order_id in self.orders else []

    def components(self, row: Row) -> list[tuple[str | None, str | None, int]]:
        """Product, lot and units of one unit of a line."""
        parts, lot = self._dictionary.read(row["sku"])
        return [(sku, lot, units) for sku, units in parts]

    def _departures(self, order_id: int) -> list[Departure]:
        labels = sorted(self._labels[order_id], key=lambda row: (row["createDate"], row["shipmentId"]))
        outbound = [row for row in labels if not row["isReturnLabel"]]
        silent = [row["shipmentId"] for row in outbound if not row["shipmentItems"]]
        found = [self._of_label(order_id, row, row["shipmentId"] in silent[:1]) for row in labels]
        order = self.orders.get(order_id)
        if order is not None and order["orderStatus"] == "shipped" and not outbound:
            found.append(self._of_order(order))
        return found

    def _of_label(self, order_id: int, row: Row, carries_rest: bool) -> Departure:
        day = _day(row["shipDate"])
        return Departure(
            order_id,
            row["shipmentId"],
            "return" if row["isReturnLabel"] else "label",
            day,
            (row["carrierCode"] or "unknown", row["serviceCode"] or "unknown"),
            _cents(row["shipmentCost"]) + _cents(row["insuranceCost"]),
            self._held_back(day, row),
            [] if row["isReturnLabel"] else row["shipmentItems"],
            carries_rest,
        )

    def _of_order(self, order: Row) -> Departure:
        marks = sorted(
            self._marks[order["orderId"]],
            key=lambda row: (_day(row["shipDate"]) or date.max, row["fulfillmentId"]),
        )
        source = marks[0] if marks else order
        day = (_day(marks[0]["shipDate"]) if marks else None) or _day(order["shipDate"])
        reason = self._held_back(day, source)
        return Departure(order["orderId"], None, "order", day, ("", ""), 0, reason, [], True)

    def _held_back(self, day: date | None, row: Row) -> str | None:
        if day is None:
            return "missing_ship_date"
        seen = row["first_seen_at"].astimezone(self._zone).date()
        is_late = day < seen - timedelta(days=LATE_DAYS) and row["arrived_by"] != "backfill"
        return "historical_shipment" if is_late else None

    def _pack(self) -> list[Goods]:
        packed: list[Goods] = []
        listed: defaultdict[tuple[int, int], int] = defaultdict(int)
        for departure in self.departures:
            for item in departure.items:
                lines = self.lines(departure.order_id)
                if item["adjustment"] or any(_same(line, item) and line["adjustment"] for line in lines):
                    continue
                place = _place(lines, item)
                if place is not None:
                    listed[departure.order_id, place] += item["quantity"]
                packed += self._carried(departure, item, item["quantity"])
        for departure in self.departures:
            if departure.carries_rest:
                for place, row in enumerate(self.lines(departure.order_id)):
                    rest = row["quantity"] - listed[departure.order_id, place]
                    if not row["adjustment"] and rest > 0:
                        packed += self._carried(departure, row, rest)
        return packed

    def _carried(self, departure: Departure, row: Row, quantity: int) -> list[Goods]:
        return [
            Goods(
                departure.order_id, departure.shipment_id, departure.day, sku, lot, units * quantity,
                departure.held_back is not None,
            )
            for sku, lot, units in self.components(row)
            if quantity
        ]  # fmt: skip


def _documents(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    rows = connection.execute(
        f"select payload, kept_fields, first_seen_at, arrived_by from warehouse.raw_shipstation.{table}"
    ).fetchall()
    return [
        _whole(json.loads(kept or "{}") | json.loads(payload)) | {"first_seen_at": seen, "arrived_by": arrived_by}
        for payload, kept, seen, arrived_by in rows
    ]


def _whole(document: Row) -> Row:
    """A row with every field that is read here, null where ShipStation printed none; so are its lines."""
    row = defaultdict(lambda: None, document)
    for field in ("items", "shipmentItems"):
        row[field] = [defaultdict(lambda: None, line) for line in row[field] or []]
    return row


def _is_void(row: Row) -> bool:
    return bool(row["voided"] or row["voidDate"])


def _day(text: str | None) -> date | None:
    return None if text is None or text.startswith("0001") else datetime.fromisoformat(text[:10]).date()


def _cents(amount: Any) -> int:
    return int((Decimal(str(amount or 0)) * 100).to_integral_value(ROUND_HALF_UP))


def _same(line: Row, item: Row) -> bool:
    return line["orderItemId"] is not None and line["orderItemId"] == item["orderItemId"]


def _place(lines: list[Row], item: Row) -> int | None:
    """Where the line stands that a label's item is of: the first with its id, else the first with its text."""
    by_id = [place for place, line in enumerate(lines) if _same(line, item)]
    text = spelled(item["sku"])
    by_text = [place for place, line in enumerate(lines) if text and spelled(line["sku"]) == text]
    return next(iter(by_id + by_text), None)
