{{ config(materialized='view') }}
-- One row per complete week and key product: stock at its end and days of supply. On hand is the balance at the end of
-- Sunday; for the current week it is the current one, and the days of supply use the units available now.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

ends as (

    select
        {{ monday_of('inventory_daily.inventory_date') }} as week_start_date,
        inventory_daily.sku_code,
        max(inventory_daily.inventory_date) as counted_on_date,
        arg_max(inventory_daily.quantity_on_hand, inventory_daily.inventory_date) as quantity_on_hand,
        arg_max(inventory_daily.pallet_count, inventory_daily.inventory_date) as pallet_count,
        arg_max(inventory_daily.units_per_pallet, inventory_daily.inventory_date) as units_per_pallet
    from {{ ref('int_stock_daily') }} as inventory_daily
    cross join build_context
    where {{ monday_of('inventory_daily.inventory_date') }} <= {{ last_complete_week('build_context.today') }}
    group by all

),

weeks as (

    select
        ends.*,
        skus.product_name,
        skus.reorder_point,
        coalesce(averages.average_weekly_units, 0) as average_weekly_units,
        coalesce(averages.weeks_averaged, 0) as weeks_averaged,
        coalesce(averages.quantity_shipped, 0) as quantity_shipped,
        averages.units_averaged,
        averages.weekly_units,
        if(
            ends.week_start_date = {{ monday_of('build_context.today') }},
            current_stock.quantity_available, ends.quantity_on_hand
        ) as quantity_to_last
    from ends
    cross join build_context
    inner join skus on ends.sku_code = skus.sku_code
    left join {{ ref('int_stock_now') }} as current_stock on ends.sku_code = current_stock.sku_code
    left join {{ ref('int_weekly_averages') }} as averages
        on ends.week_start_date = averages.week_start_date and ends.sku_code = averages.sku_code

),

supplied as (

    select
        *,
        {{ days_of_supply('quantity_to_last', 'units_averaged', 'weeks_averaged') }} as days_of_supply
    from weeks

)

select * from supplied
