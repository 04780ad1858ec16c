{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per component of an order line with units that no outbound label lists: `quantity_left`. Listed units are
-- taken from lines with the same text first, then from other lines with the same goods (another lot, or in a bundle),
-- each time in line order, so that nothing counts twice.
with listed as (

    select * from {{ ref('int_lines_listed') }}
    where {{ order_changed() }}

),

lines as (

    select
        shipstation_order_id,
        line_number,
        shipstation_sku_raw,
        sku_key,
        sku_code,
        lot_number,
        {{ goods_key() }} as goods_key,
        quantity,
        quantity as quantity_left
    from {{ ref('int_lines_resolved') }}
    where {{ order_changed() }} and shipment_id is null and not is_adjustment and quantity > 0

),

left_of_texts as (

    select
        ordered.* replace (
            {{ left_of_group('ordered.shipstation_order_id, ordered.goods_key, ordered.sku_key') }} as quantity_left
        )
    from lines as ordered
    left join {{ listed_by('order_sku_key') }} as texts
        on
            ordered.shipstation_order_id = texts.shipstation_order_id
            and ordered.goods_key = texts.goods_key
            and ordered.sku_key is not distinct from texts.order_sku_key

),

left_of_goods as (

    select
        ordered.* replace (
            {{ left_of_group('ordered.shipstation_order_id, ordered.goods_key') }} as quantity_left
        )
    from left_of_texts as ordered
    left join {{ listed_by() }} as goods
        on ordered.shipstation_order_id = goods.shipstation_order_id and ordered.goods_key = goods.goods_key

),

unlisted as (

    select * from left_of_goods
    where quantity_left > 0

)

select * from unlisted
