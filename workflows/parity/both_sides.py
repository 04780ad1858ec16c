"""Both sides of the comparison as tables: what we published, and what the former system holds.

They are temporary tables of the connection to the snapshot, so that SQL compares them and no row passes through
Python.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import duckdb
import pyarrow as pa

from ingest.sources.legacy.live_database import TheirRows
from workflows.config.reference_data import Reference
from workflows.parity.criteria import Criteria

_OUR_NUMBERS = """
select order_number from marts.orders_inbox
where shipstation_order_id > 0 and (modified_at >= $since or ship_date >= $first_day)
union
select order_number from marts.shipped_orders where shipstation_order_id > 0 and ship_date >= $first_day
union
select orders_inbox.order_number
from marts.packages
join marts.orders_inbox using (shipstation_order_id)
where packages.created_at >= $since or packages.voided_at >= $since
"""
_OURS = """
create temp table our_orders as
select shipstation_order_id as order_id, order_number, order_status as status, order_date::varchar as order_date,
    lower(nullif(trim(carrier_code), '')) as carrier, lower(nullif(trim(service_code), '')) as service,
    upper(nullif(trim(tracking_number), '')) as tracking, is_missing, modified_at,
    shipstation_order_id in (select shipstation_order_id from marts.order_items_inbox) as has_lines
from marts.orders_inbox
where shipstation_order_id > 0 and order_number in (select order_number from numbers);

create temp table our_changes as
select order_number, max(greatest(modified_at, packages.created_at, packages.voided_at)) as changed_at,
    max(modified_at) as modified_at,
    list(distinct packages.ship_date::varchar) filter (where packages.is_voided) as void_days
from our_orders left join marts.packages on packages.shipstation_order_id = our_orders.order_id
group by order_number;

create temp table our_shipped as
select order_number, min(ship_date)::varchar as first_day
from marts.shipped_orders
where shipstation_order_id > 0 and order_number in (select order_number from numbers)
group by order_number;

create temp table our_lines as
select items.order_number, items.shipstation_order_id as order_id, items.shipment_id,
    items.ship_date::varchar as ship_day, items.quantity_shipped as units, items.lot_source,
    coalesce(items.sku_code, split_part(sold.text, '-', 1)) as sku,
    coalesce(items.sku_code, split_part(sold.text, '-', 1)) || coalesce(' - ' || items.lot_number, '') as lot,
    aliases.multiplier is not null as is_alias,
    items.quantity_shipped // coalesce(aliases.multiplier, 1) as raw_units
from marts.shipped_items as items,
    lateral (select regexp_replace(trim(items.shipstation_sku_raw), '\\s*-\\s*', '-') as text) as sold
left join aliases
    on aliases.component = items.sku_code
    and aliases.alias = case
        when sold.text in (select alias from aliases) then sold.text else split_part(sold.text, '-', 1)
    end
where items.shipstation_order_id > 0 and items.order_number in (select order_number from numbers);

create temp table our_items as
select order_number, sku, sum(units)::bigint as units, list(distinct ship_day order by ship_day) as days,
    string_agg(distinct lot, ', ' order by lot) as lots, bool_and(lot_source = 'shipment') as lots_are_labelled,
    coalesce(sum(units) filter (where is_alias), 0)::bigint as alias_units, sum(raw_units)::bigint as raw_units
from our_lines group by all;
"""
_THEIRS = """
create temp table their_orders as
with inbox as (
    select order_number, try_cast(nullif(trim(order_id), '') as bigint) as order_id, lower(trim(status)) as status,
        coalesce(try_cast(left(order_date, 10) as date)::varchar, order_date) as order_date,
        lower(nullif(trim(carrier), '')) as carrier, lower(nullif(trim(service), '')) as service,
        upper(nullif(trim(tracking), '')) as tracking, has_lines = '1' as has_lines, true as is_in_inbox,
        greatest(try_cast(created_at as timestamptz), try_cast(updated_at as timestamptz)) as written_at
    from their_orders_raw
)
select row_number() over () as row_id, * from (
    from inbox
    union all by name
    select order_number, 'shipped' as status, false as is_in_inbox,
        max(greatest(try_cast(created_at as timestamptz), try_cast(updated_at as timestamptz))) as written_at
    from their_shipped_raw where order_number not in (select order_number from inbox) group by order_number
);

