{{ config(materialized='view') }}
-- One row per day and key product, from the opening day to the end of the current month: stock at the end of the day,
-- or current stock on future days. A balance: do not add it up over days.
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
