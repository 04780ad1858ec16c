{{ config(materialized='view') }}
-- One row per day and lot that units without a lot were taken from. The lots of a day and SKU form a queue, oldest
-- first: `lot_end` is the running total of units taken, including this lot. Do not add it up.
with taken as (

    select * from {{ ref('int_lots_taken') }}
    where quantity_taken > 0

),

received as (

    select * from {{ ref('int_lots_received') }}

),

queued as (

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

)

select * from queued
