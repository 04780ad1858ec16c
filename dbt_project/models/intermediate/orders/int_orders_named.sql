{{ config(materialized='view') }}
-- One row per ShipStation row that names an order or has its state, and per order known only from the former system:
-- the order that it names now, and the number of an order. `load_id` is the load that last wrote it.
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
