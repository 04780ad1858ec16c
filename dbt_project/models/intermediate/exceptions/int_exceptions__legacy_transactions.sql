{{ config(materialized='view') }}
-- One row per transaction of the former system that is not booked, is not booked yet, or whose note is unreadable.
with skus as (

    select * from {{ ref('stg_reference__skus') }}
    where is_key_product

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

transactions as (

    select
        legacy_transaction_id,
        transaction_date,
        note,
        is_shipment,
        is_note_unread,
        transaction_date is null or quantity is null or sku_code not in (select skus.sku_code from skus)
        or transaction_type not in ('receive', 'repack', 'adjust_up', 'adjust_down', 'ship') as is_kept_out,
        'transaction ' || legacy_transaction_id || ' of the former system (' || coalesce(transaction_type, 'no type')
        || ' of ' || coalesce(quantity::varchar, 'nothing') || ', SKU ' || coalesce(sku_code, 'none') || ')' as what
    from {{ ref('stg_legacy__transactions') }}

),

judged as (

    select
        transactions.legacy_transaction_id,
        case
            when transactions.is_kept_out then 'Not booked: ' || transactions.what || '.'
            when not transactions.is_shipment and transactions.transaction_date > build_context.today
                then
                    'Not booked before its day, ' || transactions.transaction_date || ': ' || transactions.what || '.'
        end as not_booked,
        case
            when transactions.is_note_unread and not transactions.is_shipment and not transactions.is_kept_out
                then
                    'The note of ' || transactions.what || ' names no lot or several: "' || transactions.note
                    || '". It counts for the product only.'
        end as not_read
    from transactions
    cross join build_context

),

excepted as (

    select
        'legacy_row_kept_out' as exception_type,
        'warning' as severity,
        'transaction:' || legacy_transaction_id as subject,
        not_booked as detail
    from judged
    where not_booked is not null
    union all
    select
        'legacy_note_unread' as exception_type,
        'info' as severity,
        'transaction:' || legacy_transaction_id as subject,
        not_read as detail
    from judged
    where not_read is not null

)

select * from excepted
