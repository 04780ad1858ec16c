"""A nasty business built from recorded statements, and what plain Python makes of the same rows."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from typing import Any

from nasty_business import NastyBusiness
from plain_ledger import PlainLedger
from plain_shipping import spelled
from replayed_ledger import RecordedBuilds, ReplayedLedger

SESSION_ZONES = ["UTC", "America/Los_Angeles", "Asia/Tokyo"]
BUILT_TWICE = range(40)
# Where each key points. An order we do not hold is one whose absence is listed, or its labels are void.
KEYS = {
    "sku_id": "select sku_id from skus",
    "sku_code": "select sku_code from skus",
    "lot_id": "select lot_id from lots",
    "shipment_id": "select shipment_id from packages where shipment_id is not null",
    "shipstation_order_id": """
        select shipstation_order_id from orders_inbox
        union all
        select shipstation_order_id from exceptions
        where exception_type in ('missing_order', 'missing_ship_date', 'historical_shipment', 'future_ship_date')
        union all
        select shipstation_order_id from packages where is_voided
    """,
}
_NO_SKU = "goods without a SKU"
_SAID = {
    "missing": r"([0-9]+) of (.+) were ordered and shipped, but are on no label and no fulfillment",
    "too many": r"([0-9]+) of (.+) are on labels, but ([0-9]+) were ordered",
}


class Case:
    """What the models made of a business, and what plain Python does."""

    def __init__(self, ledger: ReplayedLedger) -> None:
        self.rows = ledger.rows
        self.plain = PlainLedger(ledger.connection)

    def units_of_orders(self) -> dict[tuple[int, str], Counter[str]]:
        """By order and product (or unknown text): units `ordered` by its lines; the rest as the models have them.

        `left` the house, `open` as open orders still want them, `missing` and `too many` as exceptions say.
        """
        found: defaultdict[tuple[int, str], Counter[str]] = defaultdict(Counter)
        for order_id, order in self.plain.shipping.orders.items():
            for piece in self.plain.shipping.pieces(order["items"]):
                found[order_id, piece.kind]["ordered"] += piece.left
        for name, query in {
            "left": """
                select shipstation_order_id, sku_code, shipstation_sku_raw, quantity_shipped from shipped_items
            """,
            # What is held back is in an exception of its own, and did leave.
            "held back": """
                select shipstation_order_id, sku_code, shipstation_sku_raw, quantity
                from warehouse.intermediate.int_lines_shipped where held_back_reason is not null
            """,
            "open": """
                select shipstation_order_id, sku_code, null, quantity
                from warehouse.intermediate.int_lines_outstanding
            """,
        }.items():
            for order_id, sku, text, units in self.rows(query):
                if order_id in self.plain.shipping.orders:
                    found[order_id, sku or spelled(text) or ""]["open" if name == "open" else "left"] += units
        for order_id, words in self.rows("select shipstation_order_id, detail from exceptions"):
            for name, pattern in _SAID.items():
                if match := re.match(pattern, words):
                    units, goods, *ordered = match.groups()
                    more = int(units) - sum(int(number) for number in ordered)
                    found[order_id, "" if goods == _NO_SKU else goods][name] += more
        return found

    def dangling_keys(self) -> dict[str, list[Any]]:
        """Of each column that holds a key: its values that name no row."""
        columns = self.rows("""
            select table_name, column_name from duckdb_columns()
            where database_name = 'ledger' and schema_name = 'marts' and not internal
        """)
        return {
            f"{table}.{column}": self.rows(f"""
                select distinct {column} from {table}
                where {column} is not null and {column} not in ({KEYS[column]})
            """)
            for table, column in columns
            if column in KEYS
        }

    def excepted_units(self) -> Counter[tuple[str, int, str]]:
        """What plain Python misses on labels, or finds there beyond what was ordered, by order and product."""
        shipping = self.plain.shipping
        expected: Counter[tuple[str, int, str]] = Counter()
        for order_id, order in shipping.orders.items():
            for piece in shipping.unlisted[order_id] if order["orderStatus"] == "shipped" else []:
                expected["missing", order_id, piece.kind] += piece.left
            for piece in shipping.surplus[order_id] if order["items"] else []:
                expected["too many", order_id, piece.kind] += piece.left
        return expected


def replayed(seed: int, recording: RecordedBuilds) -> ReplayedLedger:
    """A business built, changed, and built warm; of those after the first forty, changed and built."""
    ledger = ReplayedLedger(recording, SESSION_ZONES[seed % len(SESSION_ZONES)])
    business = NastyBusiness(seed)
    business.begin(ledger.connection)
    is_built_before = seed in BUILT_TWICE
    if is_built_before:
        ledger.build(warm=False)
    business.change(ledger.connection)
    ledger.build(warm=is_built_before)
    return ledger
