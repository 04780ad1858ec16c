{#-
    Relation `builds_finished`; none before the first finished build. It is the last model of the graph, so models
    upstream cannot `ref` it.
-#}
{% macro finished_builds() -%}
    {{ return(adapter.get_relation(target.database, 'builds', 'builds_finished') if execute) }}
{%- endmacro %}

{#- SQL expression: number of the current build, one more than the last finished build. -#}
{% macro next_build_number() -%}
    {%- set finished = finished_builds() -%}
    {% if finished -%}
    (select coalesce(max(builds.build_number), 0) + 1 from {{ finished }} as builds)
    {%- else -%}
    1
    {%- endif %}
{%- endmacro %}

{#-
    Whether this invocation builds all tables. A partial build covers no load, because the models it left out lack its
    rows.
-#}
{% macro is_whole_build() -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.config.materialized in ('table', 'incremental')
            and 'reference' not in node.tags and node.unique_id not in selected_resources -%}
            {{ return(false) }}
        {%- endfor -%}
    {%- endif -%}
    {{ return(true) }}
{%- endmacro %}

{#- Pre-hook: deletes the rows of builds before the last finished one. -#}
{% macro forget_inputs_of_earlier_builds() -%}
    {% if is_incremental() -%}
    delete from {{ this }} where build_number < {{ next_build_number() }} - 1
    {%- endif %}
{%- endmacro %}

{#- Condition: rows of new loads in an incremental build, else all rows. -#}
{% macro newly_loaded(column='_dlt_load_id') -%}
    {%- set new_loads = ref('stg_shipledger__new_loads') -%}
    {% if is_incremental() -%}
    {{ column }} in (select new_loads.load_id from {{ new_loads }} as new_loads)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{#- Condition: rows of the change set in an incremental build, else all rows. -#}
{% macro order_changed(among='int_orders_changed') -%}
    {%- set changed_orders = ref(among) -%}
    {% if is_incremental() -%}
    shipstation_order_id in (select changed.shipstation_order_id from {{ changed_orders }} as changed)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{#- Pre-hook: deletes the rows of the change set; an order that lost its lines has no new row to replace them. -#}
{% macro forget_changed_orders(among='int_orders_changed') -%}
    {%- set changed_orders = ref(among) -%}
    {% if is_incremental() -%}
    delete from {{ this }}
    where shipstation_order_id in (select changed.shipstation_order_id from {{ changed_orders }} as changed)
    {%- endif %}
{%- endmacro %}
