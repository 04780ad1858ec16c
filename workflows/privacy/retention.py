"""Redacting personal data in the raw tables of the warehouse after their retention period.

An order is closed when it is shipped, cancelled or missing in ShipStation, on the last day of its own modification
and of its labels and fulfillments. So many days later its personal data are redacted, with those of its labels and
fulfillments and of its shop order. The recipient is kept longer, for a recall.

A redacted row has a hash that says how much is kept (`ingest.client.redaction`), and the load id of the redaction,
so that the next build computes its order again. A night's rows are one transaction; a first run over years of
history takes several.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import duckdb
import pyarrow as pa

from ingest.client.redaction import Keeps, redacted_text
from ingest.sources.shipstation.stored_rows import effective_fields
from workflows.config.settings import Settings

_BATCH_ROWS = 4000
# Rows of one transaction.
_SLICE_ROWS = 100_000
_REMOVALS = """
create table if not exists raw_shipledger.removals (
    run_id varchar not null, removed_at timestamptz not null, counts varchar not null, rewritten_at timestamptz
)
"""
# Each raw table with its key, and how `ingest.client.redaction` calls its rows.
TABLES = {
    "orders": ("raw_shipstation.orders", "order_id"),
    "shipments": ("raw_shipstation.shipments", "shipment_id"),
    "fulfillments": ("raw_shipstation.fulfillments", "fulfillment_id"),
    "shop": ("raw_xcart.orders", "order_number"),
}
_DAYS = """
create or replace temp macro day_of(wall) as
    cast(try_cast(wall as timestamp) at time zone 'America/Los_Angeles' at time zone getvariable('zone') as date);
create or replace temp macro printed_day(wall) as try_cast(left(wall, 10) as date);
create or replace temp macro last_day(create_date, ship_date, void_date, fetched_at) as coalesce(
    greatest(day_of(create_date), printed_day(ship_date), day_of(void_date)), cast(fetched_at as date)
);
create or replace temp macro rank_of(keeps) as
    case keeps when 'recall' then 1 when 'figures' then 2 else 0 end;
create or replace temp macro rank_now(hash) as rank_of(split_part(hash, ':', 1));
"""
# Orders past their period, also those redacted before. Of labels and fulfillments nothing is kept for a recall:
# the order has the recipient. A label whose order is missing here goes by its own dates, and keeps the recipient.
_PAST = """
create or replace temp table past_orders as
with packages as (
    select order_id, max(last_day(create_date, ship_date, void_date, fetched_at)) as last_day,
        bool_or(void_date is null) as has_left
    from (
        select order_id, create_date, ship_date, void_date, fetched_at from raw_shipstation.shipments
        union all
        select order_id, create_date, ship_date, void_date, fetched_at from raw_shipstation.fulfillments
    ) where order_id is not null group by order_id
), missing as (
    select order_id, cast(checked_at at time zone getvariable('zone') as date) as missing_day, checked_at
    from raw_shipstation.order_states where state = 'missing_in_shipstation'
), orders as (
    select orders.order_id, payload_hash,
        order_status in ('shipped', 'cancelled') or orders.fetched_at <= checked_at as is_closed,
        greatest(
            coalesce(day_of(modify_date), day_of(create_date), cast(orders.fetched_at as date)),
            missing_day, packages.last_day
        ) as closed_day,
        order_status = 'shipped' or coalesce(has_left, false) as has_left
    from raw_shipstation.orders as orders
    left join packages using (order_id)
    left join missing using (order_id)
)
select order_id, payload_hash, if(has_left and closed_day >= $recall_before, 'recall', 'figures') as keeps
from orders where is_closed and closed_day < $closed_before;
"""
_DUE = """
create or replace temp table due as
with labels as (
    select 'shipments' as kind, shipment_id as key, order_id, payload_hash, 'recall' as alone_keeps,
        last_day(create_date, ship_date, void_date, fetched_at) as closed_day, void_date
    from raw_shipstation.shipments
    union all
    select 'fulfillments', fulfillment_id, order_id, payload_hash, 'figures',
        last_day(create_date, ship_date, void_date, fetched_at), void_date
    from raw_shipstation.fulfillments
), sold as (
    select shop.order_number, shop.payload_hash, orders.order_id
    from raw_xcart.orders as shop inner join raw_shipstation.orders as orders using (order_key)
    union
    select shop.order_number, shop.payload_hash, orders.order_id
    from raw_xcart.orders as shop inner join raw_shipstation.orders as orders using (order_number)
), past as (
    select 'orders' as kind, order_id::varchar as key, payload_hash, keeps from past_orders
    union all
    select kind, key::varchar, payload_hash, 'figures'
    from labels where order_id in (select order_id from past_orders)
    union all
    select kind, key::varchar, payload_hash,
        if(void_date is null and closed_day >= $recall_before, alone_keeps, 'figures')
    from labels
    where closed_day < $closed_before
        and (order_id is null or order_id not in (select order_id from raw_shipstation.orders))
    union all
    select 'shop', order_number, payload_hash, 'figures'
    from sold group by all having bool_and(order_id in (select order_id from past_orders))
)
select kind, key, keeps, (row_number() over (order by kind, key) - 1) // $slice_rows as slice
from past where rank_now(payload_hash) < rank_of(keeps)
"""


@dataclass(frozen=True)
class Limits:
    """The retention limits: orders closed before the first day are redacted; before the second, wholly."""

    closed_before: date
    recall_before: date


Counts = dict[str, dict[str, int]]


def limits_of(settings: Settings, today: date) -> Limits | None:
    """Return the limits on a day of the business; None when personal data are kept for ever."""
    if settings.retention_days == 0:
        return None
    year = today.year - settings.recall_years
    leap_day = (today.month, today.day) == (2, 29)
    recall = today.replace(year=year, day=28) if leap_day else today.replace(year=year)
    return Limits(today - timedelta(days=settings.retention_days), recall)


def count_due(connection: duckdb.DuckDBPyConnection, zone: str, limits: Limits) -> Counts:
    """Count the rows that are due, by table and by what is kept of them (`recall`, `figures`).

    Args:
        connection: The warehouse, with the tables of ShipStation and of the shop in it.
        zone: The business's time zone.
        limits: The retention limits.
    """
    connection.execute(f"set variable zone = '{zone}'; {_DAYS}")
    days = {"closed_before": limits.closed_before, "recall_before": limits.recall_before}
    connection.execute(_PAST, days)
    connection.execute(_DUE, days | {"slice_rows": _SLICE_ROWS})
    rows = connection.execute("select kind, keeps, count(*) from due group by all").fetchall()
    found = {(kind, keeps): count for kind, keeps, count in rows}
    return {kind: {keeps.value: found.get((kind, keeps.value), 0) for keeps in Keeps} for kind in TABLES}


def remove_due(connection: duckdb.DuckDBPyConnection, run_id: str, zone: str, limits: Limits) -> Counts:
    """Redact what is due, record how much it was, and return the counts as `count_due` does.

    A run that was killed and runs again redacts what is still due, and returns the counts it recorded first.
    """
    connection.execute(_REMOVALS)
    due = count_due(connection, zone, limits)
    noted = connection.execute("select counts from raw_shipledger.removals where run_id = ?", [run_id]).fetchone()
    if not noted and any(sum(of_table.values()) for of_table in due.values()):
        connection.execute(
            "insert into raw_shipledger.removals values (?, ?, ?, null)",
            [run_id, datetime.now(UTC), json.dumps(due)],
        )
    ((slices,),) = connection.execute("select coalesce(max(slice) + 1, 0) from due").fetchall()
    for slice_number in range(slices):
        _remove_slice(connection, slice_number)
    counts: Counts = json.loads(noted[0]) if noted else due
    return counts


def is_rewriting_due(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether redacted bytes may still be in a file."""
    connection.execute(_REMOVALS)
    row = connection.execute("select exists (from raw_shipledger.removals where rewritten_at is null)").fetchone()
    return bool(row and row[0])


