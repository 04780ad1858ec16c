-- One row per closed week, with its latest close. Only a record: the figures of a closed week are those of the ledger.
with closes as (

    select * from {{ ref('stg_operations__closed_weeks') }}

),

newest as (

    select
        week_start_date,
        max(version) as version,
        arg_max(struct_pack(closed_at, actor, snapshot, run_id), version) as newest_close
    from closes
    group by week_start_date

),

closed_weeks as (

    select
        week_start_date,
        version,
        newest_close.closed_at,
        newest_close.actor,
        newest_close.snapshot,
        newest_close.run_id
    from newest

)

select * from closed_weeks
