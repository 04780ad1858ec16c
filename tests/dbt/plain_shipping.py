"""What left the house, in plain Python from the raw rows: the rules of the business, not the models' SQL."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

import duckdb

Row = dict[str, Any]
LATE_DAYS = 60
EARLY_DAYS = 7
# Prints nothing, or prints as a space, in what the nasty business types.
UNSEEN = re.compile("[\u00ad\u200b\u200f\ufeff]")


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


@dataclass
class Piece:
    """Units of one product (or unknown text) in a line or an item; `left` falls as lines and items meet."""

    row: Row
    kind: str
    sku: str | None
    lot: str | None
    left: int


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
    pieces: list[Piece]


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
    words = re.sub(r"\s*[-–]\s*", "-", " ".join(UNSEEN.sub("", text or "").split())).upper()
    return words or None


def kind_of_unknown(text: str | None) -> str:
    """Five digits, alone or before a hyphen and digits, could be ours; anything else is no SKU at all."""
    return "unknown_sku" if re.fullmatch(r"[0-9]{5}(-[0-9]+)*", spelled(text) or "") else "unparsed_sku"


class Shipping:
    """Every departure and what it carried; `printed` are all lines of orders and labels, void ones too.

    By order: `unlisted` is what was ordered and no departure carries, `surplus` what labels list beyond it.

    Args:
        connection: Where the raw tables are; only they and the reference data are read.
        timezone: The business's.
        today: The business day of the build.
        dictionary: What SKU texts mean.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, timezone: str, today: date, dictionary: Dictionary
    ) -> None:
        self._dictionary = dictionary
        self._today = today
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
        self.unlisted: dict[int, list[Piece]] = {}
        self.surplus: dict[int, list[Piece]] = {}
        self.departures = [
            departure for order_id in {*self.orders, *self._labels} for departure in self._departures(order_id)
        ]
        self.goods = [
            Goods(
                one.order_id, one.shipment_id, one.day, piece.sku, piece.lot, piece.left, one.held_back is not None
            )
            for one in self.departures
            for piece in one.pieces
        ]

    def lines(self, order_id: int) -> list[Row]:
        """The lines of an order, numbered as they stand."""
        return self.orders[order_id]["items"] if order_id in self.orders else []

    def components(self, row: Row) -> list[tuple[str | None, str | None, int]]:
        """Product, lot and units of one unit of a line."""
        parts, lot = self._dictionary.read(row["sku"])
        return [(sku, lot, units) for sku, units in parts]

    def pieces(self, rows: list[Row]) -> list[Piece]:
        """The goods of lines or items, in their order; what is no goods or nothing is left out."""
        return [
            Piece(row, sku or spelled(row["sku"]) or "", sku, lot, units * row["quantity"])
            for row in rows
            for sku, lot, units in self.components(row)
            if row["quantity"] > 0 and not row["adjustment"]
        ]

    def _departures(self, order_id: int) -> list[Departure]:
        labels = sorted(self._labels[order_id], key=lambda row: (row["createDate"], row["shipmentId"]))
        outbound = [row for row in labels if not row["isReturnLabel"]]
        lines = self.lines(order_id)
        carried = {row["shipmentId"]: self.pieces(_goods_of(row, lines)) for row in outbound}
        rest, self.surplus[order_id] = _met(
            self.pieces(lines), self.pieces([item for row in outbound for item in _goods_of(row, lines)])
        )
        silent = [number for number, pieces in carried.items() if not pieces]
        has_left = order_id in self.orders and self.orders[order_id]["orderStatus"] == "shipped"
        self.unlisted[order_id] = [] if silent else rest
        if silent:
            carried[silent[0]] = rest
        found = [self._of_label(order_id, row, carried.get(row["shipmentId"], [])) for row in labels]
        if has_left and (not outbound or (self._marks[order_id] and self.unlisted[order_id])):
            found.append(self._of_order(self.orders[order_id], rest))
            self.unlisted[order_id] = []
        return found

    def _of_label(self, order_id: int, row: Row, pieces: list[Piece]) -> Departure:
        day = _day(row["shipDate"])
        return Departure(
            order_id,
            row["shipmentId"],
            "return" if row["isReturnLabel"] else "label",
            day,
            (row["carrierCode"] or "unknown", row["serviceCode"] or "unknown"),
            _cents(row["shipmentCost"]) + _cents(row["insuranceCost"]),
            self._held_back(day, row),
            pieces,
        )

    def _of_order(self, order: Row, pieces: list[Piece]) -> Departure:
        marks = sorted(
            self._marks[order["orderId"]],
            key=lambda row: (_day(row["shipDate"]) or date.max, row["fulfillmentId"]),
        )
        source = marks[0] if marks else order
        day = (_day(marks[0]["shipDate"]) if marks else None) or _day(order["shipDate"])
        reason = self._held_back(day, source)
        return Departure(order["orderId"], None, "order", day, ("", ""), 0, reason, pieces)

    def _held_back(self, day: date | None, row: Row) -> str | None:
        if day is None:
            return "missing_ship_date"
        seen = row["first_seen_at"].astimezone(self._zone).date()
        if day < seen - timedelta(days=LATE_DAYS) and row["arrived_by"] != "backfill":
            return "historical_shipment"
        if day > self._today + timedelta(days=EARLY_DAYS):
            return "future_ship_date"
        return "before_its_day" if day > self._today else None


