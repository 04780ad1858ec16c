{{ config(materialized='view') }}
-- One row per exception, with the instant since which its cause can exist: what a backfill loads is older than the day
-- on which it was first seen here.
with exceptions as (

    select * from {{ ref('int_exceptions_identified') }}

),

orders as (

    select * from {{ ref('int_orders_described') }}

),

dated as (

    select
        ---------- ids
        exceptions.exception_id,
        exceptions.shipstation_order_id,

        ---------- text
        exceptions.exception_type,
        exceptions.severity,
        exceptions.order_number,
        exceptions.detail,
        exceptions.cause,

        ---------- instants
        exceptions.first_seen_at,
        least(exceptions.first_seen_at, orders.created_at) as started_at
    from exceptions
    left join orders on exceptions.shipstation_order_id = orders.shipstation_order_id

)

select * from dated
