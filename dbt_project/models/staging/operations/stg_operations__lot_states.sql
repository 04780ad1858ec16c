-- One row per lot status that an operator set, valid from a day on. Append-only; of the latest day, the last entry
-- applies.
with source as (

    select * from {{ source('operations', 'lot_states') }}

),

lot_states as (

    select
        ---------- ids
        state_id,

        ---------- text
        sku_code,
        lot_number,
        status,
        reason,
        note,
        actor,

        ---------- dates
        try_cast(valid_from as date) as valid_from_date,

        ---------- dates, as instants
        entered_at
    from source

)

select * from lot_states
