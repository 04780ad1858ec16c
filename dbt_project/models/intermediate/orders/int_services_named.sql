{{ config(materialized='view') }}
-- One row per carrier code and service code: the name to show. Accounts that share a code repeat their services.
with services as (

    select * from {{ ref('stg_shipstation__services') }}

),

named as (

    select
        carrier_code,
        service_code,
        min(service_name) as service_name
    from services
    where carrier_code is not null and service_code is not null
    group by all

)

select * from named
