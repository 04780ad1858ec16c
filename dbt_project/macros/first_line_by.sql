{#- The first goods line of each order with a given key: what a label's item is matched to. Reads the caller's `order_lines`. -#}
{% macro first_line_by(key) -%}
    (
        select
            shipstation_order_id,
            {{ key }},
            min(line_number) as line_number
        from order_lines
        where {{ key }} is not null
        group by all
    )
{%- endmacro %}
