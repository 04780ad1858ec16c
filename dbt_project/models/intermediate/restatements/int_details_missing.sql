{{ config(materialized='view') }}
-- One row per departure that a closed month billed and that is not in the warehouse: its history is not loaded, or it
-- is held back as historical. That is not a change, so it is never restated. Departures known only from the former
-- system have a negative label id; they are missing if no data of that system are loaded.
with billed as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'detail'

),

gone as (

    select
        billed.line_key as detail_key,
        billed.shipstation_order_id,
        cast(nullif(split_part(billed.line_key, '|', 2), '0') as bigint) as shipment_id
    from billed
    left join {{ ref('int_departures_charged') }} as charged on billed.line_key = charged.detail_key
    where charged.detail_key is null

),

orders as (

    select shipstation_order_id from {{ ref('stg_shipstation__orders') }}
    where shipstation_order_id in (select gone.shipstation_order_id from gone)

),

shipments as (

    select shipment_id from {{ ref('stg_shipstation__shipments') }}
    where shipment_id in (select gone.shipment_id from gone)

),

held_back as (

    select * from {{ ref('int_departures') }}
    where
        held_back_reason = 'historical_shipment'
        and shipstation_order_id in (select gone.shipstation_order_id from gone)

),

former as (

    select count(*) as departure_count from {{ ref('int_departures') }}
    where shipment_id < 0

),

missing as (

    select gone.detail_key
    from gone
    cross join former
    left join orders on gone.shipstation_order_id = orders.shipstation_order_id
    left join shipments on gone.shipment_id = shipments.shipment_id
    left join held_back
        on
            gone.shipstation_order_id = held_back.shipstation_order_id
            and gone.shipment_id is not distinct from held_back.shipment_id
    where
        held_back.shipstation_order_id is not null
        or (gone.shipment_id is null and orders.shipstation_order_id is null)
        or (gone.shipment_id > 0 and shipments.shipment_id is null)
        or (gone.shipment_id < 0 and former.departure_count = 0)

)

select * from missing
