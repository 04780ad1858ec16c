{{ config(materialized='view') }}
-- One row for each row of ShipStation that names an order, or says what became of one, and for each order that only the
-- former system knows: the order it names now, and an order's number. `load_id` is the load that wrote it last.
with named as (

    select
        'order' as row_kind,
        shipstation_order_id as row_id,
        shipstation_order_id,
        number_hash,
        load_id
    from {{ ref('stg_shipstation__orders') }}
    union all
    select
        'label' as row_kind,
        shipment_id as row_id,
        shipstation_order_id,
        null as number_hash,
        load_id
    from {{ ref('stg_shipstation__shipments') }}
    union all
    select
        'fulfillment' as row_kind,
        fulfillment_id as row_id,
        shipstation_order_id,
        null as number_hash,
        load_id
    from {{ ref('stg_shipstation__fulfillments') }}
    union all
    select
        'state' as row_kind,
        shipstation_order_id as row_id,
        shipstation_order_id,
        null as number_hash,
        load_id
    from {{ ref('stg_shipstation__order_states') }}
    union all
    select distinct
        'former' as row_kind,
        shipstation_order_id as row_id,
        shipstation_order_id,
        null as number_hash,
        null as load_id
    from {{ ref('int_legacy_lines') }}

)

select * from named