def without_recipient(connection: duckdb.DuckDBPyConnection) -> list[int]:
    """Return the orders, by their ids in the marts, of which nothing is kept for a recall."""
    rows = connection.execute(
        "select order_id from raw_shipstation.orders where payload_hash like 'figures:%' union"
        " select -shipment_id from raw_shipstation.shipments"
        " where order_id is null and payload_hash like 'figures:%'"
    ).fetchall()
    return [order_id for (order_id,) in rows]


def _remove_slice(connection: duckdb.DuckDBPyConnection, number: int) -> None:
    """Redact a part of what is due in one transaction; a long history as a whole would not fit into memory."""
    load_id = f"retention-{uuid.uuid4().hex}"
    with connection.cursor() as writer:
        writer.execute("begin")
        for kind in TABLES:
            _remove_rows(connection, writer, kind, number, load_id)
        _empty_staging(writer)
        writer.execute("commit")


def _remove_rows(
    connection: duckdb.DuckDBPyConnection, writer: duckdb.DuckDBPyConnection, kind: str, number: int, load_id: str
) -> None:
    """Replace a table's rows by what is kept of them."""
    table, key = TABLES[kind]
    kept_fields = "null" if kind == "shop" else "kept_fields"
    writer.execute("create or replace temp table rests (key varchar, payload varchar, payload_hash varchar)")
    connection.execute(
        f"select due.key, payload, {kept_fields}, keeps from {table} as kept"
        f" inner join due on kept.{key}::varchar = due.key and due.kind = ? and due.slice = ?",
        [kind, number],
    )
    while batch := connection.fetchmany(_BATCH_ROWS):
        rests = [
            (key, *redacted_text(kind, effective_fields(payload, kept), Keeps(keeps)))
            for key, payload, kept, keeps in batch
        ]
        columns = [pa.array(column) for column in zip(*rests, strict=True)]
        writer.register("batch", pa.table(columns, names=["key", "payload", "payload_hash"]))
        writer.execute("insert into rests from batch")
    without_kept_fields = "" if kind == "shop" else "kept_fields = null,"
    writer.execute(
        f"update {table} as kept set payload = rests.payload, payload_hash = rests.payload_hash,"
        f" {without_kept_fields} _dlt_load_id = ? from rests where kept.{key}::varchar = rests.key",
        [load_id],
    )


def _empty_staging(connection: duckdb.DuckDBPyConnection) -> None:
    """Empty dlt's staging tables, which hold a copy of the last load until the next one."""
    tables = connection.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = current_database()"
        " and schema_name in ('raw_shipstation_staging', 'raw_xcart_staging') and table_name <> '_dlt_version'"
    ).fetchall()
    for schema, table in tables:
        connection.execute(f'delete from "{schema}"."{table}"')
