{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order: its recipient, from the order, or from the first label if the order was never loaded. Personal
-- data: only `order_consignees` may read it.
with orders as (

    select
        shipstation_order_id,
        ship_to
    from {{ ref('stg_shipstation__orders') }}
    where {{ order_changed() }}

),

labels as (

    select
        shipstation_order_id,
        first(ship_to order by shipment_id) as ship_to
    from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }} and shipstation_order_id not in (select orders.shipstation_order_id from orders)
    group by shipstation_order_id

),

recipients as (

    select * from orders
    union all
    select * from labels

)

select * from recipients
