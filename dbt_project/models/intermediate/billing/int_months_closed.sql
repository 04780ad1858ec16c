-- One row for each closed month: its newest close. Its lines are those of the first one, `frozen_at`. A file of lines
-- that is not what was hashed, is gone or belongs to no closed month stops the build here, before anything reads it: a
-- bill that was changed behind everybody's back must not be published.
with closes as (

    select * from {{ ref('stg_operations__frozen_months') }}

),

files as (

    select * from {{ ref('stg_frozen__files') }}

),

newest as (

    select
        month,
        strftime(month, '%Y-%m') as month_name,
        max(version) as version,
        min(closed_at) as frozen_at,
        arg_max(struct_pack(closed_at, actor, snapshot, run_id, content_hash, evidence_hash), version) as newest_close
    from closes
    group by month

),

checked as (

    select
        newest.month,
        newest.version,
        newest.newest_close.closed_at,
        newest.newest_close.actor,
        newest.newest_close.snapshot,
        newest.newest_close.run_id,
        newest.newest_close.content_hash,
        case
            when newest.month is null
                then
                    error(
                        'frozen/'
                        || files.month_name
                        || '.parquet is of no closed month. Move it out of the home, or put '
                        || 'operations.sqlite back from a backup.'
                    )
            when files.file_hash = newest.newest_close.evidence_hash then files.file_hash
            else error(
                'The frozen lines of ' || strftime(newest.month, '%B %Y') || ' are not those that were hashed when it '
                || 'was closed. Put frozen/' || newest.month_name || '.parquet back from a backup.'
            )
        end as evidence_hash,
        newest.frozen_at
    from newest
    full outer join files on newest.month_name = files.month_name

)

select * from checked
