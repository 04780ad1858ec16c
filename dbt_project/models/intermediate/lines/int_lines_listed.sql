{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per component of a line on an outbound label, without discounts and quantities of zero: a label with only
-- those lists nothing. `order_sku_key` is the text of the order line that the label line refers to by id, if it has the
-- same goods, else its own: units packed from another lot still belong to that line.
with labels as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }} and not is_voided and not is_return_label

),

lines as (

    select
        *,
        {{ goods_key() }} as goods_key
    from {{ ref('int_lines_resolved') }}
    where {{ order_changed() }}

),

order_lines as (

    select
        shipstation_order_id,
        order_item_id,
        is_adjustment,
        goods_key,
        arg_min(sku_key, line_number) as sku_key
    from lines
    where shipment_id is null and order_item_id is not null and (is_adjustment or quantity > 0)
    group by all

),

listed as (

    select lines.*
    from lines
    inner join labels on lines.shipment_id = labels.shipment_id
    left join order_lines as own
        on
            lines.shipstation_order_id = own.shipstation_order_id
            and lines.order_item_id = own.order_item_id
            and own.is_adjustment
    where not lines.is_adjustment and lines.quantity > 0 and own.order_item_id is null

),

matched as (

    select
        listed.shipstation_order_id,
        listed.shipment_id,
        listed.shipstation_sku_raw,
        listed.sku_code,
        listed.lot_number,
        listed.goods_key,
        listed.quantity,
        coalesce(own.sku_key, listed.sku_key) as order_sku_key
    from listed
    left join order_lines as own
        on
            listed.shipstation_order_id = own.shipstation_order_id
            and listed.order_item_id = own.order_item_id
            and listed.goods_key = own.goods_key
            and not own.is_adjustment

)

select * from matched
