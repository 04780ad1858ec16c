{{ config(materialized='view') }}
-- One row per order that the last finished build, or one started since, may have computed with other names, variables
-- or lines of the former system than the current ones. Empty unless one of them changed; all orders before the first
-- build.
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
        min(begun.build_number) = any_value(build_context.build_number) as is_first
    from begun
    cross join inputs
    cross join {{ ref('stg_shipledger__build_context') }} as build_context

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
