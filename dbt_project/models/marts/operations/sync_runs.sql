-- One row per run of a job of any kind, up to the run of this build.
select * from {{ ref('stg_shipledger__runs') }}
