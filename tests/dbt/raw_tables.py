"""The raw tables as the worker leaves them, made from plain payloads: what the models read."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from workflows.cycle.replay import BuildFacts

Payload = dict[str, Any]
_loads = count(1)

DDL = """
create schema if not exists raw_shipstation;
create schema if not exists raw_shipledger;
create schema if not exists raw_operations;
create schema if not exists raw_xcart;
create table raw_shipstation.orders (
    order_id bigint, order_number varchar, order_key varchar, order_status varchar, create_date varchar,
    modify_date varchar, payload json, kept_fields json, payload_hash varchar, first_seen_at timestamptz,
    fetched_at timestamptz, arrived_by varchar, _dlt_load_id varchar);
create table raw_shipstation.shipments (
    shipment_id bigint, order_id bigint, order_number varchar, create_date varchar, ship_date varchar,
    void_date varchar, payload json, kept_fields json, payload_hash varchar, first_seen_at timestamptz,
    fetched_at timestamptz, arrived_by varchar, _dlt_load_id varchar);
create table raw_shipstation.fulfillments (
    fulfillment_id bigint, order_id bigint, order_number varchar, create_date varchar, ship_date varchar,
    void_date varchar, payload json, kept_fields json, payload_hash varchar, first_seen_at timestamptz,
    fetched_at timestamptz, arrived_by varchar, _dlt_load_id varchar);
create table raw_shipstation.carriers (
    carrier_key varchar, code varchar, shipping_provider_id bigint, payload json, _dlt_load_id varchar);
create table raw_shipstation.services (
    service_key varchar, carrier_code varchar, code varchar, payload json, _dlt_load_id varchar);
create table raw_shipstation.stores (store_id bigint, payload json, _dlt_load_id varchar);
create table raw_shipstation.findings (
    finding_key varchar, exception_type varchar, severity varchar, shipstation_order_id bigint,
    order_number varchar, detail varchar, first_seen_at timestamptz, resolved_at timestamptz,
    _dlt_load_id varchar);
create table raw_shipstation.order_states (
    order_id bigint, state varchar, since_at timestamptz, checked_at timestamptz, _dlt_load_id varchar);
create table raw_shipstation.read_spans (
    list_name varchar, from_at timestamptz, until_at timestamptz, arrived_by varchar, moves_watermark boolean,
    noted_at timestamptz, _dlt_load_id varchar);
create table raw_shipstation._dlt_loads (load_id varchar, status bigint);
create table raw_shipledger.next_build (as_of timestamptz, timezone varchar, run_id varchar);
create table raw_shipledger.last_read (read_at timestamptz, watermark timestamptz, timezone varchar);
create table raw_shipledger.runs (
    run_id varchar, kind varchar, started_at timestamptz, finished_at timestamptz, status varchar,
    watermark_before timestamptz, watermark_after timestamptz, orders_fetched bigint, orders_changed bigint,
    shipments_fetched bigint, api_requests bigint, seconds double, actor varchar, error varchar,
    orders_new bigint, orders_manual bigint, orders_updated bigint, labels_new bigint);
create table raw_operations.entries (
    entry_id varchar, entry_type varchar, entry_date varchar, sku_code varchar, lot_number varchar,
    quantity bigint, counted_quantity bigint, expected_quantity bigint, reason varchar, note varchar,
    actor varchar, entered_at timestamptz, corrects varchar, _dlt_load_id varchar);
create table raw_operations.lot_states (
    state_id varchar, sku_code varchar, lot_number varchar, status varchar, valid_from varchar, reason varchar,
    note varchar, actor varchar, entered_at timestamptz, expires varchar, _dlt_load_id varchar);
create table raw_operations.frozen_months (
    seq bigint, month varchar, version bigint, content_hash varchar, evidence_hash varchar, snapshot varchar,
    run_id varchar, actor varchar, closed_at timestamptz, _dlt_load_id varchar);
create table raw_operations.closed_weeks (
    seq bigint, week_start_date varchar, version bigint, snapshot varchar, run_id varchar, actor varchar,
    closed_at timestamptz, _dlt_load_id varchar);
create table raw_xcart.orders (
    order_number varchar, order_key varchar, order_date varchar, lines json, payload json, payload_hash varchar,
    source_file varchar, position bigint, first_seen_at timestamptz, fetched_at timestamptz,
    changed_at timestamptz, _dlt_load_id varchar);
create table raw_xcart.findings as from raw_shipstation.findings;
create table raw_xcart.uploads (
    seq bigint, run_id varchar, order_key varchar, order_number varchar, event varchar, detail varchar,
    shipstation_order_id bigint, lines json, noted_at timestamptz, _dlt_load_id varchar);
"""

KEYS = {"orders": "order_id", "shipments": "shipment_id", "fulfillments": "fulfillment_id"}
TEXTS = {
    "order_number": "orderNumber",
    "order_key": "orderKey",
    "order_status": "orderStatus",
    "create_date": "createDate",
    "modify_date": "modifyDate",
    "ship_date": "shipDate",
    "void_date": "voidDate",
}
API_KEYS = {"orders": "orderId", "shipments": "shipmentId", "fulfillments": "fulfillmentId"}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the empty raw tables in a fresh warehouse."""
    connection.execute(DDL)


