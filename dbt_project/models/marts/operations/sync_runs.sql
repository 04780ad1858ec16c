-- One row for each run of any kind of job, up to the one that made this build.
select * from {{ ref('stg_shipledger__runs') }}
