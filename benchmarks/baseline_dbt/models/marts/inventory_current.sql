with averages as (

    select sku_code, avg(quantity_shipped) as average_weekly_units
    from {{ ref('weekly_shipped_history') }}
    where week_start_date >= date_trunc('week', current_date) - interval 52 week
    group by sku_code

),

allocated as (

    select items.sku_code, sum(items.quantity) as quantity_allocated
    from {{ ref('order_items_inbox') }} as items
    inner join {{ ref('orders_inbox') }} as orders on items.shipstation_order_id = orders.shipstation_order_id
    where orders.order_status in ('awaiting_shipment', 'awaiting_payment', 'on_hold') and not items.is_adjustment
    group by items.sku_code

)

select
    stock.sku_code,
    stock.quantity_on_hand,
    coalesce(allocated.quantity_allocated, 0) as quantity_allocated,
    stock.quantity_on_hand - coalesce(allocated.quantity_allocated, 0) as quantity_available,
    averages.average_weekly_units,
    stock.quantity_on_hand / nullif(averages.average_weekly_units, 0) * 7 as days_of_supply
from {{ ref('inventory_daily') }} as stock
left join allocated on stock.sku_code = allocated.sku_code
left join averages on stock.sku_code = averages.sku_code
qualify row_number() over (partition by stock.sku_code order by stock.inventory_date desc) = 1
