-- One row per day and key product, from the opening day to today, without gaps. `quantity_on_hand` is a balance: do not
-- add it up over days. Pallets use the factor valid on the day and include started ones.
with stock_daily as (

    select * from {{ ref('int_stock_daily') }}

),

inventory_daily as (

    select
        inventory_date,
        sku_id,
        sku_code,
        quantity_on_hand,
        pallet_count,
        units_per_pallet
    from stock_daily

)

select * from inventory_daily
