{#-
    A table of the former system's database, which most installations never load: its rows when it is there, else none. The worker
    runs a full refresh when the former system's data come or go, so the view always fits.
-#}
{% macro legacy_rows(table, columns) -%}
    {%- set there = source('legacy', table) -%}
    {%- set loaded = adapter.get_relation(there.database, there.schema, there.identifier) if execute -%}
    (
        select
            {% for name, type in columns.items() -%}
            {{ name if loaded else 'null' }}::{{ type }} as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        {% if loaded -%}from {{ there }}{%- else -%}where false{%- endif %}
    )
{%- endmacro %}

{#- A day the former system wrote: 2024-04-16 is what it put where it knew none. -#}
{% macro legacy_date(text) -%}
    nullif(try_cast(left({{ text }}, 10) as date), date '2024-04-16')
{%- endmacro %}

{#- Numbers of five or more digits in a free text that are not the product's own code: what may be a lot. -#}
{% macro lots_in_text(text, sku) -%}
    list_filter(
        list_distinct(regexp_extract_all(coalesce({{ text }}, ''), '\b[0-9]{5,}\b')), lambda number : number <> {{ sku }}
    )
{%- endmacro %}
