{{ config(materialized='table') }}
-- Exactly one row: the instant of this build and the business's time zone. Every model takes "today" from here, so a
-- build can be repeated to the same figures. `build_number` counts the builds that ended green, `finished_date` is the
-- day of the last of them.
{%- set finished = finished_builds() %}
with stated as (

    select
        '{{ var("run_id", "") or invocation_id }}' as run_id,
        '{{ var("timezone", "") or env_var("SHIPLEDGER_TIMEZONE", "America/Chicago") }}' as timezone,
        cast('{{ var("as_of", "") or run_started_at }}' as timestamptz) as as_of

),

last_build as (

    {% if finished -%}
    select
        max(build_number) as build_number,
        arg_max(today, build_number) as finished_date
    from {{ finished }}
    {%- else -%}
    select
        cast(null as bigint) as build_number,
        cast(null as date) as finished_date
    {%- endif %}

),

build_context as (

    select
        stated.run_id,
        stated.timezone,
        stated.as_of,
        {{ business_date('stated.as_of', 'stated.timezone') }} as today,
        coalesce(last_build.build_number, 0) + 1 as build_number,
        last_build.finished_date
    from stated
    cross join last_build

)

select * from build_context
