{{ config(materialized='view') }}
-- One row for each operator's entry that the ledger cannot take: no readable type, date or quantity, or no stocked SKU.
with entries as (

    select * from {{ ref('stg_operations__entries') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

excepted as (

    select
        'invalid_entry' as exception_type,
        'error' as severity,
        null::bigint as shipstation_order_id,
        null::varchar as order_number,
        entry_id as subject,
        null::varchar as cause,
        'Entry ' || entry_id || ' (' || coalesce(entry_type, 'no type') || ', SKU ' || coalesce(sku_code, 'none')
        || ') cannot be booked.' as detail,
        entered_at as first_seen_at
    from entries
    where not is_valid or sku_code is null or sku_code not in (select skus.sku_code from skus)

)

select * from excepted
