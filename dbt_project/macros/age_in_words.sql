{#- Formats whole hours for people: as hours up to two days, then as days. -#}
{% macro age_in_words(hours) -%}
    case
        when {{ hours }} < 1 then 'less than an hour'
        when {{ hours }} < 2 then '1 hour'
        when {{ hours }} < 48 then {{ hours }} || ' hours'
        else {{ hours }} // 24 || ' days'
    end
{%- endmacro %}
