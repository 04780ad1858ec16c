{{ config(materialized='view') }}
-- One row for each SKU that open orders want: their units, less what already left of them on a label.
with open_orders as (

    select shipstation_order_id
    from {{ ref('int_orders_described') }}
    where order_status in ('awaiting_shipment', 'on_hold', 'pending_fulfillment', 'awaiting_payment')

),

wanted as (

    select
        shipstation_order_id,
        sku_code,
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
        sum(quantity) as quantity
    from {{ ref('int_lines_shipped') }}
    where shipstation_order_id in (select open_orders.shipstation_order_id from open_orders)
    group by all

),

allocated as (

    select
        wanted.sku_code,
        cast(sum(greatest(wanted.quantity - coalesce(gone.quantity, 0), 0)) as bigint) as quantity_allocated
    from wanted
    left join gone on wanted.shipstation_order_id = gone.shipstation_order_id and wanted.sku_code = gone.sku_code
    group by wanted.sku_code

)

select * from allocated
