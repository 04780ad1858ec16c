with listed as (

    select
        shipments.shipment_id,
        items.shipstation_sku_raw,
        items.quantity
    from {{ ref('stg_shipments') }} as shipments
    inner join {{ ref('stg_shipment_items') }} as items on shipments.shipment_id = items.shipment_id

),

of_orders as (

    select
        min(shipments.shipment_id) as shipment_id,
        items.shipstation_sku_raw,
        items.quantity
    from {{ ref('stg_shipments') }} as shipments
    inner join {{ ref('stg_order_items') }} as items on shipments.shipstation_order_id = items.shipstation_order_id
    where
        not items.is_adjustment
        and shipments.shipment_id not in (select listed.shipment_id from listed)
    group by items.order_item_id, items.shipstation_sku_raw, items.quantity

)

select * from listed
union all
select * from of_orders
