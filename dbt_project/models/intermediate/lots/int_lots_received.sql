{{ config(materialized='view') }}
-- One row for each lot of a key product that came in here: the first day on which entries brought more of it than they
-- took, be it a receipt or a count that found it. That day is its place in the queue. Of a lot of the opening balances
-- the former system may know an earlier one.
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
