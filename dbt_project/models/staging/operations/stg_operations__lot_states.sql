-- One row for each time an operator said what a lot is from a day on. Append-only; the newest of the latest day holds.
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
