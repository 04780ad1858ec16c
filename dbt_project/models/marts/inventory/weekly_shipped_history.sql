-- One row per week (Monday to Sunday) and SKU, weeks of zero included, up to the current week, which is not complete.
with weeks as (

    select * from {{ ref('int_weekly_averages') }}

),

history as (

    select
        week_start_date,
        sku_code,
        quantity_shipped
    from weeks

)

select * from history
