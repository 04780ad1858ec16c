-- Every unit of a known SKU in `shipped_items` is in the daily table that the reports add up, on its day, and no other
-- unit is. If this fails, stock, weekly report and monthly bill count other goods than the search by order.
with items as (

    select
        ship_date,
        sku_code,
        sum(quantity_shipped) as quantity
    from {{ ref('shipped_items') }}
    where sku_code is not null
    group by all

),

daily as (

    select
        ship_date,
        sku_code,
        sum(quantity_shipped) as quantity
    from {{ ref('int_shipped_daily') }}
    group by all

)

select
    coalesce(items.ship_date, daily.ship_date) as ship_date,
    coalesce(items.sku_code, daily.sku_code) as sku_code,
    items.quantity as quantity_of_items,
    daily.quantity as quantity_of_days
from items
full outer join daily on items.ship_date = daily.ship_date and items.sku_code = daily.sku_code
where items.quantity is distinct from daily.quantity
