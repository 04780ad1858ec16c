{{ config(materialized='view') }}
-- One row for each lot of a key product that came in here: the day of its first receipt, which is its place in the
-- queue.
with events as (

    select * from {{ ref('int_lot_events') }}

),

received as (

    select
        sku_code,
        lot_number,
        min(movement_date) as received_date
    from events
    where lot_number is not null and quantity_in > 0
    group by all

)

select * from received
