{{ config(materialized='view') }}
-- One row per order: its recipient, from the order, or from the first label if the order was never loaded. Personal
-- data: only `order_consignees` may read it.
with orders as (

    select
        shipstation_order_id,
        ship_to
    from {{ ref('stg_shipstation__orders') }}

),

labels as (

    select
        shipstation_order_id,
        first(ship_to order by shipment_id) as ship_to
    from {{ ref('stg_shipstation__shipments') }}
    where shipstation_order_id not in (select orders.shipstation_order_id from orders)
    group by shipstation_order_id

),

addresses as (

    select * from orders
    union all
    select * from labels

),

recipients as (

    select
        shipstation_order_id,
        nullif(trim(ship_to.name), '') as consignee_name,
        nullif(trim(ship_to.company), '') as company,
        nullif(trim(ship_to.city), '') as city,
        nullif(trim(ship_to.state), '') as state,
        nullif(trim(ship_to.postalcode), '') as postal_code,
        nullif(trim(ship_to.country), '') as country
    from addresses

)

select * from recipients
