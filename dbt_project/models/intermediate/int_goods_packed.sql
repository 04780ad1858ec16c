{{ config(materialized='view') }}
-- One row for each component of each line that a departure carried, of the orders this build computes again; the same
-- SKU and lot may be there twice. A label that lists its items carries those; what no label lists is with the departure
-- that carries the remainder.
with departures as (

    select * from {{ changed_rows('int_departures') }}

),

order_lines as (

    select * from {{ changed_rows('int_lines_resolved') }}
    where shipment_id is null and not is_adjustment

),

listed_lines as (

    select * from {{ ref('int_lines_listed') }}

),

listed_quantities as (

    select
        shipstation_order_id,
        order_line_number,
        sum(line_quantity) as line_quantity
    from listed_lines
    where component_number = 1
    group by all

),

goods as (

    select
        shipstation_order_id,
        shipment_id,
        shipstation_sku_raw,
        sku_code,
        lot_number,
        quantity
    from listed_lines
    union all
    select
        order_lines.shipstation_order_id,
        departures.shipment_id,
        order_lines.shipstation_sku_raw,
        order_lines.sku_code,
        order_lines.lot_number,
        greatest(order_lines.line_quantity - coalesce(listed.line_quantity, 0), 0) * order_lines.multiplier as quantity
    from order_lines
    inner join departures
        on order_lines.shipstation_order_id = departures.shipstation_order_id and departures.carries_remainder
    left join listed_quantities as listed
        on
            order_lines.shipstation_order_id = listed.shipstation_order_id
            and order_lines.line_number = listed.order_line_number

)

select * from goods