def _documents(connection: duckdb.DuckDBPyConnection, table: str) -> list[Row]:
    rows = connection.execute(
        f"select payload, kept_fields, first_seen_at, arrived_by from warehouse.raw_shipstation.{table}"
    ).fetchall()
    return [
        _whole(json.loads(kept or "{}") | json.loads(payload)) | {"first_seen_at": seen, "arrived_by": arrived_by}
        for payload, kept, seen, arrived_by in rows
    ]


def _whole(document: Row) -> Row:
    """A row with every field that is read here, null where ShipStation printed none; so are its lines.

    A line's `quantity` is its units of goods; what was printed is `printed`.
    """
    row = defaultdict(lambda: None, document)
    for field in ("items", "shipmentItems"):
        row[field] = [defaultdict(lambda: None, line) for line in row[field] or []]
        for line in row[field]:
            line["printed"] = whole_number(line["quantity"])
            line["quantity"] = max(line["printed"] or 0, 0)
    return row


def whole_number(printed: Any) -> int | None:
    """Units as ShipStation printed them; None for what is no whole number."""
    if isinstance(printed, bool) or not isinstance(printed, int | float | str):
        return None
    if isinstance(printed, str):
        return int(printed) if re.fullmatch(r"-?[0-9]+", printed.strip()) else None
    return int(printed) if printed == int(printed) else None


def _is_void(row: Row) -> bool:
    return bool(row["voided"] or row["voidDate"])


def _day(text: str | None) -> date | None:
    return None if text is None or text.startswith("0001") else datetime.fromisoformat(text[:10]).date()


def _cents(amount: Any) -> int:
    try:
        return int((Decimal(str(amount)) * 100).to_integral_value(ROUND_HALF_UP))
    except InvalidOperation:
        return 0


def _same(line: Row, item: Row) -> bool:
    return line["orderItemId"] is not None and line["orderItemId"] == item["orderItemId"]


def _goods_of(label: Row, lines: list[Row]) -> list[Row]:
    """The items of a label that are goods: not of a line that is a discount, and not none of it."""
    return [
        item
        for item in label["shipmentItems"]
        if item["quantity"] > 0 and not any(_same(line, item) and line["adjustment"] for line in lines)
    ]


def _met(lines: list[Piece], items: list[Piece]) -> tuple[list[Piece], list[Piece]]:
    """What is left when each item takes its own line, then lines of that text, then any of the same goods."""
    named = [
        next((one.row for one in lines if _same(one.row, item.row) and one.kind == item.kind), item.row)
        for item in items
    ]
    fits: tuple[Callable[[Row, Row], bool], ...] = (
        lambda line, own: line is own,
        lambda line, own: spelled(line["sku"]) == spelled(own["sku"]),
        lambda *_: True,
    )
    for fit in fits:
        for item, own in zip(items, named, strict=True):
            for one in lines:
                if one.kind == item.kind and fit(one.row, own):
                    part = min(one.left, item.left)
                    one.left -= part
                    item.left -= part
    return [one for one in lines if one.left], [item for item in items if item.left]
