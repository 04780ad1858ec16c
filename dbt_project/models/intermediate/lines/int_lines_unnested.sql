{{ config(materialized='view') }}
-- One row for each line of an order (no `shipment_id`) and of each label that lists its items, of the orders this build
-- computes again, under the order's number of now. `item` is the line as ShipStation printed it, not yet read.
with orders as (

    select * from {{ changed_rows('stg_shipstation__orders') }}

),

shipments as (

    select * from {{ changed_rows('stg_shipstation__shipments') }}

),

unnested as (

    select
        shipstation_order_id,
        cast(null as bigint) as shipment_id,
        order_number,
        first_seen_at,
        generate_subscripts(items, 1) as line_number,
        unnest(items) as item
    from orders
    union all
    select
        shipments.shipstation_order_id,
        shipments.shipment_id,
        coalesce(orders.order_number, shipments.order_number) as order_number,
        shipments.first_seen_at,
        generate_subscripts(shipments.items, 1) as line_number,
        unnest(shipments.items) as item
    from shipments
    left join orders on shipments.shipstation_order_id = orders.shipstation_order_id

)

select * from unnested
