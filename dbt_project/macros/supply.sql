{#-
    Days a quantity lasts at the average of so many units in so many weeks; none when nothing is shipped. One division, at
    the end: dividing by the average would make whole days a hair less, and the run-out date a day early.
-#}
{% macro days_of_supply(quantity, units, weeks) -%}
    {{ quantity }} * 7 * {{ weeks }} / nullif({{ units }}, 0)
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
