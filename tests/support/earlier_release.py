"""A home as the release before the files left it: lines of closed months as JSON in the operations database."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from typing import Any

import pyarrow.parquet as pq

from workflows.config.settings import Settings

Line = tuple[str, str, int | None, str]

_COUNTS = ("order_count", "package_count", "unit_count", "postage_cents")
_CHARGES = ("order_charge_cents", "handling_charge_cents", "storage_charge_cents", "total_cents", "pallet_count")
_FIELDS = {
    "day": (
        *_COUNTS, *_CHARGES, "order_rate_cents", "handling_rate_cents", "storage_rate_cents", "charge_date",
        "not_loaded", "is_charged_ahead",
    ),
    "carrier": ("carrier_code", "service_code", "package_count", "postage_cents"),
    "restatement": (
        *_COUNTS, *_CHARGES, "restatement_kind", "restated_date", "shipstation_order_id", "order_number",
        "shipment_id", "entry_id", "sku_codes", "cause",
    ),
    "detail": (*_COUNTS, "shipstation_order_id", "shipment_id", "order_number", "ship_date", "units_by_sku"),
    "stock": ("sku_code", "inventory_date", "quantity_on_hand", "units_per_pallet", "pallet_count"),
    "movement": ("transaction_date", "sku_code", "transaction_type", "quantity"),
}  # fmt: skip
_KEYS = {"restatement": "restatement_key", "detail": "detail_key", "movement": "transaction_id"}
_TABLE = """
create table frozen_lines (
    seq integer primary key autoincrement,
    month text not null,
    line_kind text not null check (line_kind in ('carrier', 'day', 'restatement', 'detail', 'movement', 'stock')),
    line_key text not null,
    shipstation_order_id integer,
    line text not null,
    unique (month, line_kind, line_key)
) strict;
create trigger frozen_lines_are_never_changed before update on frozen_lines
begin select raise(abort, 'frozen_lines are never changed: a change is a restatement in the next month'); end;
create trigger frozen_lines_are_never_deleted before delete on frozen_lines
begin select raise(abort, 'frozen_lines are never deleted: a change is a restatement in the next month'); end;
drop trigger frozen_months_are_never_changed;
pragma user_version = 0;
"""


def take_back_to_the_earlier_release(settings: Settings) -> dict[date, tuple[str, str]]:
    """Keep what is frozen as that release did, and no file. Gives the hashes that it had, by month."""
    hashes = {}
    with closing(sqlite3.connect(settings.operations)) as store, store:
        store.executescript(_TABLE)
        for file in sorted(settings.frozen.glob("2*.parquet")):
            month = date.fromisoformat(f"{file.stem}-01")
            lines = [_line_of(month, row) for row in pq.read_table(file).to_pylist()]
            store.executemany(
                "insert into frozen_lines (month, line_kind, line_key, shipstation_order_id, line)"
                f" values ('{month}', ?, ?, ?, ?)",
                lines,
            )
            hashes[month] = (
                _hash(lines, ("carrier", "day", "restatement")),
                _hash(lines, ("detail", "movement", "stock")),
            )
            store.execute(
                "update frozen_months set content_hash = ?, evidence_hash = ? where month = ?",
                [*hashes[month], str(month)],
            )
    for file in settings.frozen.iterdir():
        file.unlink()
    settings.frozen.rmdir()
    return hashes


def _line_of(month: date, row: dict[str, Any]) -> Line:
    kind, key = row["line_kind"], row["line_key"]
    fields = {name: row[name] for name in _FIELDS[kind]}
    if kind in _KEYS:
        fields[_KEYS[kind]] = key
    if kind == "restatement":
        fields |= {"billed_month": month, "is_closed": False}
    if kind == "carrier":
        fields["charge_month"] = month
    text = json.dumps(fields, sort_keys=True, separators=(",", ":"), default=lambda value: value.isoformat())
    return kind, key, fields.get("shipstation_order_id"), text


def _hash(lines: Iterable[Line], kinds: tuple[str, ...]) -> str:
    texts = sorted((kind, key, text) for kind, key, _, text in lines if kind in kinds)
    return hashlib.sha256("\n".join("|".join(text) for text in texts).encode()).hexdigest()
