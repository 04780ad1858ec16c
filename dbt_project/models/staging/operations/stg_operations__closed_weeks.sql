-- One row per close of a week.
with source as (

    select * from {{ source('operations', 'closed_weeks') }}

),

closed_weeks as (

    select
        ---------- ids
        run_id,

        ---------- text
        snapshot,
        actor,

        ---------- numerics
        version,

        ---------- dates
        cast(week_start_date as date) as week_start_date,

        ---------- dates, as instants
        closed_at
    from source

)

select * from closed_weeks
