-- One row for each order whose shipped items must be written again: the changed ones, and those whose units without a
-- lot now come from another lot, because an event before them or an order beside them changed. Compared with what was
-- written last, so nothing is missed when a build was killed halfway. In a full build: all orders.
{%- set last_items = previous_build_of('marts', 'shipped_items', 'ledger') %}
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

lines as (

    select
        shipstation_order_id,
        ship_date,
        sku_code
    from {{ ref('int_lines_shipped') }}
    where lot_number is null and sku_code is not null and held_back_reason is null

),

taken as (

    select
        movement_date as ship_date,
        sku_code,
        lot_number,
        quantity_taken as quantity
    from {{ ref('int_lots_taken') }}
    where quantity_taken > 0

),

written as (

    select
        ship_date,
        sku_code,
        lot_number,
        cast(sum(quantity_shipped) as bigint) as quantity,
        bool_or(shipstation_order_id in (select changed.shipstation_order_id from changed)) as has_changed
    from {{ last_items or no_shipped_items() }}
    where lot_source = 'fifo'
    group by all

),

rearranged_days as (

    {{ differing_rows('taken', 'written', 'ship_date, sku_code, lot_number, quantity', 'ship_date, sku_code') }}
    union
    select
        ship_date,
        sku_code
    from written
    where has_changed
    union
    select
        lines.ship_date,
        lines.sku_code
    from lines
    inner join taken on lines.ship_date = taken.ship_date and lines.sku_code = taken.sku_code
    where lines.shipstation_order_id in (select changed.shipstation_order_id from changed)

),

reshipped as (

    select shipstation_order_id from changed
    union
    select lines.shipstation_order_id
    from lines
    inner join rearranged_days
        on lines.ship_date = rearranged_days.ship_date and lines.sku_code = rearranged_days.sku_code

)

select * from reshipped
