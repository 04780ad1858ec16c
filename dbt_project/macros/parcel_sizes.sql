{#- Weight of a label in ounces, from ShipStation's object of value and units; null for none. -#}
{% macro label_ounces(weight) -%}
    nullif(round(
        try_cast({{ weight }}.value as double) * case lower({{ weight }}.units)
            when 'pounds' then 16
            when 'grams' then 0.03527396
            else 1
        end, 2
    ), 0)
{%- endmacro %}

{#- Dimensions of a label in inches, the longest first: `12 x 9 x 4 in`; null for none. -#}
{% macro label_dimensions(dimensions) -%}
    array_to_string(list_transform(
        nullif(list_reverse_sort(list_filter([
            {% for side in ['length', 'width', 'height'] -%}
            round(
                try_cast({{ dimensions }}.{{ side }} as double)
                * if(lower({{ dimensions }}.units) = 'centimeters', 0.3937008, 1), 1
            ){{ ',' if not loop.last }}
            {% endfor -%}
        ], lambda side: side > 0)), []), lambda side: printf('%g', side)
    ), ' x ') || ' in'
{%- endmacro %}
