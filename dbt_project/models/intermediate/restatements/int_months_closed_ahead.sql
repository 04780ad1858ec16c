{{ config(materialized='view') }}
-- One row per month that was closed before its end, with the day of the close.
with days as (

    select * from {{ ref('stg_frozen__lines') }}
    where line_kind = 'day'

),

closed_ahead as (

    select
        month,
        min(charge_date) as closed_on
    from days
    where is_charged_ahead
    group by month

)

select * from closed_ahead
