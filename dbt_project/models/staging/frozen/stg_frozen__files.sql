{{ config(materialized='table') }}
-- One row per file with the lines of a closed month, its hash compared with the one recorded at the close. A file that
-- was changed, is missing or belongs to no closed month fails the build here, before its lines are read: an altered
-- bill must not be published.
with source as (

    select
        *,
        parse_filename(filename, true) as file_name
    from {{ source('frozen', 'files') }}

),

closes as (

    select * from {{ ref('stg_operations__frozen_months') }}

),

files as (

    select
        file_name as month_name,
        sha256(content) as file_hash
    from source
    where file_name <> 'columns'

),

newest as (

    select
        month,
        strftime(month, '%Y-%m') as month_name,
        arg_max(evidence_hash, version) as evidence_hash
    from closes
    group by month

),

compared as (

    select
        newest.month,
        files.month_name,
        files.file_hash,
        case
            when newest.month is null
                then
                    'frozen/' || files.month_name || '.parquet belongs to no closed month. Move it out of the home, or '
                    || 'put operations.sqlite back from a backup.'
            when coalesce(files.file_hash, '') <> newest.evidence_hash
                then
                    'The frozen lines of ' || strftime(newest.month, '%B %Y') || ' are not those that were hashed '
                    || 'when it was closed. Put frozen/' || newest.month_name || '.parquet back from a backup.'
        end as refusal
    from newest
    full outer join files on newest.month_name = files.month_name

),

checked as (

    select
        ---------- text
        month_name,
        if(refusal is null, file_hash, error(refusal)) as file_hash,

        ---------- dates
        month
    from compared

)

select * from checked
