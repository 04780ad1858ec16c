{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each shipment × raw SKU × lot (and component, for bundles), counted on the label's ship date. The sum of
-- `quantity_shipped` by ship date and `sku_code` is what every report uses. Unknown SKUs have no `sku_code`.
with lines as (

    select * from {{ ref('int_lines_shipped') }}
    where held_back_reason is null and {{ order_changed() }}

),

items as (

    select
        ---------- ids
        md5(concat_ws(
            '|', shipstation_order_id, coalesce(shipment_id, 0), coalesce(shipstation_sku_raw, ''),
            coalesce(sku_code, ''), coalesce(lot_number, '')
        )) as shipped_item_id,
        shipment_id,
        shipstation_order_id,
        sku_code as sku_id,
        case when sku_code is not null then sku_code || '-' || lot_number end as lot_id,

        ---------- text
        order_number,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        if(lot_number is null, 'unassigned', 'shipment') as lot_source,

        ---------- numerics
        quantity as quantity_shipped,

        ---------- dates
        ship_date
    from lines

)

select * from items
