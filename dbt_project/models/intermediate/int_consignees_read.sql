{{ config(materialized='view') }}
-- One row for each order this build computes again: whom its goods went to, as the order says; an order we know by its
-- labels only goes to where the first of them does. Personal data: nothing but `order_consignees` may read it.
with orders as (

    select
        shipstation_order_id,
        ship_to
    from {{ changed_rows('stg_shipstation__orders') }}

),

labels as (

    select
        shipstation_order_id,
        first(ship_to order by shipment_id) as ship_to
    from {{ changed_rows('stg_shipstation__shipments') }}
    where shipstation_order_id not in (select orders.shipstation_order_id from orders)
    group by shipstation_order_id

),

consignees as (

    select * from orders
    union all
    select * from labels

)

select * from consignees
