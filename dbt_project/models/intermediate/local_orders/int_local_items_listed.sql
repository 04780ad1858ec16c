{{ config(materialized='view') }}
-- One row per product of a shop order, lines added up and bundles split into components; an unknown SKU keeps its text.
-- Do not add these units to ShipStation's: a unit counts where ShipStation ships it.
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
