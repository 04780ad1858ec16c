{{ config(materialized='view') }}
-- One row per label or fulfillment of an order, including void ones and return labels. Do not add up postage: charges
-- are in `int_details_billed`.
with shipments as (

    select * from {{ ref('stg_shipstation__shipments') }}

),

fulfillments as (

    select * from {{ ref('stg_shipstation__fulfillments') }}

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

),

carriers as (

    select * from {{ ref('int_carriers_named') }}

),

services as (

    select * from {{ ref('int_services_named') }}

),

named as (

    select
        packages.*,
        carriers.carrier_name,
        services.service_name
    from packages
    left join carriers on packages.carrier_code = carriers.carrier_code
    left join services
        on packages.carrier_code = services.carrier_code and packages.service_code = services.service_code

)

select * from named
