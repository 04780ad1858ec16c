{{ config(materialized='view') }}
-- One row for each closed week: its newest close. A note only: the figures of a closed week are the ledger's.
with closes as (

    select * from {{ ref('stg_operations__closed_weeks') }}

),

newest as (

    select unnest(arg_max(closes, version)) from closes
    group by week_start_date

)

select * from newest
