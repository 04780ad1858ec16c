{#-
    Invalid reference data fail the build with a message that names file, row and column, before any figure uses them.
    Each check runs after the staging view of its seed; `problem` begins with the column and is null for a valid row.
    `check-reference` lists all rows, a build names the first.
-#}
{% macro refuse(seed) -%}
    {%- set rows = 'min_by(checked.sentence, checked.file_row)' -%}
    {%- if var('all_problems', false) -%}
        {%- set rows = 'string_agg(checked.sentence, chr(10) order by checked.file_row)' -%}
    {%- endif -%}
    select error(refused.sentences)
    from (
        select {{ rows }} as sentences
        from (
            select
                found.file_row,
                'seeds/{{ seed }}.csv, row ' || found.file_row || ': ' || found.problem as sentence
            from ({{ caller() }}) as found
            where found.problem is not null
        ) as checked
    ) as refused
    where refused.sentences is not null
{%- endmacro %}

{#- Rows of a seed with normalized SKU codes and their row number in the file; row 1 is the header. -#}
{% macro rows_of(seed) -%}
    {%- set codes = {'sku_aliases': 'component_sku', 'rate_card': none}.get(seed, 'sku_code') -%}
    (
        select
            * {{ 'replace (' ~ spelled(codes) ~ ' as ' ~ codes ~ ')' if codes }},
            row_number() over (order by rowid) + 1 as file_row
        from {{ ref(seed) }}
    )
{%- endmacro %}

{% macro check_skus() -%}
    {%- call refuse('skus') -%}
    select
        file_row,
        case
            when not coalesce(regexp_full_match(sku_code, '[0-9]{5}'), false) then 'sku_code must be five digits.'
            when count(*) over (partition by sku_code) > 1 then 'sku_code ' || sku_code || ' is listed twice.'
            when nullif(trim(product_name), '') is null then 'product_name of ' || sku_code || ' is empty.'
            when is_key_product is null then 'is_key_product of ' || sku_code || ' must be true or false.'
            when not coalesce(reorder_point >= 0, false) then 'reorder_point of ' || sku_code || ' must be 0 or more.'
        end as problem
    from {{ rows_of('skus') }}
    {%- endcall -%}
{%- endmacro %}

{% macro check_sku_aliases() -%}
    {%- call refuse('sku_aliases') -%}
    select
        file_row,
        case
            when alias_key is null then 'alias_sku is empty.'
            when alias_key in (select sku_code from {{ rows_of('skus') }} as skus)
                then 'alias_sku ' || alias_sku || ' is a product of skus.csv; it cannot be an alias.'
            when component_sku is null or component_sku not in (select sku_code from {{ rows_of('skus') }} as skus)
                then 'component_sku ' || coalesce(component_sku, '(empty)')
                    || ' is no product of skus.csv; an alias cannot refer to another alias.'
            when not coalesce(multiplier > 0, false) then 'multiplier must be 1 or more.'
            when count(*) over (partition by alias_key, component_sku) > 1
                then 'component_sku ' || component_sku || ' of ' || alias_sku || ' is listed twice; write one row with the sum.'
        end as problem
    from (
        select *, {{ parse_sku_lot('alias_sku') }}.sku_key as alias_key from {{ rows_of('sku_aliases') }}
    )
    {%- endcall -%}
{%- endmacro %}

{% macro check_opening_balances() -%}
    {%- call refuse('opening_balances') -%}
    select
        file_row,
        case
            when sku_code is null or sku_code not in (select sku_code from {{ rows_of('skus') }} as skus where is_key_product)
                then 'sku_code ' || coalesce(sku_code, '(empty)') || ' is no key product of skus.csv.'
            when opening_date is null or opening_date <> min(opening_date) over ()
                then 'opening_date must be the same day in every row.'
            when quantity is null then 'quantity is empty.'
            when count(*) over (partition by sku_code, coalesce(lot_number, '')) > 1
                then 'sku_code ' || sku_code || ' is listed twice; write one row for a SKU and lot.'
        end as problem
    from {{ rows_of('opening_balances') }}
    {%- endcall -%}
{%- endmacro %}
