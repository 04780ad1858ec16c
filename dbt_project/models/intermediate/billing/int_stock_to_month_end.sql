{{ config(materialized='view') }}
-- One row for each day × key product, from the opening day to the end of the running month: what was on hand at the end
-- of the day, and on days to come what is on hand now. A balance: never add it up over days.
with stock as (

    select * from {{ ref('int_stock_daily') }}

),

ahead as (

    select * from {{ ref('int_stock_ahead') }}

),

to_month_end as (

    select * exclude (sku_id) from stock
    union all by name
    select * from ahead

)

select * from to_month_end
