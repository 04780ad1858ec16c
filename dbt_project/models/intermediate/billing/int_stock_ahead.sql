{{ config(materialized='view') }}
-- One row per future day of the current month and key product: the current stock and its pallets by the factor of that
-- day. A month that is closed before its end charges storage for them.
with build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

stock as (

    select inventory_daily.*
    from {{ ref('int_stock_daily') }} as inventory_daily
    inner join build_context on inventory_daily.inventory_date = build_context.today

),

days as (

    select cast(unnest(generate_series(today + 1, last_day(today), interval 1 day)) as date) as inventory_date
    from build_context

),

pallet_factors as (

    select * from {{ ref('stg_reference__pallet_factors') }}

),

ahead as (

    select
        days.inventory_date,
        stock.sku_code,
        stock.quantity_on_hand,
        pallet_factors.units_per_pallet,
        {{ pallets('stock.quantity_on_hand', 'pallet_factors.units_per_pallet') }} as pallet_count
    from days
    cross join stock
    left join pallet_factors
        on
            stock.sku_code = pallet_factors.sku_code
            and days.inventory_date between pallet_factors.valid_from_date and pallet_factors.valid_to_date

)

select * from ahead
