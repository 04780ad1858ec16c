{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='shipstation_order_id') }}
-- One row per order, parsed from its newest payload. A field missing in the newest payload is taken from the previous
-- one (`kept_fields`). Nothing is filtered; `items` and `merged_ids` are not parsed. `ship_to` is personal data: only
-- `order_consignees` reads it. `customer_hash` is null once personal data are redacted, which the payload's hash shows.
with source as (

    select
        *,
        json_transform(
            case when kept_fields is null then payload else json_merge_patch(kept_fields, payload) end,
            '{
                "orderNumber": "VARCHAR", "orderStatus": "VARCHAR", "orderDate": "VARCHAR", "createDate": "VARCHAR",
                "modifyDate": "VARCHAR", "shipDate": "VARCHAR", "carrierCode": "VARCHAR", "serviceCode": "VARCHAR",
                "customerId": "VARCHAR", "customerEmail": "VARCHAR", "customerUsername": "VARCHAR",
                "orderTotal": "VARCHAR", "amountPaid": "VARCHAR", "taxAmount": "VARCHAR", "shippingAmount": "VARCHAR",
                "shipTo": {
                    "name": "VARCHAR", "company": "VARCHAR", "city": "VARCHAR", "state": "VARCHAR",
                    "postalCode": "VARCHAR", "country": "VARCHAR"
                },
                "advancedOptions": {
                    "billToMyOtherAccount": "VARCHAR", "parentId": "VARCHAR", "mergedIds": ["VARCHAR"]
                },
                "items": [{
                    "orderItemId": "VARCHAR", "sku": "VARCHAR", "quantity": "VARCHAR", "unitPrice": "VARCHAR",
                    "adjustment": "VARCHAR"
                }]
            }'
        ) as doc
    from {{ source('shipstation', 'orders') }}
    where {{ newly_loaded() }}

),

orders as (

    select
        ---------- ids
        order_id as shipstation_order_id,
        try_cast(doc.advancedoptions.parentid as bigint) as parent_order_id,
        try_cast(doc.advancedoptions.billtomyotheraccount as bigint) as carrier_account_id,
        nullif(try_cast(doc.customerid as bigint), 0) as customer_id,

        ---------- text
        {{ trimmed_number('coalesce(order_number, doc.ordernumber)') }} as order_number,
        order_key,
        coalesce(doc.orderstatus, order_status) as order_status,
        doc.carriercode as carrier_code,
        doc.servicecode as service_code,
        {{ hash_of_customer('doc') }} as customer_hash,
        _dlt_load_id as load_id,
        arrived_by,
        doc.shipto as ship_to,

        ---------- numerics
        {{ hash_of_number('order_number') }} as number_hash,

        ---------- lists
        doc.items as items,
        doc.advancedoptions.mergedids as merged_ids,
        {{ unreadable_amounts(['orderTotal', 'amountPaid', 'taxAmount', 'shippingAmount'], is_counted=false) }}
            as unreadable_amounts,

        ---------- booleans
        {{ trimmed_number('order_number') }} is not null as has_printed_number,
        coalesce(len(doc.advancedoptions.mergedids), 0) > 0 as is_merged,

        ---------- dates
        {{ printed_date('doc.shipdate') }} as planned_ship_date,

        ---------- dates, as instants
        {{ pacific_to_utc('doc.orderdate') }} as ordered_at,
        {{ pacific_to_utc('coalesce(doc.createdate, create_date)') }} as created_at,
        {{ pacific_to_utc('coalesce(doc.modifydate, modify_date)') }} as modified_at,
        first_seen_at,
        fetched_at
    from source

)

select * from orders
