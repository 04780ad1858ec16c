"""The validation of a migration: the former system's database against what was loaded from it.

Pure comparisons. `there` is the SQLite file, `here` the warehouse's `raw_legacy` and the marts. A check is `ok`,
`noted` (an anomaly of the old data, with its treatment) or `failed`; one that failed keeps the migration from
being published.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import duckdb

from ingest.sources.legacy.legacy_source import TABLES

OK, NOTED, FAILED = "ok", "noted", "failed"
_SHOWN = 3
# The day that the former system wrote for an unknown one.
NO_DAY = "2024-04-16"
# The same text runs in both databases; the tables are found by the schema that is set.
_GROUPS = {
    "units shipped by SKU": "select base_sku, sum(quantity_shipped) from shipped_items group by 1",
    "units shipped by day": "select ship_date, sum(quantity_shipped) from shipped_items group by 1",
    "orders shipped by day": "select ship_date, count(*) from shipped_orders group by 1",
    "units moved by SKU": "select sku, sum(quantity) from inventory_transactions group by 1",
    "units moved by type": "select transaction_type, sum(quantity) from inventory_transactions group by 1",
    "units moved by day": "select date, sum(quantity) from inventory_transactions group by 1",
    "history by SKU": "select sku, sum(quantity_shipped) from weekly_shipped_history group by 1",
    "history by week": "select start_date, sum(quantity_shipped) from weekly_shipped_history group by 1",
}
_COUNTS = (
    (
        "shipped lines without their order",
        "select count(*) from shipped_items where order_number not in (select order_number from shipped_orders)",
        "they count, on their own day",
    ),
    (
        "shipped orders without a line",
        "select count(*) from shipped_orders where order_number not in (select order_number from shipped_items)",
        "nothing of them left the shelf; kept out",
    ),
    (
        "components without their bundle",
        "select count(*) from bundle_components where bundle_sku_id not in (select id from bundle_skus)",
        "kept out",
    ),
    (
        "order numbers twice in shipped orders",
        "select count(*) - count(distinct order_number) from shipped_orders",
        "one order",
    ),
    (
        "lines twice by order, SKU and lot",
        "select count(*) - count(distinct order_number || '|' || base_sku || '|' || sku_lot) from shipped_items",
        "both count",
    ),
    (
        "lots listed twice",
        "select count(*) - count(distinct sku || '|' || lot) from sku_lot",
        "one lot, active when either is",
    ),
    (
        "weeks twice by SKU",
        "select count(*) - count(distinct start_date || '|' || sku) from weekly_shipped_history",
        "the larger one counts",
    ),
    (
        "lines dated otherwise than their order",
        "select count(*) from shipped_items i join shipped_orders o on i.order_number = o.order_number"
        " where i.ship_date <> o.ship_date",
        "the line's day counts",
    ),
    (
        f"lines dated {NO_DAY}, which was written for no day",
        f"select count(*) from shipped_items where ship_date = '{NO_DAY}'",
        "their order's day counts, or they are kept out",
    ),
    (
        "lines without a day that can be read",
        "select count(*) from shipped_items where date(ship_date) is null",
        "their order's day counts, or they are kept out",
    ),
    (
        "transactions without a day that can be read",
        "select count(*) from inventory_transactions where date(date) is null",
        "kept out, listed in the exceptions",
    ),
    (
        "shipments booked as transactions",
        "select count(*) from inventory_transactions where transaction_type = 'Ship'",
        "not booked: the shipped lines are",
    ),
    (
        "weeks that are none from Monday to Sunday",
        "select count(*) from weekly_shipped_history where strftime('%w', start_date) <> '1'"
        " or date(start_date, '+6 days') <> end_date",
        "kept out, listed in the exceptions",
    ),
)


@dataclass(frozen=True)
class Check:
    """One comparison: the figure, its value on both sides as text, the verdict, and details."""

    what: str
    there: str
    here: str
    verdict: str
    detail: str = ""


def check_load(there: sqlite3.Connection, here: duckdb.DuckDBPyConnection) -> list[Check]:
    """Compare counts and sums of the file with `raw_legacy`; all must be equal."""
    here.execute("set schema = 'raw_legacy'")
    checks = [compare(f"rows of {table}", _counted(there, table), _counted(here, table)) for table in TABLES]
    for what, query in _GROUPS.items():
        left, right = _grouped(there, query), _grouped(here, query)
        checks.append(compare(what, left, right))
        if what.endswith("shipped by day"):
            checks.append(compare(what.replace("day", "week"), _by_week(left), _by_week(right)))
    here.execute("set schema = 'main'")
    return [*checks, *_unreadable_numbers(there)]


def _unreadable_numbers(there: sqlite3.Connection) -> Iterator[Check]:
    """Find texts in columns of numbers, which SQLite allows; such a value would be lost."""
    for table, columns in TABLES.items():
        there_too = {name for _, name, *_ in there.execute(f"pragma table_info({table})")}
        numbers = [name for name, kind in columns.items() if str(kind) == "int64" and name in there_too]
        wrong = " or ".join(f"typeof({name}) not in ('integer', 'null')" for name in numbers)
        found = there.execute(f"select count(*) from {table} where {wrong}").fetchone()[0]
        if found:
            yield Check(
                f"rows of {table} with a text for a number", str(found), "", FAILED, "correct them there first"
            )


def check_anomalies(there: sqlite3.Connection, today: date) -> Iterator[Check]:
    """Count the anomalies of the old data, each with its treatment."""
    for what, query, outcome in _COUNTS:
        yield _anomaly(what, there.execute(query).fetchone()[0], outcome)
    for table, column, outcome in (
        ("shipped_items", "ship_date", "left out, listed as exceptions"),
        ("inventory_transactions", "date", "listed as exceptions; they count from their day on"),
    ):
        query = f"select count(*) from {table} where date({column}) > ?"
        found = there.execute(query, [today.isoformat()]).fetchone()[0]
        yield _anomaly(f"{table} dated in the future", found, outcome)
    lines = there.execute("select sku_lot, base_sku from shipped_items").fetchall()
    wrong = [text for text, sku in lines if not re.fullmatch(rf"{re.escape(sku)}(\s*-\s*\d{{5,}})?|", text or "")]
    yield _anomaly("SKU texts that are not a SKU with its lot", len(wrong), "looked up as they are, else excepted")
    notes = there.execute("select notes, sku from inventory_transactions where trim(coalesce(notes, '')) <> ''")
    unread = [note for note, sku in notes if len(set(re.findall(r"\b\d{5,}\b", note)) - {sku}) != 1]
    yield _anomaly("notes that name no single lot", len(unread), "counted for the product; listed as exceptions")
    if "order_items_inbox" in {name for (name,) in there.execute("select name from sqlite_master")}:
        orphans = (
            "select count(*) from order_items_inbox where order_inbox_id not in (select id from orders_inbox)"
        )
        found = there.execute(orphans).fetchone()[0]
        yield _anomaly("open lines without their order", found, "not loaded: ShipStation has the open orders")


def compare(what: str, there: Mapping[Any, int], here: Mapping[Any, int], otherwise: str = FAILED) -> Check:
    """Compare two sides of one figure, group by group; a difference has the verdict `otherwise`."""
    wrong = sorted(str(key) for key in {*there, *here} if there.get(key, 0) != here.get(key, 0))
    by_name = {str(key): (there.get(key, 0), here.get(key, 0)) for key in {*there, *here}}
    shown = "; ".join(f"{key}: {by_name[key][0]} there, {by_name[key][1]} here" for key in wrong[:_SHOWN])
    more = f" and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
    return Check(what, _total(there), _total(here), otherwise if wrong else OK, shown + more)


def _anomaly(what: str, found: int, outcome: str) -> Check:
    return Check(what, str(found), "", NOTED if found else OK, outcome if found else "")


def _counted(connection: Any, table: str) -> dict[str, int]:
    return {"rows": int(connection.execute(f"select count(*) from {table}").fetchone()[0])}


def _grouped(connection: Any, query: str) -> dict[str, int]:
    return {key: int(value or 0) for key, value in connection.execute(query).fetchall()}


def _by_week(days: Mapping[Any, int]) -> Counter[str]:
    weeks: Counter[str] = Counter()
    for day, quantity in days.items():
        try:
            known = date.fromisoformat(day or "")
        except ValueError:
            weeks["no day"] += quantity
        else:
            weeks[(known - timedelta(known.weekday())).isoformat()] += quantity
    return weeks


def _total(groups: Mapping[Any, int]) -> str:
    return str(sum(groups.values())) if len(groups) == 1 else f"{sum(groups.values())} in {len(groups)}"
