-- One row for each order × day × SKU with a line without a lot, of the orders this build computes again, that is not
-- what `shipped_items` was written from last: new, gone, on another day or of another quantity. In a full build: all.
{%- set last_items = previous_build_of('marts', 'shipped_items', 'ledger') %}
with changed as (

    select * from {{ ref('int_orders_changed') }}

),

lines as (

    select * from {{ changed_rows('int_lines_shipped') }}
    where lot_number is null and sku_code is not null and held_back_reason is null

),

written_lines as (

    select
        shipstation_order_id,
        shipment_id,
        shipstation_sku_raw,
        ship_date,
        sku_code,
        cast(sum(quantity_shipped) as bigint) as quantity
    from {{ last_items or no_shipped_items() }}
    where
        lot_source <> 'shipment'
        and sku_code is not null
        and shipstation_order_id in (select changed.shipstation_order_id from changed)
    group by all

),

differing as (

    {{ differing_rows(
        'lines', 'written_lines',
        'shipstation_order_id, shipment_id, shipstation_sku_raw, ship_date, sku_code, quantity',
        'ship_date, sku_code, shipstation_order_id'
    ) }}

)

select distinct * from differing
