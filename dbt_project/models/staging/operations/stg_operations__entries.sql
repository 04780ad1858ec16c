-- One row per operator's entry: receipts, repacks, adjustments, counts. Append-only; a correction is another entry.
-- `quantity` is signed.
with source as (

    select * from {{ source('operations', 'entries') }}

),

entries as (

    select
        ---------- ids
        entry_id,
        corrects as corrected_entry_id,

        ---------- text
        entry_type,
        {{ spelled('sku_code') }} as sku_code,
        {{ parse_lot('lot_number') }} as lot_number,
        reason,
        note,
        actor,

        ---------- numerics
        case when entry_type = 'adjust_down' then -quantity else quantity end as quantity,
        counted_quantity,
        expected_quantity,

        ---------- booleans
        coalesce(entry_type in ('receive', 'repack', 'adjust_up', 'adjust_down', 'count'), false)
        and quantity is not null and try_cast(entry_date as date) is not null as is_valid,

        ---------- dates
        try_cast(entry_date as date) as entry_date,

        ---------- dates, as instants
        entered_at
    from source

)

select * from entries
