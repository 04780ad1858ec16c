{{ config(materialized='view') }}
-- One row for each product of an order of the shop, lines added up and bundles taken apart; what no list knows keeps
-- its text. These are not ShipStation's units: a unit is counted where ShipStation ships it, and nothing here is added
-- to that.
with lines as (

    select * from {{ ref('int_local_lines_resolved') }}

),

items as (

    select
        ---------- ids
        order_number,
        item_key,
        sku_code as sku_id,

        ---------- text
        sku_code,
        string_agg(distinct sku_raw, ', ' order by sku_raw) as sold_as,
        sku_status,

        ---------- numerics
        cast(sum(quantity) as bigint) as quantity,

        ---------- dates, as instants
        min(first_seen_at) as first_seen_at
    from lines
    group by order_number, item_key, sku_code, sku_status

)

select * from items
