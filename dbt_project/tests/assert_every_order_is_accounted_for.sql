-- Every loaded order is in the inbox, and every shipped order counts as shipped, has an exception with the reason, or
-- has a future ship date. If this fails, an order was dropped silently: not billed and not taken from stock.
with orders as (

    select * from {{ ref('orders_inbox') }}
    where {{ is_tested() }}

),

fetched as (

    select count(*) as order_count from {{ source('shipstation', 'orders') }}

),

inbox as (

    select count(*) as order_count from {{ ref('orders_inbox') }}

),

unaccounted as (

    select
        cast(orders.shipstation_order_id as varchar) as what,
        'neither shipped nor excepted' as reason
    from orders
    cross join {{ ref('stg_shipledger__build_context') }} as build_context
    left join {{ ref('shipped_orders') }} as shipped_orders
        on orders.shipstation_order_id = shipped_orders.shipstation_order_id
    left join {{ ref('exceptions') }} as exceptions
        on
            orders.shipstation_order_id = exceptions.shipstation_order_id
            and exceptions.exception_type in ('missing_ship_date', 'historical_shipment', 'future_ship_date')
    where
        orders.order_status = 'shipped'
        and shipped_orders.shipstation_order_id is null
        and exceptions.shipstation_order_id is null
        and coalesce(orders.ship_date <= build_context.today, true)
    union all
    select
        fetched.order_count || ' fetched, ' || inbox.order_count || ' in the inbox' as what,
        'counts differ' as reason
    from fetched
    cross join inbox
    where fetched.order_count <> inbox.order_count

)

select * from unaccounted
