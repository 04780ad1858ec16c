{{ config(materialized='view') }}
-- One row per closed week, with its latest close. Only a record: the figures of a closed week are those of the ledger.
with closes as (

    select * from {{ ref('stg_operations__closed_weeks') }}

),

newest as (

    select unnest(arg_max(closes, version)) from closes
    group by week_start_date

)

select * from newest
