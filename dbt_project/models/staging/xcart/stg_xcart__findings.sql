-- One row per exception about a shop order or file that could not be imported. Resolved ones stay, with the time of
-- resolution.
with source as (

    select * from {{ source('xcart', 'findings') }}

),

findings as (

    select
        finding_key,
        exception_type,
        severity,
        order_number,
        detail,
        first_seen_at,
        resolved_at
    from source

)

select * from findings
