-- One row per closed month and key product whose pallet-days differ from the bill. Not restated by day, because one
-- cause changes many days of a product. A future day has the current stock.
with billed as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'stock'

),

closed as (

    select
        month,
        frozen_at
    from {{ ref('int_months_closed') }}

),

rates as (

    select * from {{ ref('int_days_rated') }}

),

stock as (

    select
        closed.month,
        daily.*
    from {{ ref('int_stock_to_month_end') }} as daily
    inner join closed on {{ month_of('daily.inventory_date') }} = closed.month

),

compared as (

    select
        rates.charge_date,
        rates.storage_rate_cents,
        coalesce(stock.month, billed.month) as month,
        coalesce(stock.sku_code, billed.sku_code) as sku_code,
        billed.units_per_pallet as billed_units_per_pallet,
        stock.units_per_pallet,
        coalesce(stock.quantity_on_hand, 0) - coalesce(billed.quantity_on_hand, 0) as quantity,
        coalesce(stock.pallet_count, 0) - coalesce(billed.pallet_count, 0) as pallet_count
    from stock
    full outer join billed on stock.sku_code = billed.sku_code and stock.inventory_date = billed.inventory_date
    inner join rates on coalesce(stock.inventory_date, billed.inventory_date) = rates.charge_date

),

moved as (

    select
        month,
        sku_code,
        cast(sum(pallet_count) as bigint) as pallet_count,
        cast(sum(pallet_count * storage_rate_cents) as bigint) as storage_charge_cents,
        min(charge_date) as first_date,
        max(charge_date) as last_date,
        arg_min(quantity, charge_date) as quantity,
        arg_min(billed_units_per_pallet, charge_date) as billed_units_per_pallet,
        arg_min(units_per_pallet, charge_date) as units_per_pallet
    from compared
    where pallet_count <> 0
    group by month, sku_code

)

select
    moved.*,
    closed.frozen_at
from moved
inner join closed on moved.month = closed.month
