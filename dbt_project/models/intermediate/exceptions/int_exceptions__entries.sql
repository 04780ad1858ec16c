{{ config(materialized='view') }}
-- One row per operator's entry that the ledger cannot book (unreadable type, date or quantity, or no stocked SKU) or
-- not yet (its date is in the future).
with entries as (

    select * from {{ ref('stg_operations__entries') }}

),

skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

judged as (

    select
        entries.*,
        entries.is_valid and coalesce(entries.sku_code in (select skus.sku_code from skus), false) as is_bookable,
        entries.entry_date > build_context.today as is_early
    from entries
    cross join build_context

),

excepted as (

    select
        'invalid_entry' as exception_type,
        'error' as severity,
        null::bigint as shipstation_order_id,
        null::varchar as order_number,
        entry_id as subject,
        null::varchar as cause,
        'Entry ' || entry_id || ' (' || coalesce(entry_type, 'no type') || ', SKU '
        || coalesce({{ visible_text('sku_code') }}, 'none') || ')' || if(
            is_bookable, ' is dated ' || entry_date || ', in the future; it is booked on that day.',
            ' cannot be booked.'
        ) as detail,
        entered_at as first_seen_at
    from judged
    where is_early or not is_bookable

)

select * from excepted
