{{ config(materialized='view') }}
-- One row for each thing that the loading of data noticed and that is not resolved.
with findings as (

    select * from {{ ref('stg_shipstation__findings') }}
    where resolved_at is null

),

excepted as (

    select
        exception_type,
        severity,
        shipstation_order_id,
        order_number,
        finding_key as subject,
        detail as cause,
        detail,
        first_seen_at
    from findings

)

select * from excepted
