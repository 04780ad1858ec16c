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

build_context as (

    select
        run_id,
        timezone,
        as_of,
        {{ business_date('as_of', 'timezone') }} as today,
        {% if finished -%}
        last_build.build_number + 1 as build_number,
        last_build.finished_date
        {%- else -%}
        cast(1 as bigint) as build_number,
        cast(null as date) as finished_date
        {%- endif %}
    from stated
    {% if finished -%}
    cross join (
        select
            max(build_number) as build_number,
            arg_max(today, build_number) as finished_date
        from {{ finished }}
    ) as last_build
    {%- endif %}

)

select * from build_context
