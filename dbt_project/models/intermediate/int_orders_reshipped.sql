-- One row for each order whose shipped items must be written again: the changed ones, and those whose units without a lot
-- now come from another lot, because an event before them or an order beside them changed. Compared with what was written
-- last, so nothing is missed when a build was killed halfway.
{%- set written = previous_build_of('marts', 'shipped_items', 'ledger') %}
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

{% if written is not none -%}
written as (

    select
        ship_date,
        sku_code,
        lot_number,
        cast(sum(quantity_shipped) as bigint) as quantity
    from {{ written }}
    where lot_source = 'fifo'
    group by all

),

rearranged_days as (

    select
        ship_date,
        sku_code
    from ((from taken except from written) union all (from written except from taken)) as differing
    union
    select
        lines.ship_date,
        lines.sku_code
    from lines
    where
        lines.shipstation_order_id in (select changed.shipstation_order_id from changed)
        and (lines.ship_date, lines.sku_code) in (select taken.ship_date, taken.sku_code from taken)
    union
    select
        written_items.ship_date,
        written_items.sku_code
    from {{ written }} as written_items
    where
        written_items.lot_source = 'fifo'
        and written_items.shipstation_order_id in (select changed.shipstation_order_id from changed)

),
{%- endif %}

reshipped as (

    select shipstation_order_id from changed
    {% if written is not none -%}
    union
    select lines.shipstation_order_id
    from lines
    inner join rearranged_days
        on lines.ship_date = rearranged_days.ship_date and lines.sku_code = rearranged_days.sku_code
    {%- endif %}

)

select * from reshipped
