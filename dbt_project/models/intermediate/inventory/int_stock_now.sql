-- One row per key product, as of now. Allocated: units of open orders that have not shipped. Average: of the last
-- complete weeks, as in the weekly report. Days of supply is null if nothing was shipped.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

on_hand as (

    select inventory_daily.*
    from {{ ref('int_stock_daily') }} as inventory_daily
    inner join build_context on inventory_daily.inventory_date = build_context.today

),

allocated as (

    select * from {{ ref('int_units_allocated') }}

),

averages as (

    select averages.*
    from {{ ref('int_weekly_averages') }} as averages
    inner join build_context on averages.week_start_date = {{ last_complete_week('build_context.today') }}

),

stock as (

    select
        skus.sku_id,
        skus.sku_code,
        skus.product_name,
        skus.reorder_point,
        coalesce(on_hand.quantity_on_hand, 0) as quantity_on_hand,
        coalesce(allocated.quantity_allocated, 0) as quantity_allocated,
        coalesce(on_hand.quantity_on_hand, 0) - coalesce(allocated.quantity_allocated, 0) as quantity_available,
        coalesce(averages.average_weekly_units, 0) as average_weekly_units,
        averages.units_averaged,
        averages.weeks_averaged
    from skus
    left join on_hand on skus.sku_code = on_hand.sku_code
    left join allocated on skus.sku_code = allocated.sku_code
    left join averages on skus.sku_code = averages.sku_code

),

supplied as (

    select
        * exclude (units_averaged, weeks_averaged),
        {{ days_of_supply('quantity_available', 'units_averaged', 'weeks_averaged') }} as days_of_supply
    from stock

),

judged as (

    select
        *,
        {{ alert_level('quantity_available', 'reorder_point', 'days_of_supply') }} as alert_level
    from supplied

)

select * from judged
