{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each open order of ShipStation × SKU × lot it names: the units it wants, and those that left of it on a
-- label. `lot_number` is null for what it wants, or got, without a lot.
with open_orders as (

    select shipstation_order_id
    from {{ changed_rows('int_orders_described') }}
    where order_status in ('awaiting_shipment', 'on_hold', 'pending_fulfillment', 'awaiting_payment')

),

units as (

    select
        shipstation_order_id,
        sku_code,
        lot_number,
        quantity as quantity_wanted,
        0 as quantity_gone
    from {{ changed_rows('int_lines_resolved') }}
    where shipment_id is null and sku_status = 'known'
    union all
    select
        shipstation_order_id,
        sku_code,
        lot_number,
        0 as quantity_wanted,
        quantity as quantity_gone
    from {{ changed_rows('int_lines_shipped') }}

),

outstanding as (

    select
        units.shipstation_order_id,
        units.sku_code,
        units.lot_number,
        cast(sum(units.quantity_wanted) as bigint) as quantity_wanted,
        cast(sum(units.quantity_gone) as bigint) as quantity_gone
    from units
    where units.shipstation_order_id in (select open_orders.shipstation_order_id from open_orders)
    group by all

)

select * from outstanding
