{{ config(materialized='view') }}
-- One row for each component of each line that a departure carried, of the orders this build computes again; the same
-- SKU and lot may be there twice. A label that lists goods carries those; what no label lists is with the departure
-- that carries the remainder.
with departures as (

    select * from {{ changed_rows('int_departures') }}

),

listed as (

    select * from {{ changed_rows('int_lines_listed') }}

),

unlisted as (

    select * from {{ changed_rows('int_lines_unlisted') }}

),

goods as (

    select
        shipstation_order_id,
        shipment_id,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        quantity
    from listed
    union all
    select
        unlisted.shipstation_order_id,
        departures.shipment_id,
        unlisted.shipstation_sku_raw,
        unlisted.sku_code,
        unlisted.lot_number,
        unlisted.quantity_left as quantity
    from unlisted
    inner join departures
        on unlisted.shipstation_order_id = departures.shipstation_order_id and departures.carries_remainder

)

select * from goods
