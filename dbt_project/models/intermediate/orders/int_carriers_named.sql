{{ config(materialized='view') }}
-- One row per carrier code: the name to show, of which accounts that share a code may have several, and its account if
-- there is only one: a join on the code neither duplicates rows nor guesses.
with carriers as (

    select * from {{ ref('stg_shipstation__carriers') }}

),

named as (

    select
        carrier_code,
        if(count(distinct carrier_id) = 1, min(carrier_id), null) as carrier_id,
        min(carrier_name) as carrier_name
    from carriers
    where carrier_code is not null
    group by carrier_code

)

select * from named
