{#- Numbers of orders that people type into ShipStation themselves. -#}
{% macro is_manual_number(order_number) -%}
    regexp_full_match({{ order_number }}, '10[0-9]{4}')
{%- endmacro %}

{#- The rows of local orders this build computes again; in a full build: all. -#}
{% macro local_order_changed() -%}
    {%- set changed_orders = ref('int_local_orders_changed') -%}
    order_number in (select changed.order_number from {{ changed_orders }} as changed)
{%- endmacro %}

{#- A further part of a union: the orders of ShipStation whose key or number a newly imported order of the shop has. -#}
{% macro orders_newly_local(key) -%}
    {%- if not flags.FULL_REFRESH %}
    union
    select order_id
    from {{ source('shipstation', 'orders') }}
    where {{ key }} in (
        select shop.{{ key }}
        from {{ source('xcart', 'orders') }} as shop
        where shop._dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endif %}
{%- endmacro %}
