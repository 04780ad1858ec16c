{#- Key of a line's goods, to compare labels with orders: its product, or its SKU text if the product is unknown. -#}
{% macro goods_key() -%}
    coalesce(sku_code, sku_key, '')
{%- endmacro %}

{#- Units listed on an order's labels, by goods and a further key. Reads the caller's `listed`. -#}
{% macro listed_by(key=none) -%}
    (
        select
            shipstation_order_id,
            goods_key,
            {% if key %}{{ key }},{% endif %}
            sum(quantity) as quantity_listed
        from listed
        group by all
    )
{%- endmacro %}

{#-
    What is left of a line's `quantity_left` units after the units that labels list for a group of lines, minus those
    already taken, are taken from its lines in line order.
-#}
{% macro left_of_group(group_keys) -%}
    cast(least(quantity_left, greatest(
        sum(quantity_left) over (partition by {{ group_keys }} order by line_number)
        + sum(quantity - quantity_left) over (partition by {{ group_keys }})
        - coalesce(quantity_listed, 0),
        0
    )) as bigint)
{%- endmacro %}
