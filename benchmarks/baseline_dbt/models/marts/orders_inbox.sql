with items as (

    select shipstation_order_id, sum(quantity) as total_items
    from {{ ref('stg_order_items') }}
    where not is_adjustment
    group by all

)

select
    orders.* exclude (_dlt_id),
    cast(orders.ordered_at at time zone 'America/Chicago' as date) as order_date,
    case
        when orders.order_number like 'M-%' then 'manual'
        else 'channel'
    end as order_origin,
    coalesce(items.total_items, 0) as total_items,
    items.total_items is null as is_ghost
from {{ ref('stg_orders') }} as orders
left join items on orders.shipstation_order_id = items.shipstation_order_id
