{{ config(materialized='view') }}
-- One row for each shipped line without a lot, on the days and of the SKUs that this build assigns lots for again. The
-- lines of a day stand in a queue: `line_end` is the units wanted up to and with this one. Never add it up.
with lines as not materialized (

    select * from {{ ref('int_lines_shipped') }}
    where lot_number is null and sku_code is not null and held_back_reason is null and quantity > 0

),

taken as (

    select * from {{ ref('int_lots_taken') }}
    where quantity_taken > 0

),

days as (

    select distinct
        lines.ship_date,
        lines.sku_code
    from lines
    inner join taken on lines.ship_date = taken.movement_date and lines.sku_code = taken.sku_code
    where {{ order_changed('int_orders_reassigned') }}

),

queued as (

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

)

select * from queued
