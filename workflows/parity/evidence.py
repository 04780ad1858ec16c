"""The evidence that the rules use: each difference with what both sides know of its order and product."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import duckdb

# Orders that are absent there, in the order in which they changed: a lost page is a run of neighbours.
_LOST_PAGES = """
create temp table lost_pages as
with walked as (
    select 'orders' as area, ours.order_number, ours.order_id, ours.modified_at as changed_at,
        theirs.order_number is null as is_absent
    from matched
    where ours.order_number is not null and ours.modified_at between $since and $orders_look
        and not ours.is_missing and not list_contains($not_held_statuses, ours.status)
    union all
    select 'shipped', order_number, null, modified_at, their_shipped.days is null
    from our_shipped join our_changes using (order_number) left join their_shipped using (order_number)
    where modified_at between $since and $shipped_look
), islands as (
    select *, row_number() over (partition by area order by changed_at, order_number, order_id)
        - row_number() over (partition by area, is_absent order by changed_at, order_number, order_id) as island
    from walked
)
select distinct area, order_number from islands
where is_absent qualify count(*) over (partition by area, island) >= $lost_page_orders;
"""
# Orders that the former system has in a state that ShipStation had left before it last read.
_STUCK = """
create temp table stuck as
select distinct order_number from differences join our_changes using (order_number)
where area = 'orders' and field = 'status' and their_change < changed_at and changed_at <= $orders_look;
"""
_PACKAGES = """
create temp table our_packages as
select order_number, sku, list(units) as units from (
    select order_number, sku, sum(units)::bigint as units from our_lines group by order_number, sku, shipment_id
) group by all;
create temp table our_parts as
select order_number, sku, list(units) as units from (
    select order_number, sku, sum(units)::bigint as units from our_lines group by order_number, sku, order_id
) group by all;
create temp table our_days as
select order_number, list(distinct ship_day order by ship_day) as days, bool_and(is_alias) as is_all_aliases
from our_lines group by order_number;
create temp table same_numbers as
select order_number, count(*) as orders from our_orders group by order_number;
"""
_EVIDENCE = """
create temp table evidence as
select d.area, d.order_number, d.sku, d.field, d.ours, d.theirs, d.their_change, d.their_order_id,
    -- What never changes in an order's life cannot be late.
    d.field not in ('order id', 'order date', 'header') as is_changeable,
    d.order_number in (select order_number from our_orders where is_missing) as is_deleted,
    coalesce(list_contains($local_statuses, d.their_status), false) as is_local_status,
    coalesce(list_contains($not_held_statuses, d.our_status), false) as is_not_held,
    d.order_number in (select order_number from marts.orders_inbox where shipstation_order_id < 0)
        or d.order_number in (select order_number from marts.shipped_orders where shipstation_order_id < 0)
        as is_migrated,
    coalesce(list_contains($key_products, d.sku), false) as is_key_product,
    d.order_number in (select order_number from marts.exceptions where exception_type = 'historical_shipment')
        as is_historical,
    d.order_number in (select order_number from marts.exceptions where exception_type = 'missing_ship_date')
        as has_no_ship_date,
    coalesce(o.lots_are_labelled, false) as lots_are_labelled,
    our_changes.changed_at as our_change,
    $our_look as our_look, $settled as settled, $latest_explained as latest_explained,
    if(d.area = 'orders', $orders_look, $shipped_look) as their_look,
    exists (
        from lasting_differences as earlier
        where earlier.area = d.area and earlier.order_number is not distinct from d.order_number
            and earlier.sku is not distinct from d.sku and earlier.field = d.field
    ) as lasts_too_long,
    o.units as our_units, t.units as their_units, coalesce(t.copies, 1) as their_copies,
    coalesce(o.alias_units, 0) as our_alias_units, o.raw_units as our_raw_units,
    coalesce(our_packages.units, []) as our_packages, coalesce(our_parts.units, []) as our_orders,
    coalesce(if(d.area = 'shipped orders', [our_shipped.first_day], o.days), []) as our_days,
    coalesce(our_days.days, []) as our_package_days,
    coalesce(if(d.area = 'shipped orders', their_shipped.days, t.days), []) as their_days,
    list_distinct([
        d.their_change::date::varchar,
        (d.their_change at time zone (select timezone from marts.snapshot_info))::date::varchar
    ]) as their_run_days,
    coalesce(our_changes.void_days, []) as our_void_days,
    coalesce(our_days.is_all_aliases, false) as is_all_aliases,
    coalesce(same_numbers.orders, 0) as orders_with_this_number,
    lost_pages.order_number is not null as is_of_a_lost_page,
    stuck.order_number is not null as is_stuck
from differences as d
left join our_changes on d.order_number = our_changes.order_number
left join our_shipped on d.order_number = our_shipped.order_number
left join their_shipped on d.order_number = their_shipped.order_number
left join our_items as o on d.order_number = o.order_number and d.sku = o.sku
left join their_items as t on d.order_number = t.order_number and d.sku = t.sku
left join our_packages on d.order_number = our_packages.order_number and d.sku = our_packages.sku
left join our_parts on d.order_number = our_parts.order_number and d.sku = our_parts.sku
left join our_days on d.order_number = our_days.order_number
left join same_numbers on d.order_number = same_numbers.order_number
left join lost_pages
    on d.order_number = lost_pages.order_number and lost_pages.area = if(d.area = 'orders', 'orders', 'shipped')
left join stuck on d.order_number = stuck.order_number;
"""


def gather_evidence(connection: duckdb.DuckDBPyConnection, known: Mapping[str, Any]) -> None:
    """Make the table `evidence`, a row for each of the `differences`.

    Args:
        connection: With both sides and their differences.
        known: The values of the statements' parameters, such as when each side last read.
    """
    for statement in (_LOST_PAGES, _STUCK, _PACKAGES, _EVIDENCE):
        named = set(re.findall(r"\$(\w+)", statement))
        connection.execute(statement, {name: value for name, value in known.items() if name in named})
