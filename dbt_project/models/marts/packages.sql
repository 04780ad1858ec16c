{{ config(materialized='incremental', incremental_strategy='replace_orders', unique_key='shipstation_order_id') }}
-- One row for each label and each fulfillment of an order, void ones and return labels too: what was sent, or was to be
-- sent. Only the charged ones may be added up: the rest is void, held back, or not ours to bill.
with shipments as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }}

),

departures as (

    select * from {{ ref('int_departures') }}
    where shipment_id is not null and held_back_reason is null and {{ order_changed() }}

),

fulfillments as (

    select * from {{ ref('stg_shipstation__fulfillments') }}
    where {{ order_changed() }}

),

packages as (

    select
        ---------- ids
        'label ' || shipment_id as package_key,
        shipstation_order_id,
        shipment_id,

        ---------- text
        if(is_return_label, 'return_label', 'label') as package_kind,
        carrier_code,
        service_code,
        tracking_number,

        ---------- money, in cents
        shipment_cost_cents + insurance_cost_cents as postage_cents,

        ---------- booleans
        is_voided,
        shipment_id in (select departures.shipment_id from departures) as is_charged,

        ---------- dates
        ship_date,

        ---------- dates, as instants
        created_at,
        voided_at
    from shipments
    union all
    select
        'fulfillment ' || fulfillment_id as package_key,
        shipstation_order_id,
        null as shipment_id,
        'fulfillment' as package_kind,
        carrier_code,
        service_code,
        tracking_number,
        0 as postage_cents,
        is_voided,
        false as is_charged,
        ship_date,
        created_at,
        voided_at
    from fulfillments

)

select * from packages
