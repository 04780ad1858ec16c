{{ config(materialized='view') }}
-- One row per carrier code: its account if there is only one. A code with two accounts has no row, so that a join on
-- the code neither duplicates rows nor guesses.
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
