{{ config(materialized='view') }}
-- One row per order with a ship date after the day of the last finished build, or of one started since: that day may
-- have been reached or come near since then, or moved away if the clock was set back.
with begun as (

    select min(today) as last_date from {{ ref('int_inputs_begun') }}

),

dated as (

    select shipstation_order_id from {{ ref('stg_shipstation__shipments') }}
    where ship_date > (select begun.last_date from begun)
    union
    select shipstation_order_id from {{ ref('stg_shipstation__fulfillments') }}
    where ship_date > (select begun.last_date from begun)
    union
    select shipstation_order_id from {{ ref('stg_shipstation__orders') }}
    where planned_ship_date > (select begun.last_date from begun) and order_status = 'shipped'

)

select * from dated
