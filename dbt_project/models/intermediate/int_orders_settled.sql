{{ config(materialized='view') }}
-- One row for each order, with what a look at it by itself found: an order that ShipStation no longer knows counts as
-- cancelled. What was found before the order was fetched again is out of date.
with orders as (

    select * from {{ ref('stg_shipstation__orders') }}

),

order_states as (

    select * from {{ ref('stg_shipstation__order_states') }}

),

settled as (

    select
        orders.* exclude (order_status),
        case
            when order_states.state = 'missing_in_shipstation' then 'cancelled'
            else coalesce(orders.order_status, 'unknown')
        end as order_status,
        coalesce(order_states.state = 'missing_in_shipstation', false) as is_missing,
        coalesce(order_states.state = 'work_in_progress', false) as is_work_in_progress
    from orders
    left join order_states
        on
            orders.shipstation_order_id = order_states.shipstation_order_id
            and orders.fetched_at <= order_states.checked_at

)

select * from settled
