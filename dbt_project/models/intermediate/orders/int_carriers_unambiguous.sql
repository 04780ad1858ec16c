{{ config(materialized='view') }}
-- One row for each carrier code: its account when there is only one. A code that two accounts share has none, so a join
-- on the code neither doubles rows nor guesses.
with carriers as (

    select * from {{ ref('stg_shipstation__carriers') }}

),

unambiguous as (

    select
        carrier_code,
        if(count(distinct carrier_id) = 1, min(carrier_id), null) as carrier_id
    from carriers
    where carrier_code is not null
    group by carrier_code

)

select * from unambiguous
