{{ config(materialized='view') }}
-- One row per shop order and matching ShipStation order, matched by key or by number (a split order has one number and
-- several keys). A number in the manual range does not match. `match_rank` 1 is the order to show.
with local_orders as (

    select * from {{ ref('stg_xcart__orders') }}

),

orders as (

    select * from {{ ref('int_orders_described') }}

),

pairs as (

    select
        local_orders.order_number,
        true as is_same_key,
        orders.shipstation_order_id
    from local_orders
    inner join orders on local_orders.order_key = orders.order_key
    union all
    select
        local_orders.order_number,
        false as is_same_key,
        orders.shipstation_order_id
    from local_orders
    inner join orders
        on local_orders.order_number = orders.order_number and local_orders.order_key is distinct from orders.order_key
    where not local_orders.is_manual_number

),

departures as (

    select
        shipstation_order_id,
        min(departed_at) as departed_at
    from {{ ref('int_departures') }}
    where
        departure_kind <> 'return_label'
        and shipstation_order_id in (select pairs.shipstation_order_id from pairs)
    group by shipstation_order_id

),

matched as (

    select
        pairs.order_number,
        pairs.shipstation_order_id,
        orders.order_status,
        orders.ship_date,
        departures.departed_at,
        row_number() over (
            partition by pairs.order_number
            order by not pairs.is_same_key, orders.order_status = 'cancelled', pairs.shipstation_order_id
        ) as match_rank
    from pairs
    inner join orders on pairs.shipstation_order_id = orders.shipstation_order_id
    left join departures on pairs.shipstation_order_id = departures.shipstation_order_id

)

select * from matched
