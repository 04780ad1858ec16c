{#-
    Rows of a source's table; none if it was never loaded, as in installations without that source. The worker runs a
    full refresh when the first of them are loaded or the last removed, so the view always matches.
-#}
{% macro loaded_rows(from_source, table, columns) -%}
    {%- set there = source(from_source, table) -%}
    {%- set loaded = adapter.get_relation(there.database, there.schema, there.identifier) if execute -%}
    (
        select
            {% for name, type in columns.items() -%}
            {{ name if loaded else 'null' }}::{{ type }} as {{ name }}{{ ',' if not loop.last }}
            {% endfor %}
        {% if loaded -%}from {{ there }}{%- else -%}where false{%- endif %}
    )
{%- endmacro %}
