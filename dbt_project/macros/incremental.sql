{#-
    What a build has to look at again, as the worker has listed it. It notes a load as built only after a green build, so a
    red or killed build is simply repeated.
-#}
{% macro unbuilt_loads() -%}
    (select unbuilt.load_id from {{ source('shipledger', 'unbuilt_loads') }} as unbuilt)
{%- endmacro %}

{#-
    Staging: in a warm build only the rows of loads that no green build has covered. Comes after `int_orders_changed`, which
    reads what staging held before.
-#}
{% macro where_newly_loaded() -%}
    {%- set read_before = ref('int_orders_changed') -%}
    {% if is_incremental() %}where _dlt_load_id in {{ unbuilt_loads() }}{% endif %}
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