create temp table their_shipped as
select order_number, list_sort(list(distinct left(ship_date, 10))) as days,
    max(greatest(try_cast(created_at as timestamptz), try_cast(updated_at as timestamptz))) as written_at
from their_shipped_raw group by order_number;

create temp table their_lines as
with rows as (
    select *, trim(base_sku) as sku_there,
        regexp_extract(trim(sku_lot), '^(\\d{5})\\s*-\\s*(\\d{5,})$', 2) as lot_number,
        greatest(try_cast(created_at as timestamptz), try_cast(updated_at as timestamptz)) as written_at,
        count(*) over (partition by order_number, base_sku, sku_lot, quantity, ship_date) as copies
    from their_items_raw
)
select order_number, left(ship_date, 10) as ship_day, written_at, copies,
    coalesce(component, sku_there) as sku,
    try_cast(quantity as bigint) * coalesce(multiplier, 1) as units,
    case
        when lot_number <> '' then coalesce(component, sku_there) || ' - ' || lot_number
        when coalesce(trim(sku_lot), '') in ('', sku_there) then coalesce(component, sku_there)
        else trim(sku_lot)
    end as lot
from rows left join aliases on alias = sku_there;

create temp table their_items as
select order_number, sku, sum(units)::bigint as units, list(distinct ship_day order by ship_day) as days,
    string_agg(distinct lot, ', ' order by lot) as lots, max(written_at) as written_at,
    if(min(copies) = max(copies), min(copies), 1) as copies
from their_lines group by order_number, sku;
"""


def our_numbers(connection: duckdb.DuckDBPyConnection, since: datetime, first_day: date) -> set[str]:
    """Return the numbers of the published orders that changed since an instant, or shipped since a day."""
    found = connection.execute(_OUR_NUMBERS, {"since": since, "first_day": first_day}).fetchall()
    return {row[0] for row in found if row[0] is not None}


def create_tables(
    connection: duckdb.DuckDBPyConnection,
    numbers: list[str],
    theirs: TheirRows,
    reference: Reference,
    criteria: Criteria,
) -> None:
    """Create the tables of both sides for the orders with these numbers."""
    # For their instants without a zone; ours have one.
    connection.execute(f"set timezone = '{criteria.clock}'")
    _table(connection, "numbers", {"order_number": numbers}, {"order_number": pa.string()})
    aliases = [(alias, *part) for alias, parts in reference.components.items() for part in parts.items()]
    names = {"alias": pa.string(), "component": pa.string(), "multiplier": pa.int64()}
    _table(connection, "aliases", dict(zip(names, zip(*aliases, strict=True), strict=False)), names)
    raw = {
        "their_orders_raw": theirs.orders,
        "their_shipped_raw": theirs.shipped_orders,
        "their_items_raw": theirs.shipped_items,
    }
    for name, rows in raw.items():
        connection.register(name, rows)
    connection.execute(_OURS)
    connection.execute(_THEIRS)
    for name in raw:
        connection.unregister(name)


def _table(
    connection: duckdb.DuckDBPyConnection, name: str, columns: dict[str, Any], types: dict[str, Any]
) -> None:
    schema = pa.schema(list(types.items()))
    made = pa.table([pa.array(columns.get(column, []), kind) for column, kind in types.items()], schema=schema)
    connection.register(f"{name}_given", made)
    connection.execute(f"create temp table {name} as from {name}_given")
    connection.unregister(f"{name}_given")
