-- One row for each order that may have been built from other names or variables than those of now, by the last green
-- build or by one that began since; or of which the former system says something else than it did. None, but after such
-- a change. All, before the first build.
with inputs as (

    select * from {{ ref('int_build_inputs') }}

),

begun as (

    select * from {{ ref('int_inputs_begun') }}

),

compared as (

    select
        bool_or(begun.reference_hash <> inputs.reference_hash) as has_other_reference,
        bool_or(begun.former_hash <> inputs.former_hash) as has_other_former,
        min(begun.build_number) = {{ next_build_number() }} as is_first
    from begun
    cross join inputs

),

other_inputs as (

    select distinct ever_named.shipstation_order_id
    from {{ ref('int_orders_ever_named') }} as ever_named
    cross join compared
    where
        compared.is_first or compared.has_other_reference
        or (compared.has_other_former and ever_named.row_kind = 'former')

)

select * from other_inputs
