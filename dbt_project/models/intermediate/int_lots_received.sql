{{ config(materialized='view') }}
-- One row for each lot of a key product that came in here: the first day on which entries brought more of it than they
-- took, be it a receipt or a count that found it. That day is its place in the queue.
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
