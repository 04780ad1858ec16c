{{ config(
    materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id',
    meta={'replaced_orders': 'int_orders_reassigned'}
) }}
-- One row for each shipped line without a lot × lot it was taken from, and one without a lot for what none covered.
-- Lines of a day and lots of a day stand in a queue each; where their stretches overlap, the line came from the lot.
with line_queue as (

    select * from {{ ref('int_lines_queued') }}

),

lot_queue as (

    select * from {{ ref('int_lots_queued') }}

),

covered as (

    select
        line_queue.shipstation_order_id,
        line_queue.line_key,
        lot_queue.lot_number,
        least(line_queue.line_end, lot_queue.lot_end)
        - greatest(line_queue.line_end - line_queue.quantity, lot_queue.lot_end - lot_queue.quantity_taken) as quantity
    from line_queue
    inner join lot_queue
        on
            line_queue.ship_date = lot_queue.movement_date
            and line_queue.sku_code = lot_queue.sku_code
            and line_queue.line_end - line_queue.quantity < lot_queue.lot_end
            and lot_queue.lot_end - lot_queue.quantity_taken < line_queue.line_end

),

assigned as (

    select
        shipstation_order_id,
        line_key,
        lot_number,
        quantity
    from covered
    union all
    select
        line_queue.shipstation_order_id,
        line_queue.line_key,
        null as lot_number,
        line_queue.quantity - coalesce(sum(covered.quantity), 0) as quantity
    from line_queue
    left join covered on line_queue.line_key = covered.line_key
    group by line_queue.shipstation_order_id, line_queue.line_key, line_queue.quantity
    having line_queue.quantity > coalesce(sum(covered.quantity), 0)

),

typed as (

    select * replace (cast(quantity as bigint) as quantity)
    from assigned
    where {{ order_changed('int_orders_reassigned') }}

)

select * from typed
