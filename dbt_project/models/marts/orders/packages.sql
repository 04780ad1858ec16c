{{ config(materialized='incremental', incremental_strategy='append', pre_hook='{{ forget_changed_orders() }}') }}
-- One row per label or fulfillment of an order, including void ones and return labels. Do not add up postage: charges
-- are in `charge_details`.
with shipments as (

    select * from {{ ref('stg_shipstation__shipments') }}
    where {{ order_changed() }}

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
        ship_date,
        created_at,
        voided_at
    from fulfillments

)

select * from packages
