{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='shipment_id') }}
-- One row per label bought in ShipStation. Void and return labels stay, flagged: nothing is filtered. A label that
-- names no order becomes an order of its own, with the negative label id. `ship_to` is personal data: only
-- `order_consignees` reads it.
with source as (

    select
        *,
        json_transform(
            case when kept_fields is null then payload else json_merge_patch(kept_fields, payload) end,
            '{
                "orderNumber": "VARCHAR", "createDate": "VARCHAR", "shipDate": "VARCHAR", "shipmentCost": "VARCHAR",
                "insuranceCost": "VARCHAR", "trackingNumber": "VARCHAR", "isReturnLabel": "VARCHAR",
                "carrierCode": "VARCHAR", "serviceCode": "VARCHAR", "voided": "VARCHAR", "voidDate": "VARCHAR",
                "shippingProviderId": "VARCHAR",
                "weight": {"value": "VARCHAR", "units": "VARCHAR"},
                "dimensions": {"units": "VARCHAR", "length": "VARCHAR", "width": "VARCHAR", "height": "VARCHAR"},
                "shipTo": {
                    "name": "VARCHAR", "company": "VARCHAR", "city": "VARCHAR", "state": "VARCHAR",
                    "postalCode": "VARCHAR", "country": "VARCHAR"
                },
                "shipmentItems": [{
                    "orderItemId": "VARCHAR", "sku": "VARCHAR", "quantity": "VARCHAR", "unitPrice": "VARCHAR",
                    "adjustment": "VARCHAR"
                }]
            }'
        ) as doc
    from {{ source('shipstation', 'shipments') }}
    where {{ newly_loaded() }}

),

shipments as (

    select
        ---------- ids
        shipment_id,
        coalesce(order_id, -shipment_id) as shipstation_order_id,
        try_cast(doc.shippingproviderid as bigint) as carrier_account_id,

        ---------- text
        {{ trimmed_number('coalesce(doc.ordernumber, order_number)') }} as order_number,
        nullif(trim(doc.trackingnumber), '') as tracking_number,
        doc.carriercode as carrier_code,
        doc.servicecode as service_code,
        {{ label_dimensions('doc.dimensions') }} as dimensions,
        _dlt_load_id as load_id,
        arrived_by,
        doc.shipto as ship_to,

        ---------- lists
        doc.shipmentitems as items,
        {{ unreadable_amounts(['shipmentCost', 'insuranceCost'], is_counted=true) }} as unreadable_amounts,

        ---------- numerics
        {{ label_ounces('doc.weight') }} as weight_ounces,

        ---------- money, in cents
        coalesce({{ to_cents('doc.shipmentcost') }}, 0) as shipment_cost_cents,
        coalesce({{ to_cents('doc.insurancecost') }}, 0) as insurance_cost_cents,

        ---------- booleans
        {{ is_true('doc.voided') }} or {{ pacific_to_utc('doc.voiddate') }} is not null as is_voided,
        {{ is_true('doc.isreturnlabel') }} as is_return_label,

        ---------- dates
        {{ printed_date('coalesce(doc.shipdate, ship_date)') }} as ship_date,

        ---------- dates, as instants
        {{ pacific_to_utc('coalesce(doc.createdate, create_date)') }} as created_at,
        {{ pacific_to_utc('doc.voiddate') }} as voided_at,
        first_seen_at
    from source

)

select * from shipments
