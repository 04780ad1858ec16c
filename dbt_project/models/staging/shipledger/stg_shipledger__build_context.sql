-- Exactly one row: the instant of this build and the business's time zone. Every model takes "today" from here, so a
-- build can be repeated to the same figures.
with source as (

    select * from {{ source('shipledger', 'build_context') }}

),

build_context as (

    select
        run_id,
        timezone,
        as_of,
        {{ business_date('as_of', 'timezone') }} as today
    from source

)

select * from build_context
