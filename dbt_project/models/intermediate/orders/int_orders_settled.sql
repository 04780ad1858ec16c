{{ config(materialized='view') }}
-- One row per order, with the result of its re-fetch by id: an order that ShipStation no longer has counts as
-- cancelled, unless it was loaded again since. Work in progress stays, however often the empty order is edited.
with orders as (

    select * from {{ ref('stg_shipstation__orders') }}

),

order_states as (

    select * from {{ ref('stg_shipstation__order_states') }}

),

looked_at as (

    select
        orders.* exclude (ship_to, number_hash, unreadable_amounts),
        coalesce(
            order_states.state = 'missing_in_shipstation' and orders.fetched_at <= order_states.checked_at, false
        ) as is_missing,
        coalesce(order_states.state = 'work_in_progress', false) as is_work_in_progress
    from orders
    left join order_states on orders.shipstation_order_id = order_states.shipstation_order_id

),

settled as (

    select * replace (if(is_missing, 'cancelled', coalesce(order_status, 'unknown')) as order_status)
    from looked_at

)

select * from settled
