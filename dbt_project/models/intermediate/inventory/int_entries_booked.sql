{{ config(materialized='view') }}
-- One row per entry that the ledger books: operators' entries and the former system's transactions after the opening
-- day and up to today. The opening balances contain earlier ones; shipments are booked from shipped lines.
with opening_day as (

    select min(opening_date) as opening_date from {{ ref('stg_reference__opening_balances') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

entries as (

    select
        'entry:' || entry_id as transaction_id,
        entry_date,
        sku_code,
        lot_number,
        entry_type,
        quantity,
        reason,
        actor
    from {{ ref('stg_operations__entries') }}
    where is_valid
    union all
    select
        'legacy:' || legacy_transaction_id as transaction_id,
        transaction_date as entry_date,
        sku_code,
        lot_number,
        transaction_type as entry_type,
        quantity,
        note as reason,
        'former system' as actor
    from {{ ref('stg_legacy__transactions') }}
    where
        not is_shipment and quantity is not null
        and transaction_type in ('receive', 'repack', 'adjust_up', 'adjust_down')

),

booked as (

    select entries.*
    from entries
    inner join opening_day on entries.entry_date > opening_day.opening_date
    inner join build_context on entries.entry_date <= build_context.today

)

select * from booked
