{#-
    What a build has to look at again. The worker writes a load into `built_loads` only after a green build, so a red or
    killed build is simply repeated. An anti-join, not a maximum: clocks go backwards.
-#}
{% macro unbuilt_loads(table) -%}
    (
        select loads._dlt_load_id
        from (select distinct _dlt_load_id from {{ source('shipstation', table) }}) as loads
        where not exists (
            select 1 from {{ source('shipledger', 'built_loads') }} as built
            where built.load_id = loads._dlt_load_id
        )
    )
{%- endmacro %}

{#- Staging: in a warm build only the rows of loads that no green build has covered. -#}
{% macro where_newly_loaded(table) -%}
    {% if is_incremental() %}where _dlt_load_id in {{ unbuilt_loads(table) }}{% endif %}
{%- endmacro %}

{#- Everything after staging: in a warm build only the orders that have such a row. -#}
{% macro order_changed() -%}
    {% if is_incremental() -%}
    shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed)
    {%- else -%}
    true
    {%- endif %}
{%- endmacro %}

{#- The relation as the last build left it, or nothing in a full build. For models that run before it is touched. -#}
{% macro previous_build_of(schema, identifier) -%}
    {%- if execute and not flags.FULL_REFRESH -%}
        {%- set relation = adapter.get_relation(target.database, schema, identifier) -%}
        {%- if relation is not none -%}{{ return(relation) }}{%- endif -%}
    {%- endif -%}
    {{ return(none) }}
{%- endmacro %}

{#-
    Incremental strategy `replace_orders`: all rows of the changed orders go, the newly computed ones come. An order that
    lost its lines loses its rows, which a delete by what is new would miss. Staging replaces by its own key.
-#}
{% macro get_incremental_replace_orders_sql(arguments) -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    delete from {{ arguments['target_relation'] }}
    where shipstation_order_id in (select changed.shipstation_order_id from {{ ref('int_orders_changed') }} as changed);
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{%- endmacro %}

{% macro get_incremental_replace_rows_sql(arguments) -%}
    {%- set columns = arguments['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set key = arguments['unique_key'] -%}
    delete from {{ arguments['target_relation'] }}
    where {{ key }} in (select fresh.{{ key }} from {{ arguments['temp_relation'] }} as fresh);
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arguments['temp_relation'] }};
{%- endmacro %}
