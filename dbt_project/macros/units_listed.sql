{#- What a line is of: its product; while nobody knows it, its text. What labels list is compared with orders by this. -#}
{% macro goods_key() -%}
    coalesce(sku_code, sku_key, '')
{%- endmacro %}

{#- Units that the labels of an order list, by goods and a further key. Reads the caller's `listed`. -#}
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
    What is left of a line's `quantity_left` units when a group of lines gives up, in their order, the units that labels list
    of the group, less what was taken of it already.
-#}
{% macro left_of_group(group_keys) -%}
    cast(least(quantity_left, greatest(
        sum(quantity_left) over (partition by {{ group_keys }} order by line_number)
        + sum(quantity - quantity_left) over (partition by {{ group_keys }})
        - coalesce(quantity_listed, 0),
        0
    )) as bigint)
{%- endmacro %}
