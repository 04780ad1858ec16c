-- One row for each day of the running month that is still to come × key product: the stock now on hand, which a close
-- of the month now would charge storage for.
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
