-- One row per carrier account. Two accounts may share one code, so a join on the code alone can duplicate rows.
with source as (

    select * from {{ source('shipstation', 'carriers') }}

),

carriers as (

    select
        carrier_key,
        code as carrier_code,
        shipping_provider_id as carrier_id,
        payload ->> '$.name' as carrier_name
    from source

)

select * from carriers
