-- One row per future day of the current month and key product: the current stock, for which a close of the month now
-- would charge storage.
with stock as (

    select * from {{ ref('int_stock_ahead') }}

),

closing as (

    select
        inventory_date,
        sku_code,
        quantity_on_hand,
        units_per_pallet,
        pallet_count
    from stock

)

select * from closing
