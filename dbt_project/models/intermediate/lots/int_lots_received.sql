{{ config(materialized='view') }}
-- One row per lot of a key product received here: the first day on which entries added more units than they removed, by
-- a receipt or a count. That day gives its FIFO position. For a lot of the opening balances, the former system may have
-- an earlier day.
with events as (

    select * from {{ ref('int_lot_events') }}

),

described as (

    select * from {{ ref('int_lots_described') }}

),

received as (

    select
        events.sku_code,
        events.lot_number,
        least(min(events.movement_date), min(described.received_date)) as received_date
    from events
    left join described on events.sku_code = described.sku_code and events.lot_number = described.lot_number
    where events.lot_number is not null and events.quantity_in > 0
    group by all

)

select * from received
