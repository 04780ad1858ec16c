-- One row per service of a carrier account. Accounts that share a carrier code repeat its services.
with source as (

    select * from {{ source('shipstation', 'services') }}

),

services as (

    select
        service_key,
        carrier_code,
        code as service_code,
        payload ->> '$.name' as service_name
    from source

)

select * from services
