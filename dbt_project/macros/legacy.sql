{#- Rows of a table of the former system's database; none if it was not loaded, as in most installations. -#}
{% macro legacy_rows(table, columns) -%}
    {{ loaded_rows('legacy', table, columns) }}
{%- endmacro %}

{#- Date of the former system; it wrote 2024-04-16 for an unknown date. -#}
{% macro legacy_date(text) -%}
    nullif(try_cast(left({{ text }}, 10) as date), date '2024-04-16')
{%- endmacro %}

{#- Possible lots in free text: numbers of five or more digits that are not the product's own code. -#}
{% macro lots_in_text(text, sku) -%}
    list_filter(
        list_distinct(regexp_extract_all(coalesce({{ text }}, ''), '\b[0-9]{5,}\b')), lambda number : number <> {{ sku }}
    )
{%- endmacro %}
