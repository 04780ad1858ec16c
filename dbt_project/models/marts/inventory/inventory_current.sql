-- One row per key product, as of now. Allocated: units of open orders that have not shipped. Average: of the last
-- complete weeks, as in the weekly report. Days of supply is null if nothing was shipped.
with stock_now as (

    select * from {{ ref('int_stock_now') }}

),

inventory_current as (

    select
        sku_id,
        sku_code,
        product_name,
        reorder_point,
        quantity_on_hand,
        quantity_allocated,
        quantity_available,
        average_weekly_units,
        days_of_supply,
        alert_level
    from stock_now

)

select * from inventory_current
