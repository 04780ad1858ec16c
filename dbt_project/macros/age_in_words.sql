{#- Whole hours as a person says them: hours up to two days, then days. -#}
{% macro age_in_words(hours) -%}
    case
        when {{ hours }} < 1 then 'less than an hour'
        when {{ hours }} < 2 then '1 hour'
        when {{ hours }} < 48 then {{ hours }} || ' hours'
        else {{ hours }} // 24 || ' days'
    end
{%- endmacro %}
