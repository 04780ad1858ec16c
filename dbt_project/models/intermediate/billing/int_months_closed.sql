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

compared as (

    select
        newest.*,
        case
            when newest.month is null
                then
                    'frozen/' || files.month_name || '.parquet is of no closed month. Move it out of the home, or put '
                    || 'operations.sqlite back from a backup.'
            when coalesce(files.file_hash, '') <> newest.newest_close.evidence_hash
                then
                    'The frozen lines of ' || strftime(newest.month, '%B %Y') || ' are not those that were hashed '
                    || 'when it was closed. Put frozen/' || newest.month_name || '.parquet back from a backup.'
        end as refusal
    from newest
    full outer join files on newest.month_name = files.month_name

),

checked as (

    select
        month,
        version,
        newest_close.closed_at,
        newest_close.actor,
        newest_close.snapshot,
        newest_close.run_id,
        newest_close.content_hash,
        if(refusal is null, newest_close.evidence_hash, error(refusal)) as evidence_hash,
        frozen_at
    from compared

)

select * from checked
