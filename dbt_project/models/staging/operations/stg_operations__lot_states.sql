-- One row per status that an operator set for a lot, valid from a day on, or expiry date, or both. Append-only: of the
-- latest day, the last status applies; of the expiry dates, the last one.
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
        expires as stated_expiry,

        ---------- dates
        try_cast(valid_from as date) as valid_from_date,

        ---------- dates, as instants
        entered_at
    from source

)

select * from lot_states
