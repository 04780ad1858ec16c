{#-
    The three materializations of this project, in place of the adapter's: every statement of a node in one transaction,
    without temporary relations, renames and backups. A warm build is forty nodes; with the adapter's own it took twice as
    long (1.6 s against 0.8 s at 100,000 orders). A failed node leaves its relation as it was.
-#}
{% macro create_filled_table(relation, compiled_code) -%}
    {%- if config.get('contract').enforced -%}
        {#- Names and types were compared with the contract when the table was first made; `by name` keeps the names. -#}
        {%- if flags.FULL_REFRESH or load_cached_relation(relation) is none -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
        {%- endif -%}
        create or replace table {{ relation }} {{ get_table_columns_and_constraints() }};
        insert into {{ relation }} by name ({{ compiled_code }});
    {%- else -%}
        create or replace table {{ relation }} as ({{ compiled_code }});
    {%- endif -%}
{%- endmacro %}

{% materialization table, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='table') -%}
    {%- do drop_unless(relation, 'table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {{ create_filled_table(relation, compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}

{#-
    Three strategies. `replace_orders`: all rows of the changed orders go, the newly computed ones come; an order that lost
    its lines loses its rows, which a delete by what is new would miss. `replace_rows`, for staging: rows that came again go.
    `append`: a hook of the model has made room. In the warehouse itself, the first two keep the changed rows for others.
-#}
{% materialization incremental, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='table') -%}
    {%- set key = config.get('unique_key') -%}
    {%- set strategy = config.require('incremental_strategy') -%}
    {%- set replaced_orders = config.get('meta', {}).get('replaced_orders', 'int_orders_changed') -%}
    {%- set keeps_changed = relation.database == target.database and strategy != 'append'
        and replaced_orders == 'int_orders_changed' -%}
    {%- do drop_unless(relation, 'table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        {%- if should_full_refresh() or load_cached_relation(relation) is none -%}
            {{ create_filled_table(relation, compiled_code) }}
            {%- if keeps_changed %}
            create or replace view {{ changed_rows_of(relation) }} as (select * from {{ relation }});
            {%- endif %}
        {%- elif strategy == 'replace_rows' %}
            {%- set fresh = changed_rows_of(relation) %}
            create or replace table {{ fresh }} as ({{ compiled_code }});
            delete from {{ relation }}
            where {{ key }} in (select fresh.{{ key }} from {{ fresh }} as fresh);
            insert into {{ relation }} by name (select * from {{ fresh }});
            insert into {{ fresh }} by name (
                select * from {{ relation }}
                where rowid in (
                    select rowid from {{ relation }}
                    where {{ order_changed() }} and {{ key }} not in (select fresh.{{ key }} from {{ fresh }} as fresh)
                )
            );
        {%- elif keeps_changed %}
            create or replace table {{ changed_rows_of(relation) }} as ({{ compiled_code }});
            delete from {{ relation }}
            where {{ key }} in (select changed.{{ key }} from {{ ref(replaced_orders) }} as changed);
            insert into {{ relation }} by name (select * from {{ changed_rows_of(relation) }});
        {%- else -%}
            {%- if strategy == 'replace_orders' %}
            delete from {{ relation }}
            where {{ key }} in (select changed.{{ key }} from {{ ref(replaced_orders) }} as changed);
            {%- endif %}
            insert into {{ relation }} by name ({{ compiled_code }});
        {%- endif -%}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {%- set relation = this.incorporate(type='view') -%}
    {%- do drop_unless(relation, 'view') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        create or replace view {{ relation }} as ({{ compiled_code }});
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {%- do adapter.commit() -%}
    {{ return({'relations': [relation]}) }}
{%- endmaterialization %}

{% macro drop_unless(relation, type) -%}
    {%- set existing = load_cached_relation(relation) -%}
    {%- if existing is not none and existing.type != type -%}{%- do adapter.drop_relation(existing) -%}{%- endif -%}
{%- endmacro %}
