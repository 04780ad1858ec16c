-- One row per exception recorded during loading. Resolved ones stay, with the time of resolution.
with source as (

    select * from {{ source('shipstation', 'findings') }}

),

findings as (

    select
        finding_key,
        shipstation_order_id,
        coalesce(exception_type, 'finding') as exception_type,
        coalesce(severity, 'warning') as severity,
        order_number,
        detail,
        first_seen_at,
        resolved_at
    from source

)

select * from findings
