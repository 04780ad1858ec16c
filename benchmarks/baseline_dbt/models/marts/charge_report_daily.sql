with shipped as (

    select ship_date as charge_date, count(*) as order_count
    from {{ ref('shipped_orders') }}
    group by all

),

units as (

    select ship_date as charge_date, sum(quantity_shipped) as unit_count
    from {{ ref('shipped_items') }}
    group by all

),

pallets as (

    select stock.inventory_date as charge_date, sum(stock.pallet_count) as pallet_count
    from {{ ref('inventory_daily') }} as stock
    inner join {{ ref('products') }} as products on stock.sku_code = products.sku_code and products.is_key_product
    group by all

),

rates as (

    select
        pallets.charge_date,
        max(rates.rate_cents) filter (rates.charge_type = 'order') as order_rate_cents,
        max(rates.rate_cents) filter (rates.charge_type = 'handling') as handling_rate_cents,
        max(rates.rate_cents) filter (rates.charge_type = 'storage') as storage_rate_cents
    from pallets
    inner join {{ ref('rate_card') }} as rates
        on pallets.charge_date between rates.valid_from and coalesce(rates.valid_to, date '9999-12-31')
    group by all

)

select
    pallets.charge_date,
    coalesce(shipped.order_count, 0) as order_count,
    coalesce(units.unit_count, 0) as unit_count,
    pallets.pallet_count,
    coalesce(shipped.order_count, 0) * rates.order_rate_cents as order_charge_cents,
    coalesce(units.unit_count, 0) * rates.handling_rate_cents as handling_charge_cents,
    pallets.pallet_count * rates.storage_rate_cents as storage_charge_cents
from pallets
inner join rates on pallets.charge_date = rates.charge_date
left join shipped on pallets.charge_date = shipped.charge_date
left join units on pallets.charge_date = units.charge_date
