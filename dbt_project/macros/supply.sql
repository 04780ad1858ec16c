{#-
    Days until a quantity runs out at the average of `units` in `weeks` weeks; null if nothing was shipped. The only
    division comes last: dividing by the average would round whole days down slightly and put the run-out date a day
    early.
-#}
{% macro days_of_supply(quantity, units, weeks) -%}
    {{ quantity }} * 7 * {{ weeks }} / nullif({{ units }}, 0)
{%- endmacro %}

{#-
    Days until a quantity runs out at a weekly rate; null if the rate is not positive. Rounded, so that a rate without
    an exact binary fraction does not fall slightly below a whole day.
-#}
{% macro days_at(quantity, weekly_units) -%}
    if({{ weekly_units }} > 0, round({{ quantity }} * 7 / ({{ weekly_units }}), 6), null)
{%- endmacro %}

{#-
    Standard deviation of a list of weeks; null for fewer than two. Weeks beyond 1.5 interquartile ranges are clipped to
    that limit (Tukey's fences), so that one promotion does not make every date uncertain.
-#}
{% macro deviation_of_weeks(weeks) -%}
    {%- set low, high = ["list_aggregate(" ~ weeks ~ ", 'quantile_cont', 0.25)",
        "list_aggregate(" ~ weeks ~ ", 'quantile_cont', 0.75)"] -%}
    list_stddev_samp(list_transform(
        {{ weeks }},
        lambda units: greatest(
            least(units, {{ high }} + 1.5 * ({{ high }} - {{ low }})), {{ low }} - 1.5 * ({{ high }} - {{ low }})
        )
    ))
{%- endmacro %}

{#- The four thresholds are variables of the project. -#}
{% macro alert_level(quantity, reorder_point, days_of_supply) -%}
    case
        when
            {{ quantity }} <= {{ var('alert_critical_reorder_multiple') }} * {{ reorder_point }}
            or {{ days_of_supply }} < {{ var('alert_critical_days') }}
            then 'critical'
        when
            {{ quantity }} <= {{ var('alert_low_reorder_multiple') }} * {{ reorder_point }}
            or {{ days_of_supply }} < {{ var('alert_low_days') }}
            then 'low'
        else 'normal'
    end
{%- endmacro %}

{#- Monday of the last complete week; a week is complete from its Friday on. -#}
{% macro last_complete_week(today) -%}
    {{ monday_of(today ~ ' - 4') }}
{%- endmacro %}

{#- Calendar day on which the stock runs out; null if nothing was shipped. Limited to a hundred years ahead. -#}
{% macro run_out_date(counted_on_date, days_of_supply) -%}
    case
        when {{ days_of_supply }} is not null
            then {{ counted_on_date }} + cast(floor(least(greatest({{ days_of_supply }}, 0), 36500)) as integer)
    end
{%- endmacro %}
