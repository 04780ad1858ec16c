{{ config(materialized='view') }}
-- One row for each lot of a SKU that open orders of ShipStation name, and one without a lot for what they want of the
-- SKU without naming any: their units, less what already left of them. An upload must not promise them again.
with open_orders as (

    select shipstation_order_id
    from {{ ref('int_orders_described') }}
    where order_status in ('awaiting_shipment', 'on_hold', 'pending_fulfillment', 'awaiting_payment')

),

wanted as (

    select
        shipstation_order_id,
        sku_code,
        coalesce(lot_number, '') as lot_number,
        sum(quantity) as quantity
    from {{ ref('int_lines_resolved') }}
    where
        shipment_id is null and sku_status = 'known'
        and shipstation_order_id in (select open_orders.shipstation_order_id from open_orders)
    group by all

),

gone as (

    select
        shipstation_order_id,
        sku_code,
        coalesce(lot_number, '') as lot_number,
        sum(quantity) as quantity
    from {{ ref('int_lines_shipped') }}
    where shipstation_order_id in (select open_orders.shipstation_order_id from open_orders)
    group by all

),

promised as (

    select
        wanted.sku_code,
        nullif(wanted.lot_number, '') as lot_number,
        cast(sum(greatest(wanted.quantity - coalesce(gone.quantity, 0), 0)) as bigint) as quantity_promised
    from wanted
    left join gone
        on
            wanted.shipstation_order_id = gone.shipstation_order_id
            and wanted.sku_code = gone.sku_code
            and wanted.lot_number = gone.lot_number
    group by all

)

select * from promised
