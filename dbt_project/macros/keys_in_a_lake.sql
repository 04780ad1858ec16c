{#-
    The columns of a contract for `create table`. DuckLake knows of constraints only `not null`; keys and checks are
    queries there, see `keys_hold`.
-#}
{% macro duckdb__get_table_columns_and_constraints() -%}
    {%- if not adapter.is_ducklake(this) -%}
        {{ return(table_columns_and_constraints()) }}
    {%- endif -%}
    {%- set columns = {} -%}
    {%- for name, column in model['columns'].items() -%}
        {%- set kept = column['constraints'] | selectattr('type', 'equalto', 'not_null') | list -%}
        {%- do columns.update({name: dict(column, constraints=kept)}) -%}
    {%- endfor -%}
    ({{ adapter.render_raw_columns_constraints(raw_columns=columns) | join(', ') }})
{%- endmacro %}

{#- Post-hook: fails a model in a DuckLake whose contract has a key or check that does not hold; else nothing. -#}
{% macro keys_hold() -%}
    {%- if execute and adapter.is_ducklake(this) -%}
        {%- set constraints = model['constraints'] | list -%}
        {%- for column in model['columns'].values() -%}
            {%- for constraint in column['constraints'] -%}
                {%- do constraints.append(dict(constraint, columns=[column['name']])) -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- set broken = [] -%}
        {%- for constraint in constraints -%}
            {%- if constraint['type'] in ('primary_key', 'unique') -%}
                {%- set key = constraint['columns'] | join(', ') -%}
                {%- set found -%}
        exists (select 1 from {{ this }} group by {{ key }} having count(*) > 1) or
        exists (select 1 from {{ this }} where {{ constraint['columns'] | join(' is null or ') }} is null)
                {%- endset -%}
                {%- do broken.append('when ' ~ found ~ " then error('key " ~ key ~ " of " ~ this.identifier ~ " is not unique')") -%}
            {%- elif constraint['type'] == 'check' -%}
                {%- set found = 'exists (select 1 from ' ~ this ~ ' where not (' ~ constraint['expression'] ~ '))' -%}
                {%- do broken.append('when ' ~ found ~ " then error('a check of " ~ this.identifier ~ " does not hold')") -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if broken -%}
        select case {{ broken | join(' ') }} end
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}
