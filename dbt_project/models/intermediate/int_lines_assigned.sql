{{ config(
    materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id',
    meta={'replaced_orders': 'int_orders_reshipped'}
) }}
-- One row for each shipped line without a lot × lot it was taken from, and one without a lot for what none covered.
-- Lines of a day and lots of a day stand in a queue each; where their stretches overlap, the line came from the lot.
with lines as (

    select * from {{ ref('int_lines_shipped') }}
    where lot_number is null and sku_code is not null and held_back_reason is null and quantity > 0

),

taken as (

    select * from {{ ref('int_lots_taken') }}
    where quantity_taken > 0

),

received as (

    select * from {{ ref('int_lots_received') }}

),

days as (

    select distinct
        lines.ship_date,
        lines.sku_code
    from lines
    inner join taken on lines.ship_date = taken.movement_date and lines.sku_code = taken.sku_code
    where {{ order_changed('int_orders_reshipped') }}

),

line_queue as (

    select
        lines.shipstation_order_id,
        lines.line_key,
        lines.ship_date,
        lines.sku_code,
        lines.quantity,
        sum(lines.quantity) over (
            partition by lines.ship_date, lines.sku_code order by lines.shipstation_order_id, lines.line_key
        ) as line_end
    from lines
    inner join days on lines.ship_date = days.ship_date and lines.sku_code = days.sku_code

),

lot_queue as (

    select
        taken.movement_date,
        taken.sku_code,
        taken.lot_number,
        taken.quantity_taken,
        sum(taken.quantity_taken) over (
            partition by taken.movement_date, taken.sku_code order by received.received_date, taken.lot_number
        ) as lot_end
    from taken
    inner join received on taken.sku_code = received.sku_code and taken.lot_number = received.lot_number

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
    where {{ order_changed('int_orders_reshipped') }}

)

select * from typed
