{{ config(materialized='view') }}
-- One row for each line of an order (no `shipment_id`) and of each label that lists its items, of the orders this build
-- computes again. `item` is the line as ShipStation printed it, not yet read.
with orders as (

    select * from {{ changed_rows('stg_shipstation__orders') }}

),

shipments as (

    select * from {{ changed_rows('stg_shipstation__shipments') }}

),

unnested as (

    {% for parent, shipment_id in {'orders': 'null', 'shipments': 'shipment_id'}.items() -%}
    select
        shipstation_order_id,
        cast({{ shipment_id }} as bigint) as shipment_id,
        order_number,
        first_seen_at,
        generate_subscripts(items, 1) as line_number,
        unnest(items) as item
    from {{ parent }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from unnested
