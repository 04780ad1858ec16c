{{ config(materialized='view') }}
-- One row per closed month, with its latest close. Its lines are those of the first close, `frozen_at`.
with closes as (

    select * from {{ ref('stg_operations__frozen_months') }}

),

files as (

    select * from {{ ref('stg_frozen__files') }}

),

newest as (

    select
        month,
        max(version) as version,
        min(closed_at) as frozen_at,
        arg_max(struct_pack(closed_at, actor, snapshot, run_id, content_hash), version) as newest_close
    from closes
    group by month

),

closed as (

    select
        newest.month,
        newest.version,
        newest.newest_close.closed_at,
        newest.newest_close.actor,
        newest.newest_close.snapshot,
        newest.newest_close.run_id,
        newest.newest_close.content_hash,
        files.file_hash as evidence_hash,
        newest.frozen_at
    from newest
    inner join files on newest.month = files.month

)

select * from closed
