{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each departure × raw SKU × component × lot: the goods that left, also those held back from the reports.
-- A label that lists goods carries those; what no label lists left with the departure that carries the remainder.
-- What only the former system knows comes with a full build, under orders of its own.
with departures as (

    select * from {{ changed_rows('int_departures') }}

),

goods as (

    select * from {{ ref('int_goods_packed') }}

),

shipped as (

    select
        md5(concat_ws(
            '|', goods.shipstation_order_id, coalesce(goods.shipment_id, 0), coalesce(goods.shipstation_sku_raw, ''),
            coalesce(goods.sku_code, ''), coalesce(goods.lot_number, '')
        )) as line_key,
        goods.shipstation_order_id,
        goods.shipment_id,
        goods.shipstation_sku_raw,
        goods.sku_code,
        goods.lot_number,
        departures.order_number,
        departures.ship_date,
        departures.held_back_reason,
        departures.first_seen_at,
        cast(sum(goods.quantity) as bigint) as quantity
    from goods
    inner join departures
        on
            goods.shipstation_order_id = departures.shipstation_order_id
            and goods.shipment_id is not distinct from departures.shipment_id
    group by all
    {% if not is_incremental() -%}
    union all by name
    select * from {{ ref('int_legacy_lines') }}
    {%- endif %}

)

select * from shipped
