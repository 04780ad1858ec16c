-- One row for each carrier account. Two accounts may share one code: never join on the code without counting accounts.
with source as (

    select * from {{ source('shipstation', 'carriers') }}

),

carriers as (

    select
        carrier_key,
        code as carrier_code,
        shipping_provider_id as carrier_id
    from source

)

select * from carriers
