{#-
    Where the rows of the orders that this build computes again stand beside those of all orders, for the models after it: a
    few hundred rows instead of a search among millions, once for each reader. Schema `changed`; in a full build, which
    computes all orders, a view of the whole table. Each build begins without them.
-#}
{% macro changed_rows_of(relation) -%}
    {{ relation.incorporate(path={'schema': 'changed'}, type='table') }}
{%- endmacro %}

{% macro forget_changed_rows() -%}
    drop schema if exists {{ target.database }}.changed cascade;
    create schema {{ target.database }}.changed
{%- endmacro %}

{#-
    The rows of those orders, which stand in a table of their own, see `changed_rows_of`; `and_of` names a model of more
    orders. The rows of these are fetched by their place, once found by their order: a few of a million may be scattered over
    all blocks, and one filtered scan would decompress every block of every column. A unit test gives just what is wanted.
-#}
{% macro changed_rows(of_model, and_of=none) -%}
    {%- set relation = ref(of_model) -%}
    {%- set kept = changed_rows_of(relation) -%}
    {%- set changed_orders = ref('int_orders_changed') -%}
    {%- if relation.is_cte -%}
    {{ relation }}
    {%- elif and_of is none -%}
    {{ kept }}
    {%- else -%}
    (
        select * from {{ kept }}
        union all
        select * from {{ relation }}
        where rowid in (
            select rowid from {{ relation }}
            where shipstation_order_id in (
                select shipstation_order_id from {{ ref(and_of) }}
                except
                (
                    select shipstation_order_id from {{ changed_orders }}
                    union all
                    select shipstation_order_id from {{ kept }}
                )
            )
        )
    )
    {%- endif %}
{%- endmacro %}
