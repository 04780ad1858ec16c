{{ config(materialized='view') }}
-- One row per shipment, raw SKU and lot (and component of a bundle), counted on the label's ship date. Every report
-- uses the sum of `quantity_shipped` by ship date and `sku_code`. Unknown SKUs have no `sku_code`.
with lines as (

    select * from {{ ref('int_lines_shipped') }}
    where held_back_reason is null

),

assigned as (

    select * from {{ ref('int_lines_assigned') }}

),

parts as (

    select
        lines.* exclude (lot_number, quantity),
        coalesce(lines.lot_number, assigned.lot_number) as lot_number,
        case
            when lines.lot_number is not null then 'shipment' when assigned.lot_number is not null then 'fifo'
            else 'unassigned'
        end as lot_source,
        coalesce(assigned.quantity, lines.quantity) as quantity
    from lines
    left join assigned
        on
            lines.lot_number is null
            and lines.shipstation_order_id = assigned.shipstation_order_id
            and lines.line_key = assigned.line_key

),

shipped as (

    select
        ---------- ids
        if(lot_source = 'fifo', md5(line_key || lot_number), line_key) as shipped_item_id,
        shipment_id,
        shipstation_order_id,
        sku_code as sku_id,
        case when sku_code is not null then sku_code || '-' || lot_number end as lot_id,

        ---------- text
        order_number,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        lot_source,

        ---------- numerics
        quantity as quantity_shipped,

        ---------- dates
        ship_date
    from parts

)

select * from shipped
