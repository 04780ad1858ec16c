{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='fulfillment_id') }}
-- One row per order marked as shipped elsewhere. Void ones stay, flagged.
with source as (

    select
        *,
        json_transform(
            case when kept_fields is null then payload else json_merge_patch(kept_fields, payload) end,
            '{
                "shipDate": "VARCHAR", "trackingNumber": "VARCHAR", "carrierCode": "VARCHAR",
                "fulfillmentServiceCode": "VARCHAR", "createDate": "VARCHAR", "voided": "VARCHAR",
                "voidDate": "VARCHAR"
            }'
        ) as doc
    from {{ source('shipstation', 'fulfillments') }}
    where {{ newly_loaded() }}

),

fulfillments as (

    select
        ---------- ids
        fulfillment_id,
        coalesce(order_id, -fulfillment_id) as shipstation_order_id,

        ---------- text
        order_number,
        nullif(trim(doc.trackingnumber), '') as tracking_number,
        doc.carriercode as carrier_code,
        doc.fulfillmentservicecode as service_code,
        _dlt_load_id as load_id,
        arrived_by,

        ---------- booleans
        {{ is_true('doc.voided') }} or {{ pacific_to_utc('doc.voiddate') }} is not null as is_voided,

        ---------- dates
        {{ printed_date('coalesce(doc.shipdate, ship_date)') }} as ship_date,

        ---------- dates, as instants
        {{ pacific_to_utc('doc.createdate') }} as created_at,
        {{ pacific_to_utc('doc.voiddate') }} as voided_at,
        first_seen_at
    from source

)

select * from fulfillments
