{{ config(materialized='view') }}
-- One row per unresolved exception recorded during loading.
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
