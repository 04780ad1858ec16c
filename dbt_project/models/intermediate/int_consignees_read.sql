{{ config(materialized='view') }}
-- One row for each order this build computes again: whom its goods went to, as the order says; an order we know by its
-- labels only goes to where the first of them does. Personal data: nothing but `order_consignees` may read it.
with orders as (

    select
        order_id as shipstation_order_id,
        0 as shipment_id,
        kept_fields,
        payload
    from {{ source('shipstation', 'orders') }}
    where {{ order_changed() }}

),

labels as (

    select
        coalesce(order_id, -shipment_id) as shipstation_order_id,
        shipment_id,
        kept_fields,
        payload
    from {{ source('shipstation', 'shipments') }}
    where {{ order_changed() }} and shipstation_order_id not in (select orders.shipstation_order_id from orders)

),

printed as (

    select * from orders
    union all
    select * from labels

),

documents as (

    select
        shipstation_order_id,
        shipment_id,
        json_transform(
            case when kept_fields is null then payload else json_merge_patch(kept_fields, payload) end,
            '{"shipTo": {
                "name": "VARCHAR", "company": "VARCHAR", "city": "VARCHAR", "state": "VARCHAR",
                "postalCode": "VARCHAR", "country": "VARCHAR"
            }}'
        ).shipto as ship_to
    from printed

),

consignees as (

    select
        shipstation_order_id,
        first(ship_to order by shipment_id) as ship_to
    from documents
    group by shipstation_order_id

)

select * from consignees
