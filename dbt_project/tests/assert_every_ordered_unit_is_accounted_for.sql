-- Every unit of a shipped order left, or has an exception because it is on no label; and no more units left than were
-- ordered, unless there is an exception. If this fails, goods count twice or are lost silently: in stock, on the bill
-- and in a recall.
with orders as (

    select * from {{ ref('orders_inbox') }}
    where
        total_items > 0
        and {{ is_tested() }}

),

units as (

    select
        shipstation_order_id,
        sku_code,
        quantity as quantity_ordered,
        0 as quantity_left
    from {{ ref('int_lines_resolved') }}
    where shipment_id is null and quantity > 0
    union all
    select
        shipstation_order_id,
        sku_code,
        0 as quantity_ordered,
        quantity as quantity_left
    from {{ ref('int_lines_shipped') }}

),

compared as (

    select
        units.shipstation_order_id,
        units.sku_code,
        orders.order_status,
        sum(units.quantity_ordered) as quantity_ordered,
        sum(units.quantity_left) as quantity_left
    from units
    inner join orders on units.shipstation_order_id = orders.shipstation_order_id
    where units.sku_code is not null
    group by all

)

select compared.*
from compared
left join {{ ref('exceptions') }} as exceptions
    on
        compared.shipstation_order_id = exceptions.shipstation_order_id
        and exceptions.exception_type
        = if(compared.quantity_left > compared.quantity_ordered, 'more_shipped_than_ordered', 'units_not_on_labels')
where
    exceptions.exception_id is null
    and (
        compared.quantity_left > compared.quantity_ordered
        or (compared.order_status = 'shipped' and compared.quantity_left < compared.quantity_ordered)
    )
