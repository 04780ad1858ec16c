-- One row for each order or file of the shop that could not be taken. Resolved ones stay, with the instant.
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
