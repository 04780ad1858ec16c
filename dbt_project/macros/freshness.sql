{#-
    Instant of the last read for `dbt source freshness`, so that it counts business hours only: now minus the business
    hours since the read. A sync without changes loads no row, so the last finished read proves freshness.
-#}
{% macro last_read_in_business_hours(last_read) -%}
    select now() - {{ business_time_since('read_at', 'now()', 'timezone') }} from {{ last_read }}
{%- endmacro %}

{#- Time between two instants that lies in business hours of a time zone. -#}
{% macro business_time_since(instant, now, timezone) -%}
    (
        select to_seconds(coalesce(sum(
            greatest(0, epoch(least({{ now }}, closes_at)) - epoch(greatest({{ instant }}, opens_at)))
        ), 0))
        from (
            select
                (day + interval {{ var('business_opens_hour') }} hour) at time zone {{ timezone }} as opens_at,
                (day + interval {{ var('business_closes_hour') }} hour) at time zone {{ timezone }} as closes_at
            from (
                select unnest(generate_series(
                    date_trunc('day', ({{ instant }}) at time zone {{ timezone }}),
                    date_trunc('day', ({{ now }}) at time zone {{ timezone }}),
                    interval 1 day
                )) as day
            )
            where isodow(day) in ({{ var('business_weekdays') | join(', ') }})
        )
    )
{%- endmacro %}
