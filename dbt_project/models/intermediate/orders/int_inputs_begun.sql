{{ config(
    materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='sync_all_columns',
    pre_hook='{{ forget_inputs_of_earlier_builds() }}'
) }}
-- One row for the last finished build and for each build started since: the inputs that it computed orders with. A
-- failed build may have written rows with names, or for a day, that later builds no longer have.
with inputs as (

    select * from {{ ref('int_build_inputs') }}

),

build_context as (

    select * from {{ ref('stg_shipledger__build_context') }}

),

begun as (

    select
        {{ next_build_number() }} as build_number,
        inputs.reference_hash,
        inputs.former_hash,
        build_context.today
    from inputs
    cross join build_context

)

select * from begun
