{#- The rows of local orders this build computes again; in a full build: all. -#}
{% macro local_order_changed() -%}
    {%- set changed_orders = ref('int_local_orders_changed') -%}
    order_number in (select changed.order_number from {{ changed_orders }} as changed)
{%- endmacro %}

{#-
    A further part of a union: the orders of ShipStation that had, in the last build, the key or the number of a newly
    imported order of the shop.
-#}
{% macro orders_newly_local() -%}
    {%- set shop = source('xcart', 'orders') -%}
    {%- set last = previous_build_of('staging', 'stg_shipstation__orders') -%}
    {%- if last is not none -%}
    {%- for known, imported in {'order_key': 'order_key', 'number_hash': hash_of_number('order_number')}.items() %}
    union
    select shipstation_order_id
    from {{ last }}
    where {{ known }} in (
        select {{ imported }}
        from {{ shop }}
        where _dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endfor %}
    {%- endif %}
{%- endmacro %}
