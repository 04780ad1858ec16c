-- One row for each order whose units without a lot must be assigned to lots again: because its lines changed, an event
-- before them or a line beside them. Compared with the shipped items as they were written last. After a build that did
-- not turn green, which may have assigned some and not written them, all are. In a full build: all.
{%- set last_items = previous_build_of('marts', 'shipped_items', 'ledger') %}
with lines as (

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
        cast(sum(quantity_shipped) as bigint) as quantity
    from {{ last_items or no_shipped_items() }}
    where lot_source = 'fifo'
    group by all

),

differing_lines as (

    select * from {{ ref('int_lines_differing') }}

),

rearranged_days as (

    {{ differing_rows('taken', 'written', 'ship_date, sku_code, lot_number, quantity', 'ship_date, sku_code') }}
    union
    select
        taken.ship_date,
        taken.sku_code
    from taken
    inner join differing_lines
        on taken.ship_date = differing_lines.ship_date and taken.sku_code = differing_lines.sku_code
    union
    select
        ship_date,
        sku_code
    from taken
    where {{ is_repeated() }}

),

reassigned as (

    select shipstation_order_id from differing_lines
    union
    select lines.shipstation_order_id
    from lines
    inner join rearranged_days
        on lines.ship_date = rearranged_days.ship_date and lines.sku_code = rearranged_days.sku_code

)

select * from reassigned
