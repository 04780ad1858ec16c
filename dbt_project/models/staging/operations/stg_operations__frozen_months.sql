-- One row per close of a month. Its lines are those of the first close; `version` counts the closes.
with source as (

    select * from {{ source('operations', 'frozen_months') }}

),

frozen_months as (

    select
        ---------- ids
        run_id,
        _dlt_load_id as load_id,

        ---------- text
        content_hash,
        evidence_hash,
        snapshot,
        actor,

        ---------- numerics
        version,

        ---------- dates
        cast(month as date) as month,

        ---------- dates, as instants
        closed_at
    from source

)

select * from frozen_months
