with days as (

    select cast(unnest(generate_series(min(opening_date), current_date, interval 1 day)) as date) as inventory_date
    from {{ ref('opening_balances') }}

),

moved as (

    select transaction_date, sku_code, sum(quantity) as quantity
    from {{ ref('inventory_transactions') }}
    group by all

),

stock as (

    select
        days.inventory_date,
        products.sku_id,
        products.sku_code,
        sum(coalesce(moved.quantity, 0)) over (
            partition by products.sku_code order by days.inventory_date
        ) as quantity_on_hand
    from days
    cross join {{ ref('products') }} as products
    left join moved on days.inventory_date = moved.transaction_date and products.sku_code = moved.sku_code

)

select
    stock.*,
    cast(ceil(greatest(stock.quantity_on_hand, 0) / factors.units_per_pallet) as integer) as pallet_count
from stock
left join {{ ref('pallet_factors') }} as factors
    on
        stock.sku_code = cast(factors.sku_code as varchar)
        and stock.inventory_date between factors.valid_from and coalesce(factors.valid_to, date '9999-12-31')
