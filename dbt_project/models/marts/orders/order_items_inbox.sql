{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per order line, as sold: `quantity` in units of the line, `sku_code` null for a bundle of several components.
-- A negative quantity is a refund, null is unreadable. A line without an id in ShipStation, or with one that its order
-- repeats, gets a negative id of Shipledger.
with lines as (

    select * from {{ ref('int_lines_resolved') }}
    where {{ order_changed() }} and shipment_id is null and component_number = 1

),

identified as (

    select
        *,
        row_number() over (partition by shipstation_order_id, order_item_id order by line_number) as nth_of_its_id
    from lines

),

items as (

    select
        ---------- ids
        case
            when order_item_id is not null and nth_of_its_id = 1 then order_item_id
            else -cast(hash(shipstation_order_id, line_number) >> 2 as bigint)
        end as order_item_id,
        shipstation_order_id,
        cast(line_number as bigint) as line_number,
        case when component_count = 1 then sku_code end as sku_id,
        case when component_count = 1 and sku_code is not null then sku_code || '-' || lot_number end as lot_id,

        ---------- text
        shipstation_sku_raw,
        case when component_count = 1 then sku_code end as sku_code,
        lot_number,

        ---------- numerics
        printed_quantity as quantity,
        unit_price_cents,

        ---------- booleans
        is_adjustment
    from identified

)

select * from items
