-- One row for each key product, as it stands now. Allocated: what open orders still want. Average: of the last complete
-- weeks, as in the weekly report. No days of supply when nothing was shipped.
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
