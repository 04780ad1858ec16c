{{ config(materialized='view') }}
-- One row for each component of each line that an outbound label lists, of the orders this build computes again;
-- discounts are left out. `order_line_number` is the line of the order it is matched to, by id, else by SKU text; null
-- when the order has no such line.
with departures as (

    select * from {{ changed_rows('int_departures') }}
    where departure_kind = 'label'

),

lines as (

    select * from {{ changed_rows('int_lines_resolved') }}

),

order_lines as (

    select * from lines
    where shipment_id is null

),

listed as (

    select lines.*
    from lines
    inner join departures on lines.shipment_id = departures.shipment_id
    left join order_lines as own
        on
            lines.shipstation_order_id = own.shipstation_order_id
            and lines.order_item_id = own.order_item_id
            and own.is_adjustment
    where not lines.is_adjustment and own.order_item_id is null

),

matched as (

    select
        listed.*,
        coalesce(by_id.line_number, by_text.line_number) as order_line_number
    from listed
    left join {{ first_line_by('order_item_id') }} as by_id
        on listed.shipstation_order_id = by_id.shipstation_order_id and listed.order_item_id = by_id.order_item_id
    left join {{ first_line_by('sku_key') }} as by_text
        on listed.shipstation_order_id = by_text.shipstation_order_id and listed.sku_key = by_text.sku_key

)

select * from matched
