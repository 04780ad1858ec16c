{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per departure, raw SKU, component and lot: the goods that left, including what is held back from reports. A
-- label that lists goods carries those; the rest left with the departure that carries the remainder.
with departures as (

    select * from {{ ref('int_departures') }}
    where {{ order_changed() }}

),

goods as (

    select
        shipstation_order_id,
        shipment_id,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        quantity
    from {{ ref('int_lines_listed') }}
    where {{ order_changed() }}
    union all
    select
        unlisted.shipstation_order_id,
        departures.shipment_id,
        unlisted.shipstation_sku_raw,
        unlisted.sku_code,
        unlisted.lot_number,
        unlisted.quantity_left as quantity
    from {{ ref('int_lines_unlisted') }} as unlisted
    inner join departures
        on unlisted.shipstation_order_id = departures.shipstation_order_id and departures.carries_remainder

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
    union all by name
    select * from {{ ref('int_legacy_lines') }}
    where {{ order_changed() }}

)

select * from shipped
