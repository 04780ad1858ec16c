{{ config(materialized='view') }}
-- One row for each order with a ship date after the last finished build: its day may have come since, come near or, by
-- a clock set back, gone away again.
with build_context as (

    select least(today, coalesce(finished_date, today)) as last_date from {{ ref('stg_shipledger__build_context') }}

),

dated as (

    select shipstation_order_id from {{ ref('stg_shipstation__shipments') }}
    where ship_date > (select build_context.last_date from build_context)
    union
    select shipstation_order_id from {{ ref('stg_shipstation__fulfillments') }}
    where ship_date > (select build_context.last_date from build_context)
    union
    select shipstation_order_id from {{ ref('stg_shipstation__orders') }}
    where planned_ship_date > (select build_context.last_date from build_context) and order_status = 'shipped'

)

select * from dated
