-- One row per ship date and SKU with lines that name no lot: a hash of these lines and of the units that lots covered
-- on the day. If the hash of a day changes, the day is assigned to lots again.
with lines as (

    select
        ship_date,
        sku_code,
        sum(hash(shipstation_order_id, line_key, quantity)) as content_hash
    from {{ ref('int_lines_shipped') }}
    where {{ names_no_lot() }}
    group by all

),

lots as (

    select
        movement_date,
        sku_code,
        sum(hash(lot_number, quantity_taken, lot_end)) as content_hash
    from {{ ref('int_lots_queued') }}
    group by all

),

queued as (

    select
        lines.ship_date,
        lines.sku_code,
        hash(lines.ship_date, lines.sku_code, lines.content_hash, lots.content_hash) as queue_hash
    from lines
    left join lots on lines.ship_date = lots.movement_date and lines.sku_code = lots.sku_code

)

select * from queued
