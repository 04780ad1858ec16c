{#-
    Days a quantity lasts at the average of so many units in so many weeks; none when nothing is shipped. One division, at
    the end: dividing by the average would make whole days a hair less, and the run-out date a day early.
-#}
{% macro days_of_supply(quantity, units, weeks) -%}
    {{ quantity }} * 7 * {{ weeks }} / nullif({{ units }}, 0)
{%- endmacro %}

{#-
    Days a quantity lasts at a weekly rate; none when the rate is not positive. Rounded, so that a rate with no exact binary
    fraction makes no whole day a hair less.
-#}
{% macro days_at(quantity, weekly_units) -%}
    if({{ weekly_units }} > 0, round({{ quantity }} * 7 / ({{ weekly_units }}), 6), null)
{%- endmacro %}

{#-
    Standard deviation of a list of weeks; none for fewer than two. A week beyond one and a half times the middle half's
    width is drawn in to there (Tukey's fences): one promotion must not make every date uncertain.
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

{#- The four numbers are variables of the project. -#}
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

{#- The Monday of the last complete week: a week is complete from its Friday on. -#}
{% macro last_complete_week(today) -%}
    {{ monday_of(today ~ ' - 4') }}
{%- endmacro %}

{#- The day the shelf is empty; none when nothing is shipped. A hundred years are as good as never. -#}
{% macro run_out_date(counted_on_date, days_of_supply) -%}
    case
        when {{ days_of_supply }} is not null
            then {{ counted_on_date }} + cast(floor(least(greatest({{ days_of_supply }}, 0), 36500)) as integer)
    end
{%- endmacro %}
