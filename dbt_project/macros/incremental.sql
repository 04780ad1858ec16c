{#-
    What a build has to look at again. The worker writes a load into `built_loads` only after a green build, so a red or
    killed build is simply repeated. An anti-join, not a maximum: clocks go backwards.
-#}
{% macro unbuilt_loads(table, from_source='shipstation') -%}
    (
        select loads._dlt_load_id
        from (select distinct _dlt_load_id from {{ source(from_source, table) }}) as loads
        where not exists (
            select 1 from {{ source('shipledger', 'built_loads') }} as built
            where built.load_id = loads._dlt_load_id
        )
    )
{%- endmacro %}

{#-
    Staging: in a warm build only the rows of loads that no green build has covered. Comes after `int_orders_changed`, which
    reads what staging held before.
-#}
{% macro where_newly_loaded(table) -%}
    {%- set read_before = ref('int_orders_changed') -%}
    {% if is_incremental() %}where _dlt_load_id in {{ unbuilt_loads(table) }}{% endif %}
{%- endmacro %}

{#-
    Everything after staging: in a warm build only the orders that have such a row. A view is compiled once for both kinds of
    build, so it always looks; in a full build those are all orders.
-#}
{% macro order_changed(among='int_orders_changed') -%}
    {%- set changed_orders = ref(among) -%}
    {% if is_incremental() or model.config.materialized == 'view' -%}
    shipstation_order_id in (select changed.shipstation_order_id from {{ changed_orders }} as changed)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{#- The relation as the last build left it, or nothing in a full build. For models that run before it is touched. -#}
{% macro previous_build_of(schema, identifier, database=none) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set relation = adapter.get_relation(database or target.database, schema, identifier) -%}
        {%- if relation is not none -%}{{ return(relation) }}{%- endif -%}
    {%- endif -%}
    {{ return(none) }}
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
        where loaded._dlt_load_id in {{ unbuilt_loads(table) }}
    )
    {%- endif %}
{%- endmacro %}
