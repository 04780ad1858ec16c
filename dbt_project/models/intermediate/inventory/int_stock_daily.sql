-- One row per day and key product, from the opening day to today, without gaps. `quantity_on_hand` is a balance: do not
-- add it up over days. Pallets use the factor valid on the day and include started ones.
with transactions as (

    select * from {{ ref('int_transactions_booked') }}

),

days as (

    select * from {{ ref('int_days_stocked') }}

),

pallet_factors as (

    select * from {{ ref('stg_reference__pallet_factors') }}

),

changes as (

    select
        transaction_date,
        sku_code,
        sum(quantity) as quantity
    from transactions
    group by all

),

balances as (

    select
        days.inventory_date,
        days.sku_id,
        days.sku_code,
        cast(sum(coalesce(changes.quantity, 0)) over (
            partition by days.sku_code order by days.inventory_date
        ) as bigint) as quantity_on_hand
    from days
    left join changes on days.inventory_date = changes.transaction_date and days.sku_code = changes.sku_code

),

daily as (

    select
        balances.inventory_date,
        balances.sku_id,
        balances.sku_code,
        balances.quantity_on_hand,
        {{ factor_or_refusal() }} as units_per_pallet,
        {{ pallets('balances.quantity_on_hand', 'units_per_pallet') }} as pallet_count
    from balances
    left join pallet_factors
        on
            balances.sku_code = pallet_factors.sku_code
            and balances.inventory_date between pallet_factors.valid_from_date and pallet_factors.valid_to_date

)

select * from daily
