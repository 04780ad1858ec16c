with weeks as (

    select distinct cast(date_trunc('week', inventory_date) as date) as week_start_date
    from {{ ref('inventory_daily') }}

),

shipped as (

    select
        cast(date_trunc('week', ship_date) as date) as week_start_date,
        sku_code,
        sum(quantity_shipped) as quantity_shipped
    from {{ ref('shipped_items') }}
    group by all

)

select
    weeks.week_start_date,
    products.sku_code,
    coalesce(shipped.quantity_shipped, 0) as quantity_shipped
from weeks
cross join {{ ref('products') }} as products
left join shipped
    on weeks.week_start_date = shipped.week_start_date and products.sku_code = shipped.sku_code
