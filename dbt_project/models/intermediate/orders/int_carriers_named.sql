{{ config(materialized='view') }}
-- One row per carrier code: the name to show. Accounts that share a code may differ in theirs.
with carriers as (

    select * from {{ ref('stg_shipstation__carriers') }}

),

named as (

    select
        carrier_code,
        min(carrier_name) as carrier_name
    from carriers
    where carrier_code is not null
    group by carrier_code

)

select * from named