def set_context(
    connection: duckdb.DuckDBPyConnection,
    as_of: datetime,
    timezone: str = "America/Chicago",
    run_id: str = "run-1",
) -> None:
    """State the instant of the next build; `as_of` has a time zone."""
    connection.execute("delete from raw_shipledger.next_build")
    connection.execute("insert into raw_shipledger.next_build values (?, ?, ?)", [as_of, timezone, run_id])


def facts_of_next_build(connection: duckdb.DuckDBPyConnection) -> BuildFacts:
    """What was stated of it."""
    [(as_of, timezone, run_id)] = connection.execute("from raw_shipledger.next_build").fetchall()
    return BuildFacts(as_of.astimezone(UTC).isoformat(), timezone, run_id)


def new_load() -> str:
    """The id of a load that no build has had."""
    return f"load-{next(_loads)}"


def load(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    payloads: list[Payload],
    load_id: str,
    *,
    seen_at: datetime = datetime(2026, 1, 5, 12, tzinfo=UTC),
    arrived_by: str = "sync",
    kept_fields: dict[int, Payload] | None = None,
) -> None:
    """Merge payloads on ShipStation's id, the newest wins; an order keeps the instant it was first seen.

    Columns beside the payload are text or nothing, whatever type the payload has there.
    """
    key, api_key = KEYS[table], API_KEYS[table]
    columns = [name for (name, *_) in connection.execute(f"describe raw_shipstation.{table}").fetchall()]
    seen = dict(connection.execute(f"select {key}, first_seen_at from raw_shipstation.{table}").fetchall())
    rows = []
    for payload in payloads:
        text = json.dumps(payload)
        row = {
            key: payload[api_key],
            "order_id": payload.get("orderId"),
            **{column: _text(payload.get(field)) for column, field in TEXTS.items()},
            "payload": text,
            "kept_fields": json.dumps(kept_fields[payload[api_key]])
            if kept_fields and payload[api_key] in kept_fields
            else None,
            "payload_hash": hashlib.sha256(text.encode()).hexdigest(),
            "first_seen_at": seen.get(payload[api_key], seen_at),
            "fetched_at": seen_at,
            "arrived_by": arrived_by,
            "_dlt_load_id": load_id,
        }
        rows.append([row[column] for column in columns])
    if not rows:
        return
    by_column = pa.table(
        {name: list(values) for name, values in zip(columns, zip(*rows, strict=True), strict=True)}
    )
    connection.register("loaded", by_column)
    connection.execute(f"delete from raw_shipstation.{table} where {key} in (select {key} from loaded)")
    connection.execute(f"insert into raw_shipstation.{table} select * from loaded")
    connection.unregister("loaded")


def enter(
    connection: duckdb.DuckDBPyConnection,
    entry_id: str,
    entry_type: str,
    entry_date: str,
    sku_code: str,
    quantity: int,
    lot_number: str | None = None,
) -> None:
    """Add one operator's entry."""
    connection.execute(
        """
        insert into raw_operations.entries
        values (?, ?, ?, ?, ?, ?, null, null, 'test', null, 'tester', ?, null, 'entries')
        """,
        [entry_id, entry_type, entry_date, sku_code, lot_number, quantity, f"{entry_date} 15:00:00+00"],
    )


def set_expiry(connection: duckdb.DuckDBPyConnection, sku_code: str, lot_number: str, expires: str) -> None:
    """Add an operator's entry of a lot's expiry date."""
    connection.execute(
        """
        insert into raw_operations.lot_states
        values (?, ?, ?, null, '2026-01-05', null, null, 'tester', '2026-01-05 15:00:00+00', ?, 'entries')
        """,
        [f"{sku_code}-{lot_number}", sku_code, lot_number, expires],
    )


def note_state(
    connection: duckdb.DuckDBPyConnection,
    order_id: int,
    state: str,
    load_id: str,
    *,
    since_at: datetime,
    checked_at: datetime,
) -> None:
    """Say what became of an order without lines; the newest state wins."""
    connection.execute("delete from raw_shipstation.order_states where order_id = ?", [order_id])
    connection.execute(
        "insert into raw_shipstation.order_states values (?, ?, ?, ?, ?)",
        [order_id, state, since_at, checked_at, load_id],
    )


def load_closes(connection: duckdb.DuckDBPyConnection, store: Path, load_id: str) -> None:
    """Bring what was closed from the operations database, all of it."""
    with sqlite3.connect(store) as source:
        for table in ("frozen_months", "closed_weeks"):
            columns = [name for (name, *_) in connection.execute(f"describe raw_operations.{table}").fetchall()]
            rows = source.execute(f"select {', '.join(columns[:-1])} from {table} order by seq").fetchall()
            loaded = dict(connection.execute(f"select seq, _dlt_load_id from raw_operations.{table}").fetchall())
            connection.execute(f"delete from raw_operations.{table}")
            if rows:
                marks = ", ".join("?" * len(columns))
                connection.executemany(
                    f"insert into raw_operations.{table} values ({marks})",
                    [(*row, loaded.get(row[0], load_id)) for row in rows],
                )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
