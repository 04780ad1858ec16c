{#- Whether the build before this one did not turn green: the worker notes each that begins, and forgets them at a green one. -#}
{% macro is_repeated() -%}
    (select count(*) from {{ source('shipledger', 'begun_builds') }}) > 1
{%- endmacro %}

{#-
    A further part of a union: what the last build had in hand, unless it turned green. That build may have parsed a row anew
    already, and only the row before told of an order that it touches: the one that a label has left.
-#}
{% macro carried_over(column) -%}
    {%- if previous_build_of(this.schema, this.identifier) is not none %}
    union
    select {{ column }}
    from {{ this }}
    where {{ is_repeated() }}
    {%- endif %}
{%- endmacro %}

{#- A further part of a union: the orders that newly loaded labels or fulfillments belonged to in the last build. -#}
{% macro orders_of_last_build(table) -%}
    {%- set last = previous_build_of('staging', 'stg_shipstation__' ~ table) -%}
    {%- set key = {'shipments': 'shipment_id', 'fulfillments': 'fulfillment_id'}[table] -%}
    {%- if last is not none %}
    union
    select shipstation_order_id
    from {{ last }}
    where {{ key }} in (
        select loaded.{{ key }}
        from {{ source('shipstation', table) }} as loaded
        where loaded._dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endif %}
{%- endmacro %}

{#- A further part of a union: the orders that have, or had, a number of the touched ones. Reads the caller's `touched`. -#}
{% macro orders_of_the_same_number() -%}
    {%- set last = previous_build_of('staging', 'stg_shipstation__orders') -%}
    {%- if last is not none %}
    union
    select shipstation_order_id
    from {{ last }}
    where number_hash in (
        select known.number_hash
        from {{ last }} as known
        where known.shipstation_order_id in (select touched.shipstation_order_id from touched)
        union
        select hash(loaded.order_number)
        from {{ source('shipstation', 'orders') }} as loaded
        where loaded._dlt_load_id in {{ unbuilt_loads() }}
    )
    {%- endif %}
{%- endmacro %}
