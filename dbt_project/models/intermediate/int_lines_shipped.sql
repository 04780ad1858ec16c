{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each departure × raw SKU × component × lot: the goods that left, also those held back from the reports.
-- A label that lists its items carries those; what no label lists left with the departure that carries the remainder.
with departures as (

    select * from {{ ref('int_departures') }}
    where {{ order_changed() }}

),

lines as (

    select * from {{ ref('int_lines_resolved') }}
    where {{ order_changed() }}

),

order_lines as (

    select * from lines
    where shipment_id is null

),

listed_lines as (

    select lines.*
    from lines
    inner join departures on lines.shipment_id = departures.shipment_id and departures.departure_kind = 'label'
    left join order_lines as own
        on
            lines.shipstation_order_id = own.shipstation_order_id
            and lines.order_item_id = own.order_item_id
            and own.is_adjustment
    where not lines.is_adjustment and own.order_item_id is null

),

listed_quantities as (

    select
        listed.shipstation_order_id,
        coalesce(by_id.line_number, by_text.line_number) as line_number,
        sum(listed.line_quantity) as line_quantity
    from listed_lines as listed
    left join {{ first_line_by('order_item_id') }} as by_id
        on listed.shipstation_order_id = by_id.shipstation_order_id and listed.order_item_id = by_id.order_item_id
    left join {{ first_line_by('sku_key') }} as by_text
        on listed.shipstation_order_id = by_text.shipstation_order_id and listed.sku_key = by_text.sku_key
    where listed.component_number = 1
    group by all

),

goods as (

    select
        shipstation_order_id,
        shipment_id,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        quantity
    from listed_lines
    union all
    select
        order_lines.shipstation_order_id,
        departures.shipment_id,
        order_lines.shipstation_sku_raw,
        order_lines.sku_code,
        order_lines.lot_number,
        greatest(order_lines.line_quantity - coalesce(listed.line_quantity, 0), 0) * order_lines.multiplier as quantity
    from order_lines
    inner join departures
        on order_lines.shipstation_order_id = departures.shipstation_order_id and departures.carries_remainder
    left join listed_quantities as listed
        on
            order_lines.shipstation_order_id = listed.shipstation_order_id
            and order_lines.line_number = listed.line_number
    where not order_lines.is_adjustment

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
    where goods.quantity <> 0
    group by all

)

select * from shipped
