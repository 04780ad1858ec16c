-- One row per load or removal of the former system's data.
with source as (

    select *
    from {{ legacy_rows('imports', {'digest': 'varchar', 'action': 'varchar', 'noted_at': 'timestamptz'}) }}

),

imports as (

    select
        ---------- text
        digest as content_digest,
        action,

        ---------- dates, as instants
        noted_at as imported_at
    from source

)

select * from imports
