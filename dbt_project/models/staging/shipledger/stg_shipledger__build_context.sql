{{ config(materialized='table') }}
-- Exactly one row: the time of this build and the business time zone. Every model takes "today" from here, so that a
-- build can be repeated with the same figures. `build_number` counts finished builds.
with stated as (

    select
        '{{ var("run_id", "") or invocation_id }}' as run_id,
        '{{ var("timezone", "") or env_var("SHIPLEDGER_TIMEZONE", "America/Chicago") }}' as timezone,
        cast('{{ var("as_of", "") or run_started_at }}' as timestamptz) as as_of

),

build_context as (

    select
        stated.run_id,
        stated.timezone,
        stated.as_of,
        {{ business_date('stated.as_of', 'stated.timezone') }} as today,
        {{ next_build_number() }} as build_number
    from stated

)

select * from build_context
